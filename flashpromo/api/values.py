"""The types of the contract's fields: what a JSON value may look like before any rule is asked.

Numbers come as JSON numbers or as decimal strings; truth values are never numbers. Ranges that have
a meaning (degrees, prices) are the domain's; here stand only those that keep a value storable.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, PlainSerializer, StrictBool, StrictStr, WithJsonSchema
from pydantic_core import PydanticCustomError

from flashpromo.promos.models import MAX_QUANTITY

DATE_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?"
    r"(?P<offset>Z|[+-][0-9]{2}(:?[0-9]{2})?)?",
    re.IGNORECASE,
)
DAYTIME: Final = re.compile("([01][0-9]|2[0-3]):[0-5][0-9]")
DECIMAL_STRING: Final = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?")
BIGGEST_ID: Final = 2**63 - 1
EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)


def number(value: object) -> Decimal:
    """A finite decimal from a JSON number or a decimal string."""
    if isinstance(value, str) and DECIMAL_STRING.fullmatch(value):
        return Decimal(value)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        found = Decimal(value)
        if found.is_finite():
            return found
    raise PydanticCustomError("number", "Must be a number.")


def with_places(places: int, *, digits: int = 12) -> Callable[[object], Decimal]:
    """Make a validator of numbers with at most `places` decimals and `digits` before the point.

    The size is looked at first: shifting the point of 1e999999999 would not end.
    """
    step, size = Decimal(1).scaleb(-places), Decimal(10) ** digits

    def validate(value: object) -> Decimal:
        found = number(value)
        if not -size < found < size:
            raise PydanticCustomError("number_size", "Is too large.")
        if found != found.quantize(step):
            raise PydanticCustomError(
                "places", "Must have at most {places} decimals.", {"places": places}
            )
        return found.quantize(step)

    return validate


def whole(value: object) -> int:
    """A whole number that fits a bigint."""
    found = number(value)
    if not -BIGGEST_ID <= found <= BIGGEST_ID:
        raise PydanticCustomError("number_size", "Is too large.")
    if found != int(found):
        raise PydanticCustomError("whole", "Must be a whole number.")
    return int(found)


def identifier(value: object) -> int:
    """A number that could be the id of something."""
    found = whole(value)
    if found < 1:
        raise PydanticCustomError("identifier", "Must be an id.")
    return found


def moment(value: object) -> datetime:
    """An instant from ISO 8601 with an offset, in UTC."""
    written = DATE_TIME.fullmatch(value) if isinstance(value, str) else None
    if written is None:
        raise PydanticCustomError("moment", "Must be a date-time in ISO 8601.")
    if written["offset"] is None:
        raise PydanticCustomError("offset", "Must have an offset, like Z or -06:00.")
    try:
        found = datetime.fromisoformat(written[0].upper())
    except ValueError as error:
        raise PydanticCustomError("moment", "There is no such date or time.") from error
    # Without the offset first: the year 1 in Tokyo has no UTC that Python could say.
    if not EARLIEST.year < found.year < LATEST.year:
        raise PydanticCustomError("moment_range", "Must be after 1970 and before 2200.")
    return found.astimezone(UTC)


def shown_moment(value: datetime) -> str:
    """ISO 8601 in UTC, with Z."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def daytime(value: object) -> time:
    """A time of the day from HH:MM."""
    if not isinstance(value, str) or not DAYTIME.fullmatch(value):
        raise PydanticCustomError("daytime", "Must be a time of the day, like 22:30.")
    return time.fromisoformat(value)


def _schema(**schema: Any) -> WithJsonSchema:
    return WithJsonSchema(schema, mode="validation")


def _decimal(pattern: str, **bounds: Any) -> WithJsonSchema:
    """A JSON number within bounds, or a decimal string."""
    text = {"type": "string", "format": "decimal", "pattern": pattern}
    return _schema(anyOf=[{"type": "number", **bounds}, text])


def _shown(**schema: Any) -> WithJsonSchema:
    """How something is described that is written in another type than it has here."""
    return WithJsonSchema(schema)


Text = StrictStr
Flag = StrictBool
Latitude = Annotated[
    float,
    BeforeValidator(lambda value: float(number(value))),
    _decimal(r"^[+-]?[0-9]{1,2}(\.[0-9]{1,15})?$", minimum=-90, maximum=90),
]
Longitude = Annotated[
    float,
    BeforeValidator(lambda value: float(number(value))),
    _decimal(r"^[+-]?[0-9]{1,3}(\.[0-9]{1,15})?$", minimum=-180, maximum=180),
]
Price = Annotated[
    Decimal,
    BeforeValidator(with_places(2)),
    _decimal(r"^\+?[0-9]{1,10}(\.[0-9]{1,2})?$", exclusiveMinimum=0, maximum=9999999999.99),
]
Kilometres = Annotated[
    Decimal,
    BeforeValidator(with_places(6)),
    _decimal(r"^\+?[0-9]{1,2}(\.[0-9]{1,6})?$", exclusiveMinimum=0, maximum=50),
]
Quantity = Annotated[
    int, BeforeValidator(whole), _schema(type="integer", minimum=1, maximum=MAX_QUANTITY)
]
Id = Annotated[
    int, BeforeValidator(identifier), _schema(type="integer", minimum=1, maximum=BIGGEST_ID)
]
Ids = Annotated[list[Id], Field(max_length=1000, strict=True)]
Moment = Annotated[datetime, BeforeValidator(moment)]

Daytime = Annotated[
    time,
    BeforeValidator(daytime),
    _schema(type="string", pattern=f"^({DAYTIME.pattern})$", examples=["22:30"]),
]
Metres = Annotated[
    float,
    BeforeValidator(lambda value: float(number(value))),
    _decimal(r"^\+?[0-9]{1,8}(\.[0-9]{1,15})?$", minimum=0),
]

Money = Annotated[
    Decimal,
    PlainSerializer(lambda value: f"{value:.2f}", return_type=str),
    _shown(type="string", format="decimal", pattern=r"^[0-9]+\.[0-9]{2}$", examples=["499.00"]),
]
ShownMoment = Annotated[
    datetime,
    PlainSerializer(shown_moment, return_type=str),
    _shown(type="string", format="date-time", examples=["2030-05-17T22:00:00Z"]),
]
ShownDaytime = Annotated[
    time,
    PlainSerializer(lambda value: f"{value:%H:%M}", return_type=str),
    _shown(type="string", pattern=f"^({DAYTIME.pattern})$", examples=["22:30"]),
]
"""How amounts, instants and times of the day are written."""
