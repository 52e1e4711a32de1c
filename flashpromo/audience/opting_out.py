"""Opting out by the link of a mail: no sign-in, because whoever holds the link got the mail.

The link carries the client's number under the application's signature and has no end: a mail may
be old. It can do this one thing, which is undone on the client's own page or by the API.
"""

from typing import Final

from itsdangerous import BadSignature, URLSafeSerializer

from flashpromo import config
from flashpromo.audience import clients
from flashpromo.errors import NotFound

SALT: Final = "opting-out"


def token(client_id: int) -> str:
    """What stands in the link."""
    written: str | bytes = _serializer().dumps(client_id)
    return written if isinstance(written, str) else written.decode()


def owner(token: str) -> int:
    """Whose link it is; `NotFound` when we never wrote it, or the client is gone."""
    try:
        client_id = int(_serializer().loads(token))
    except (BadSignature, ValueError) as error:
        raise NotFound("This is no link of ours.") from error
    return clients.get(client_id).id


def opt_out(token: str) -> None:
    """Tell its owner of no promo any more; again it changes nothing. Raises `NotFound`."""
    clients.change(owner(token), {"opted_in": False})


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(config.current().secret_key, salt=SALT)
