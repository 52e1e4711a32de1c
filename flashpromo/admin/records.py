"""The records of one model, as a view finds them: by their key, in the order of a list, dressed."""

from collections.abc import Sequence
from typing import Any, ClassVar

from flask import request
from sqlalchemy import Select, inspect, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from flashpromo.admin import paging
from flashpromo.admin.columns import Column
from flashpromo.admin.page import Page, Words
from flashpromo.db import Base, session
from flashpromo.errors import NotFound

Order = Sequence[Any]


class Records(Page):
    """A view over one model; its address is the model's name, as Flask-Admin has it.

    Attributes:
        model: what is shown.
        title: what one of them is called.
        columns: what a list shows; the first leads to the record's own page.
        more: what that page shows besides.
        key: the attributes by which a record is known in addresses; the primary key.
        newest_first: whether the largest key stands in front.
        options: loader options of every query, such as what is too big to be read.
    """

    model: ClassVar[type[Base]]
    title: ClassVar[Words]
    columns: ClassVar[Sequence[Column]]
    more: ClassVar[Sequence[Column]] = ()
    key: ClassVar[Sequence[str]] = ()
    newest_first: ClassVar[bool] = True
    options: ClassVar[Sequence[Any]] = ()

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

    def query(self) -> Select[Any]:
        """What there is to be seen."""
        return select(self.model).options(*self.options)

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
        query = self.query().where(same).order_by(*self.order())
        return session().scalars(query.execution_options(populate_existing=True)).all()

    def dress(self, records: Sequence[Any]) -> Sequence[Any]:
        """The rows to be shown: the records, with what stands in other tables."""
        return records

    def address_of(self, row: Any) -> str:
        """The key of a row as it stands in addresses."""
        return paging.encoded(self.record_of(row), self.names)

    def record_of(self, row: Any) -> Any:
        """The record behind a row that `dress` has made."""
        return row

    def order(self) -> Order:
        """By the column that the address names, then by the key."""
        asked = request.args.get("sort", "")
        by_key = [each.desc() if self.newest_first else each.asc() for each in self.key_columns]
        for column in self.columns:
            if column.order is not None and asked.removeprefix("-") == column.name:
                order = column.order.desc() if asked.startswith("-") else column.order.asc()
                return [order.nulls_last(), *by_key]
        return by_key
