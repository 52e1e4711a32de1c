"""A view of one kind of records: a list, a page of each, and all of them as a file.

What a view shows is declared in its class. It costs the same few statements however many rows there
are: a list is one query, one more that counts where the table is small, and whatever `dress` asks.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from flask import Response, request
from flask_admin import expose
from sqlalchemy import func, select

from flashpromo import config
from flashpromo.admin import exports, paging, sizes, steps
from flashpromo.admin.filters import Filter, Narrowed, narrowed
from flashpromo.admin.paging import Shown
from flashpromo.admin.records import Records
from flashpromo.admin.steps import Step
from flashpromo.db import app_now, transaction


class ModelView(Records):
    """The pages of one model.

    Attributes:
        filters: what the list may be narrowed by.
        is_large: a table whose rows nobody counts, listed in the order of its key alone.
        has_page: whether a record has a page of its own.
        actions: what can be done with records, one or many at once.
    """

    filters: ClassVar[Sequence[Filter]] = ()
    is_large: ClassVar[bool] = False
    has_page: ClassVar[bool] = True
    actions: ClassVar[Sequence[Step]] = ()

    list_template: ClassVar[str] = "admin/list.html"
    details_template: ClassVar[str] = "admin/details.html"

    can_create: ClassVar[bool] = False
    can_edit: ClassVar[bool] = False
    can_delete: ClassVar[bool] = False

    def offers(self, handler: str) -> bool:
        """Records of which nothing can be changed have no address that could change one."""
        return {
            "details_view": self.has_page,
            "create_view": self.can_create,
            "edit_view": self.can_edit,
            "delete_view": self.can_delete,
            "action_view": bool(self.actions),
        }.get(handler, True)

    @expose("/")  # type: ignore[untyped-decorator]
    def index_view(self) -> Any:
        """Show a page of the list."""
        with transaction():
            now, wanted = app_now(), self.wanted()
            shown = self.shown(wanted)
            rows = self.dress(shown.rows)
        return self.render(
            self.list_template, now=now, wanted=wanted, shown=shown, rows=rows, **self._frame()
        )

    @expose("/details/")  # type: ignore[untyped-decorator]
    def details_view(self) -> Any:
        """Show one record, or that there is none."""
        with transaction():
            now = app_now()
            record = self.get_one(request.args.get("id", ""))
            (row,) = self.dress([record])
            place = self.place_of(row)
        return self.render(
            self.details_template,
            now=now,
            row=row,
            place=place,
            zone=config.current().marketplace_time_zone,
        )

    @expose("/export/csv/")  # type: ignore[untyped-decorator]
    def export(self) -> Response:
        """Send everything that the list shows, over all of its pages."""
        query = self.query().where(*self.wanted().conditions)
        return exports.csv_of(self, query)

    @expose("/action/", methods=("GET", "POST"))  # type: ignore[untyped-decorator]
    def action_view(self) -> Any:
        """Say what a step would do with the chosen records, and ask; or take it."""
        return steps.answer(self, self.actions)

    def wanted(self) -> Narrowed:
        """What the address narrows the list to."""
        return narrowed(self.filters, request.args)

    def shown(self, wanted: Narrowed) -> Shown:
        """The page that the address asks for."""
        query = self.query().where(*wanted.conditions)
        if self.is_large:
            falling = self.newest_first is not (request.args.get("sort") == "turned")
            page = paging.by_key(query, self.names, self.key_columns, descending=falling)
            return page if wanted.filled else replace(page, about=self.about())
        count = select(func.count()).select_from(self.model).where(*wanted.conditions)
        return paging.numbered(query.order_by(*self.order()), count)

    def about(self) -> int:
        """About how many there are."""
        (number,) = sizes.about([self.model]).values()
        return number

    def place_of(self, row: Any) -> tuple[float, float] | None:
        """Degrees north and east of what stands somewhere, for the map of its page."""
        del row
        return None

    def steps_for(self, row: Any, now: datetime) -> list[Step]:
        """What can be done with this one now."""
        return [each for each in self.actions if each.is_for(row, now)]

    def may_edit(self, row: Any) -> bool:
        """Whether its form is of any use: what was deleted is only kept."""
        return self.can_edit and getattr(row, "deleted_at", None) is None

    def may_delete(self, row: Any) -> bool:
        """The same for deleting."""
        return self.can_delete and getattr(row, "deleted_at", None) is None

    def _frame(self) -> dict[str, Any]:
        return {
            "sort": request.args.get("sort", ""),
            "page_size": paging.size(),
            "sizes": paging.SIZES,
            "here": paging.here,
            "zone": config.current().marketplace_time_zone,
        }
