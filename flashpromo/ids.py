"""Asking for rows by many ids: one parameter, however many there are.

An `IN` of five hundred takes longer to write and to read than most queries to run: a merchant with
five hundred stores paid for it with every statement.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, any_, literal
from sqlalchemy.dialects.postgresql import ARRAY


def one_of(column: Any, ids: Collection[int]) -> ColumnElement[bool]:
    """`column` is one of these; of none of them where there are none."""
    wanted: ColumnElement[bool] = column == any_(literal(sorted(ids), ARRAY(BigInteger)))
    return wanted
