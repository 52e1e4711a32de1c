"""Segments, and who is put into them or taken out."""

import re
from collections.abc import Iterator
from typing import Any, Final

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from flashpromo.admin import filters
from flashpromo.admin.columns import Column, Kind
from flashpromo.admin.editing import EditableView
from flashpromo.admin.filters import whole
from flashpromo.admin.forms import Form, choice, line, prose
from flashpromo.audience import membership, segments
from flashpromo.audience.models import Segment
from flashpromo.bulk.source import Record
from flashpromo.bulk.staging import RowResult
from flashpromo.db import transaction
from flashpromo.errors import InvalidFields
from flashpromo.promos import catalogue

MOST_TOLD: Final = 20
"""How many rejected lines the page names."""
WAYS: Final = {"in": _("Put them in"), "out": _("Take them out")}
NAMED: Final = {"external_id": _("By their outside ids"), "client_id": _("By their ids")}


class SegmentForm(Form):
    """What may be said of a segment."""

    name = line(_("Name"), maxlength=100)
    description = prose(_("Description"))


class MembersForm(Form):
    """Which clients come in or go out."""

    way = choice(_("What to do"), lambda: WAYS)
    named = choice(_("How they are named"), lambda: NAMED)
    clients = prose(_("Clients"), hint=_("One a line."))


class SegmentView(EditableView):
    """Named groups of clients."""

    model, title, form = Segment, _("Segment"), SegmentForm
    details_template = "admin/segment.html"
    deleting = _(
        "No promo can be offered to it any more. Clients stay as they are. While a promo that is "
        "not over is offered to it, it cannot be deleted."
    )
    columns = (
        Column("id", _("Id"), order=Segment.id),
        Column("name", _("Name"), order=Segment.name),
        Column("description", _("Description")),
        Column("updated_at", _("Changed"), Kind.MOMENT, order=Segment.updated_at),
        Column("deleted_at", _("Deleted"), Kind.MOMENT, order=Segment.deleted_at),
    )
    filters = (
        filters.number("id", _("Id"), Segment.id),
        filters.part("name", _("Name has"), Segment.name),
        filters.yes_no("deleted", _("Deleted"), Segment.deleted_at.is_not(None)),
    )

    def create_model(self, form: Form) -> Segment:
        """Add a segment."""
        return segments.create(**form.given())

    def update_model(self, form: Form, record: Segment) -> None:
        """Change a segment."""
        present = segments.get(record.id, for_update=True)
        segments.change(present, seen=self.seen(), **form.given())

    def delete_model(self, record: Segment) -> None:
        """Delete a segment that no promo needs."""
        catalogue.remove_segment(record.id, seen=self.seen())

    @expose("/members/", methods=("GET", "POST"))  # type: ignore[untyped-decorator]
    def members_view(self) -> Any:
        """Ask which clients come in or go out, or let them; lines that are wrong are told."""
        with transaction():
            segment = self.get_one(request.args.get("id", ""))
        form = MembersForm()
        if request.method == "GET" or not form.validate():
            return self._members_page(segment, form, [])
        rejected: list[RowResult] = []
        with transaction():
            done = membership.change(segment.id, _records(form), rejected.append)
        said = gettext(
            "%(added)s came in, %(removed)s went out, %(unchanged)s stayed as they were.",
            **done._asdict(),
        )
        if rejected:
            return self._members_page(segment, form, rejected, said), 422
        flash(said)
        return redirect(url_for(".details_view", id=segment.id), 303)

    def _members_page(
        self, segment: Segment, form: Form, rejected: list[RowResult], said: str = ""
    ) -> str:
        return self.render(
            "admin/segment_members.html",
            segment=segment,
            form=form,
            rejected=rejected[:MOST_TOLD],
            count=len(rejected),
            said=said,
        )


def _records(form: Form) -> Iterator[Record]:
    """A record for each line that is not blank, numbered as it was typed."""
    is_in = form.data["way"] == "in"
    for number, typed in enumerate((form.data["clients"] or "").splitlines(), 1):
        if typed.strip():
            yield (
                number,
                {form.data["named"]: typed.strip(), "member": "true" if is_in else "false"},
            )


def ids_in(field: str, typed: str | None) -> list[int]:
    """Ids with commas or blanks between them; raises `InvalidFields` at the field."""
    try:
        return [whole(each) for each in re.split(r"[\s,]+", typed or "") if each]
    except ValueError as error:
        raise InvalidFields({field: str(error)}) from error
