"""Ids in paths.

What an id may look like is said by its pattern alone: a converter that refuses later lets the path
count as one that knows other methods, and the answer becomes a 405 instead of a 404.
"""

from datetime import date
from uuid import UUID

from werkzeug.routing import BaseConverter, IntegerConverter, ValidationError

BIGGEST_ID = 10**18 - 1


class StorableId(IntegerConverter):
    """A number that a bigint can hold; everything else is a path that does not exist."""

    regex = r"[0-9]{1,18}"


class ReservationKey(BaseConverter):
    """A reservation by its number or by its `reservation_id`, a UUID."""

    regex = r"[0-9]{1,18}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"

    def to_python(self, value: str) -> int | UUID:
        """Read either."""
        return int(value) if value.isdigit() else UUID(value)


class Day(BaseConverter):
    """A calendar day, the key of a message within its client."""

    regex = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        """Read the day; `ValidationError` (a 404) when there is none such."""
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise ValidationError from error
