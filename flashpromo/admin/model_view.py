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
from sqlalchemy import Select, func, inspect, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from flashpromo import config
from flashpromo.admin import exports, paging, sizes, steps
from flashpromo.admin.columns import Column
from flashpromo.admin.filters import Filter, Narrowed, narrowed
from flashpromo.admin.page import Page, Words
from flashpromo.admin.paging import Shown
from flashpromo.admin.steps import Step
from flashpromo.db import Base, app_now, session, transaction
from flashpromo.errors import NotFound

Order = Sequence[Any]


class ModelView(Page):
    """One model; its address is the model's name, as Flask-Admin has it.

    Attributes:
        model: what is shown.
        title: what one of them is called.
        columns: what a list shows; the first leads to the record's own page.
        more: what that page shows besides.
        filters: what the list may be narrowed by.
        key: the attributes by which a record is known in addresses; the primary key.
        is_large: a table whose rows nobody counts, listed in the order of its key alone.
        newest_first: whether the largest key stands in front.
        has_page: whether a record has a page of its own.
        options: loader options of every query, such as what is too big to be read.
        actions: what can be done with records, one or many at once.
    """

    model: ClassVar[type[Base]]
    title: ClassVar[Words]
    columns: ClassVar[Sequence[Column]]
    more: ClassVar[Sequence[Column]] = ()
    filters: ClassVar[Sequence[Filter]] = ()
    key: ClassVar[Sequence[str]] = ()
    is_large: ClassVar[bool] = False
    newest_first: ClassVar[bool] = True
    has_page: ClassVar[bool] = True
    options: ClassVar[Sequence[Any]] = ()
    actions: ClassVar[Sequence[Step]] = ()

    list_template: ClassVar[str] = "admin/list.html"
    details_template: ClassVar[str] = "admin/details.html"

    can_create: ClassVar[bool] = False
    can_edit: ClassVar[bool] = False
    can_delete: ClassVar[bool] = False

    def __init__(self, name: Words, category: str) -> None:
        self.names = tuple(self.key) or tuple(
            str(inspect(self.model).get_property_by_column(each).key)
            for each in inspect(self.model).primary_key
        )
        address = self.model.__name__.lower()
        super().__init__(name, category, f"admin_{address}", address)

    @property
    def key_columns(self) -> list[InstrumentedAttribute[Any]]:
        """The columns of the key."""
        return [getattr(self.model, name) for name in self.names]

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
        return steps.answer(self)

    def query(self) -> Select[Any]:
        """What there is to be seen."""
        return select(self.model).options(*self.options)

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
        return paging.numbered(query.order_by(*self._order()), count)

    def get_one(self, address: str) -> Any:
        """One record by the key in an address, read in the open transaction, or `NotFound`."""
        key = paging.decoded(address, self.key_columns)
        (record,) = self.records([key] if key else []) or (None,)
        if record is None:
            raise NotFound
        return record

    def records(self, keys: Sequence[Sequence[Any]]) -> Sequence[Any]:
        """The records of these keys, as far as there are any, in the order of the list."""
        same = tuple_(*self.key_columns).in_([tuple(each) for each in keys])
        query = self.query().where(same).order_by(*self._order())
        return session().scalars(query.execution_options(populate_existing=True)).all()

    def about(self) -> int:
        """About how many there are."""
        (number,) = sizes.about([self.model]).values()
        return number

    def dress(self, records: Sequence[Any]) -> Sequence[Any]:
        """The rows to be shown: the records, with what stands in other tables."""
        return records

    def address_of(self, row: Any) -> str:
        """The key of a row as it stands in addresses."""
        return paging.encoded(self.record_of(row), self.names)

    def record_of(self, row: Any) -> Any:
        """The record behind a row that `dress` has made."""
        return row

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

    def _order(self) -> Order:
        """By the column that the address names, then by the key."""
        asked = request.args.get("sort", "")
        by_key = [each.desc() if self.newest_first else each.asc() for each in self.key_columns]
        for column in self.columns:
            if column.order is not None and asked.removeprefix("-") == column.name:
                order = column.order.desc() if asked.startswith("-") else column.order.asc()
                return [order.nulls_last(), *by_key]
        return by_key

    def _frame(self) -> dict[str, Any]:
        return {
            "sort": request.args.get("sort", ""),
            "page_size": paging.size(),
            "sizes": paging.SIZES,
            "here": paging.here,
            "zone": config.current().marketplace_time_zone,
        }
