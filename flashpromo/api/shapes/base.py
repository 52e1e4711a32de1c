"""What the documents share."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, create_model, model_validator


class Given(BaseModel):
    """A document that comes in.

    Fields that it does not know are ignored, so that a caller may send back what it was sent; those
    that it knows are taken strictly.
    """

    model_config = ConfigDict(extra="ignore")

    write_as: ClassVar[Mapping[str, str]] = {}
    """What is shown as an object, or a list of them, and the field by whose ids it is written."""

    @model_validator(mode="before")
    @classmethod
    def _take_ids_of_objects(cls, body: object) -> object:
        """Let `store: {id: 1, …}` stand for `store_id: 1` where that is missing."""
        if not isinstance(body, dict):
            return body
        ids = {
            write: _ids(body[shown])
            for shown, write in cls.write_as.items()
            if shown in body and write not in body
        }
        return body | ids

    def given(self) -> dict[str, Any]:
        """The fields that were really there, by name."""
        return self.model_dump(exclude_unset=True)


class Shown(BaseModel):
    """A document that goes out."""

    model_config = ConfigDict(from_attributes=True)

    @classmethod
    def of(cls, source: object) -> Self:
        """The document of anything that has attributes of these names."""
        return cls.model_validate(source)


class Page(BaseModel):
    """The envelope of every list."""

    count: int
    next: str | None
    previous: str | None


def _ids(shown: object) -> object:
    """The id or ids of what was shown; anything else as it is, for the field to refuse."""
    if isinstance(shown, list):
        return [_ids(each) for each in shown]
    return shown.get("id") if isinstance(shown, dict) else shown


def partial(model: type[Given]) -> type[Given]:
    """The same document with every field optional, for PATCH."""
    fields: dict[str, Any] = {
        name: (field.rebuild_annotation(), None) for name, field in model.model_fields.items()
    }
    name = f"{model.__name__.removesuffix('In')}Patch"
    patch = create_model(name, __base__=model, __doc__=model.__doc__, **fields)
    patch.model_config["json_schema_extra"] = _without_defaults
    return patch


def _without_defaults(schema: dict[str, Any]) -> None:
    """What a PATCH leaves out stays as it is, so no default may be documented."""
    for field in schema["properties"].values():
        field.pop("default", None)


def page_of(model: type[Shown]) -> type[Page]:
    """The envelope around a list of `model`."""
    name = f"{model.__name__.removesuffix('Out')}Page"
    fields: dict[str, Any] = {"results": (list[model], ...)}  # type: ignore[valid-type]
    return create_model(name, __base__=Page, **fields)
