"""Erasing a client: whoever it was, nothing leads to them any more.

What it holds is free at once. Its row, last fix, sign-in, tokens, links, letters, outside id and
kept answers are deleted. What it was told and what it bought stays on record, the marketplace's
books, under a number that is never used again.
"""

from sqlalchemy import delete

from flashpromo.audience import clients
from flashpromo.checkout.giving_back import give_all_back
from flashpromo.db import session
from flashpromo.errors import InvalidFields
from flashpromo.idempotency.models import KeptAnswer

REASON = "client_erased"


def erase_oneself(client_id: int, *, username: str, confirm: str) -> None:
    """Erase the asking client, who says its own user name once more so that nobody slips.

    Raises:
        InvalidFields: `confirm` is not the user name.
        NotFound: no such client.
    """
    if confirm != username:
        raise InvalidFields({"confirm": "Must be your own user name."})
    erase(client_id)


def erase(client_id: int) -> None:
    """Erase a client, for good; raises `NotFound`.

    The client's row is locked first: whoever would take a hold for it at this instant waits, and
    then finds no client.
    """
    clients.get(client_id, for_update=True)
    give_all_back(client_id, REASON)
    session().execute(delete(KeptAnswer).where(KeptAnswer.owner == f"client:{client_id}"))
    clients.remove(client_id)
