"""A new password is typed twice; what is wrong with it is told together with that it was not."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from flask import request

from flashpromo.errors import InvalidFields

REPEATED: Final = "repeated_password"


@contextmanager
def demanded(field: str, wrong: str) -> Iterator[None]:
    """Put around the change, inside its transaction: it is taken back if the two are not the same.

    Args:
        field: of the form, the new password.
        wrong: the sentence for the second field.

    Raises:
        InvalidFields: they are not the same; whatever the block raises of it has that besides.
    """
    is_same = request.form.get(field, "") == request.form.get(REPEATED, "")
    try:
        yield
    except InvalidFields as error:
        if not is_same:
            error.fields[REPEATED] = [wrong]
        raise
    if not is_same:
        raise InvalidFields({REPEATED: wrong})
