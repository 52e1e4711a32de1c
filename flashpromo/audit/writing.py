"""How values stand in the log: money and times as the API writes them, everything else as JSON."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, time
from decimal import Decimal
from enum import Enum
from types import UnionType
from typing import Any, Final
from uuid import UUID

Values = Mapping[str, Any]


def snapshot(row: object, *names: str) -> dict[str, Any]:
    """What these attributes of a row are now."""
    return {name: getattr(row, name) for name in names}


def differing(before: Values, after: Values) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both without what is the same in both, as JSON."""
    old, new = _written(before), _written(after)
    same = {name for name in old.keys() & new.keys() if old[name] == new[name]}
    return _without(same, old), _without(same, new)


def _without(names: set[str], values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}


def _written(values: Values) -> dict[str, Any]:
    return {name: _json(value) for name, value in values.items()}


def _json(value: object) -> object:
    """One value.

    Raises:
        TypeError: it has no place in the log, bytes for example, which may be a secret's hash.
    """
    if isinstance(value, list | tuple):
        return [_json(each) for each in value]
    for kind, write in WRITERS:
        if isinstance(value, kind):
            return write(value)
    raise TypeError(f"{type(value).__name__} has no place in the log")


def _as_it_is(value: Any) -> Any:
    return value


WRITERS: Final[Sequence[tuple[type | UnionType, Callable[[Any], object]]]] = (
    (Enum, lambda value: value.value),
    (bool | int | float | str | None, _as_it_is),
    (Decimal, lambda value: f"{value:.2f}"),
    (datetime, lambda value: value.astimezone(UTC).isoformat().replace("+00:00", "Z")),
    (time, lambda value: f"{value:%H:%M}"),
    (UUID, str),
)
