"""/admin/audit/: every change by anyone; to be read, narrowed and exported, and never written.

The list goes on from the key of its last event, so that the end of a long log costs what its
beginning does.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from flask import Response, stream_with_context, url_for
from flask_admin import expose
from flask_babel import lazy_gettext as _

from flashpromo import config
from flashpromo.admin.menu import OPERATIONS
from flashpromo.admin.operations import audit_filters, audit_words
from flashpromo.admin.operations.audit_filters import asked, place, written
from flashpromo.admin.operations.audit_names import names_in
from flashpromo.admin.page import Page
from flashpromo.audit import queries
from flashpromo.audit.models import AuditEvent
from flashpromo.audit.queries import EventFilter, Place
from flashpromo.bulk import sheet
from flashpromo.db import session, transaction

SIZE: Final = 50
MOST_EXPORTED: Final = 100_000
AT_ONCE: Final = 1000
COLUMNS: Final = (
    "id",
    "at",
    "actor_kind",
    "actor_id",
    "actor_name",
    "door",
    "address",
    "request_id",
    "action",
    "subject_kind",
    "subject_id",
    "store_id",
)
VALUES: Final = ("before", "after")


class AuditLogPage(Page):
    """The log: a list, each event, and a file of them."""

    def __init__(self) -> None:
        super().__init__(_("Audit log"), OPERATIONS, "admin_audit", "audit")

    @expose("/")  # type: ignore[untyped-decorator]
    def index(self) -> str:
        """Show a stretch of the log."""
        wanted = asked()
        with transaction():
            stretch = queries.stretch(
                limit=SIZE,
                older_than=place("older"),
                newer_than=place("newer"),
                **wanted.wanted,
            )
            names = names_in(stretch.events)
        events = stretch.events
        return self._render(
            "audit_log.html",
            asked=wanted,
            events=events,
            names=names,
            older=_beside("older", events[-1]) if events and stretch.has_older else None,
            newer=_beside("newer", events[0]) if events and stretch.has_newer else None,
        )

    @expose("/<int:event_id>/")  # type: ignore[untyped-decorator]
    def show(self, event_id: int) -> str:
        """Show one event with what was before and what is after."""
        with transaction():
            event = queries.get(event_id)
            names = names_in([event])
        return self._render("audit_event.html", event=event, names=names)

    @expose("/export/")  # type: ignore[untyped-decorator]
    def export(self) -> Response:
        """Send what the list shows, over all of its pages, as a file for spreadsheets."""
        rows = _rows(asked().wanted)
        answer = Response(stream_with_context(sheet.write(rows, ",")), mimetype="text/csv")
        answer.headers["Content-Disposition"] = 'attachment; filename="audit-log.csv"'
        return answer

    def _render(self, template: str, **values: Any) -> str:
        zone = config.current().marketplace_time_zone
        path = f"admin/operations/{template}"
        return self.render(path, words=audit_words, zone=zone, most=MOST_EXPORTED, **values)


def _beside(name: str, event: AuditEvent) -> str:
    """The address of the stretch on one side of an event."""
    parameters: dict[str, Any] = {**asked().filled, name: written(event)}
    return url_for("admin_audit.index", **parameters)


def _rows(wanted: EventFilter) -> Iterator[Sequence[str]]:
    """The heading, then each event; each piece is a transaction of its own, so none stays open."""
    yield [*COLUMNS, *VALUES]
    older_than: Place | None = None
    for _piece in range(MOST_EXPORTED // AT_ONCE):
        with transaction():
            found = queries.stretch(limit=AT_ONCE, older_than=older_than, **wanted)
            session().expunge_all()
        yield from (_row(each) for each in found.events)
        if not found.has_older:
            return
        older_than = queries.place_of(found.events[-1])


def _row(event: AuditEvent) -> list[str]:
    cells = [getattr(event, name) for name in COLUMNS]
    plain = ["" if each is None else str(each) for each in cells]
    plain[1] = audit_filters.written(event).partition("_")[0]
    return plain + [json.dumps(getattr(event, name), ensure_ascii=False) for name in VALUES]
