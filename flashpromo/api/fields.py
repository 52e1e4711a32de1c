"""`fields=id,state`: who needs less asks for less.

A part of a document is sent under a media type of its own: who holds answers to their schema then
knows that what is missing was not asked for.
"""

import re
from collections.abc import Collection, Mapping
from typing import Annotated, Any, ClassVar, Final

from flask import Response, current_app
from pydantic import BaseModel, BeforeValidator, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from flashpromo.errors import BadRequest

PART: Final = "application/vnd.flash-promos.part+json"


def _split(value: object) -> frozenset[str] | None:
    if value is None:
        return None
    return frozenset(name.strip() for name in str(value).split(","))


class FieldsQuery(BaseModel):
    """Which fields of the document; all of them unless said otherwise."""

    shown: ClassVar[type[BaseModel]]
    """The document that the route shows."""

    fields: Annotated[frozenset[str] | None, BeforeValidator(_split)] = None

    @model_validator(mode="after")
    def _of_the_document(self) -> "FieldsQuery":
        unknown = sorted((self.fields or frozenset()) - set(self.shown.model_fields))
        if unknown:
            said = f"There is no field {unknown[0]!r}."
            raise BadRequest("The query is wrong.", errors={"fields": [said]})
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Say which names there are."""
        schema = handler.resolve_ref_schema(handler(core))
        name = f"({'|'.join(map(re.escape, cls.shown.model_fields))})"
        schema["properties"]["fields"] = {
            "type": "string",
            "pattern": f"^{name}(,{name})*$",
            "description": "Only these fields, separated by commas.",
        }
        return schema


def some(document: dict[str, Any], names: Collection[str] | None) -> dict[str, Any]:
    """These fields of what is ready for JSON, in its own order; all of them when None."""
    return {name: each for name, each in document.items() if names is None or name in names}


def only(document: BaseModel, names: Collection[str]) -> dict[str, Any]:
    """These fields of a document, in its own order, ready for JSON."""
    return document.model_dump(mode="json", include=set(names))


def answer(part: Mapping[str, Any]) -> Response:
    """A part of a document, or a page of parts, as an answer."""
    return Response(current_app.json.dumps(part), mimetype=PART)
