"""Lists come in pages: `{count, next, previous, results}` with `page` and `page_size`."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from flask import Response, request
from pydantic import BaseModel, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError
from werkzeug.datastructures import MultiDict

from flashpromo.api import fields
from flashpromo.api.fields import FieldsQuery
from flashpromo.errors import BadRequest

LAST_PAGE: Final = 1_000_000_000
BIGGEST: Final = 100
DIGITS: Final = re.compile("[0-9]{1,20}")


def whole_in_query(value: object) -> int:
    """A number from a query, which is text there."""
    if isinstance(value, int) or (isinstance(value, str) and DIGITS.fullmatch(value)):
        return int(value)
    raise PydanticCustomError("whole", "Must be a whole number.")


class PageQuery(BaseModel):
    """Which page, counted from 1, of how many; one past the end is empty, not an error."""

    page: Annotated[int, Field(ge=1, le=LAST_PAGE), BeforeValidator(whole_in_query)] = 1
    page_size: Annotated[int, Field(ge=1, le=BIGGEST), BeforeValidator(whole_in_query)] = 10

    @property
    def window(self) -> dict[str, int]:
        """The page as `limit` and `offset` of a query."""
        return {"limit": self.page_size, "offset": (self.page - 1) * self.page_size}


class ListQuery(PageQuery, FieldsQuery):
    """Which page of a list, and which fields of each result."""


class FilterQuery(ListQuery):
    """Which things: an unknown parameter is refused, lest a misspelt filter show everything."""

    @model_validator(mode="before")
    @classmethod
    def _known_only(cls, query: Mapping[str, Any]) -> Mapping[str, Any]:
        unknown = sorted(set(query) - set(cls.model_fields))
        if unknown:
            wrong = {name: ["There is no such parameter."] for name in unknown}
            raise BadRequest("The query is wrong.", errors=wrong)
        return query


def listed(
    query: ListQuery, count: int, documents: Sequence[BaseModel], **more: Any
) -> dict[str, Any] | Response:
    """The answer of one page: whole documents for `output`, or the fields that were asked for.

    `more` are members of the envelope beside the usual ones.
    """
    if not query.fields:
        return envelope(query, count, documents) | more
    parts = [fields.only(each, query.fields) for each in documents]
    return fields.answer(envelope(query, count, parts) | more)


def envelope(query: PageQuery, count: int, results: Sequence[Any]) -> dict[str, Any]:
    """The document of one page, with absolute addresses of its neighbours."""
    last = max(1, -(-count // query.page_size))
    return {
        "count": count,
        "next": _address(query.page + 1) if query.page < last else None,
        "previous": _address(min(query.page - 1, last)) if query.page > 1 else None,
        "results": results,
    }


def _address(page: int) -> str:
    arguments = MultiDict(request.args)
    arguments["page"] = str(page)
    pairs = urlencode([*arguments.items(multi=True)])
    return f"{request.base_url}?{pairs}"
