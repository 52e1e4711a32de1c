"""Ids in paths."""

from werkzeug.routing import IntegerConverter, ValidationError

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
