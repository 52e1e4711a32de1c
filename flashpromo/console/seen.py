"""What somebody has seen of a promo goes along with the form, so that nothing unseen is changed.

A form carries the mark of the version that its page showed. When it is sent, the promo is read
again: with another mark the form is refused; with the same one, the version is handed on to the
domain, which compares it once more behind the lock.
"""

from hashlib import sha256
from typing import Final

from flask import request

from flashpromo.errors import PreconditionFailed
from flashpromo.promos.models import Promo
from flashpromo.promos.versions import Version, version_of

FIELD: Final = "seen"


def mark(promo: Promo) -> str:
    """What a form carries in its field `seen`."""
    return sha256(repr(tuple(map(str, version_of(promo)))).encode()).hexdigest()[:32]


def demand(promo: Promo) -> Version:
    """The version that the form was made for, if the promo is still that.

    Raises:
        PreconditionFailed: it was changed since.
    """
    if request.form.get(FIELD) != mark(promo):
        raise PreconditionFailed
    return version_of(promo)
