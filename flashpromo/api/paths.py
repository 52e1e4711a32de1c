"""Ids in paths."""

from datetime import date
from uuid import UUID

from werkzeug.routing import BaseConverter, IntegerConverter, ValidationError

BIGGEST_ID = 2**63 - 1


class StorableId(IntegerConverter):
    """A number that could be an id; everything else is a path that does not exist.

    The length is bounded because Python refuses to read numbers of thousands of digits.
    """

    regex = r"[0-9]{1,19}"

    def to_python(self, value: str) -> int:
        """Read the id; `ValidationError` (a 404) when no bigint could hold it."""
        found = int(value)
        if found > BIGGEST_ID:
            raise ValidationError
        return found


class ReservationKey(BaseConverter):
    """A reservation by its number or by its `reservation_id`, a UUID."""

    regex = r"[0-9]{1,19}|[0-9a-fA-F-]{36}"

    def to_python(self, value: str) -> int | UUID:
        """Read either; `ValidationError` (a 404) when it is neither."""
        try:
            key = int(value) if value.isdigit() else UUID(value)
        except ValueError as error:
            raise ValidationError from error
        if isinstance(key, int) and key > BIGGEST_ID:
            raise ValidationError
        return key


class Day(BaseConverter):
    """A calendar day, the key of a message within its client."""

    regex = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        """Read the day; `ValidationError` (a 404) when there is none such."""
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise ValidationError from error
