"""A letter is made ready in the transaction that leases it: with a link of its own, good once.

So there is no link without a lease, and a letter that was withdrawn at this instant either has none
or loses it again. Whoever sends it commits first: a link that reaches somebody is in the database.
"""

from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from typing import Final

from flashpromo import config
from flashpromo.accounts import forgotten, links, sign_ins
from flashpromo.db import app_now, session
from flashpromo.errors import NotFound
from flashpromo.letters import leases
from flashpromo.letters.models import Kind, Letter
from flashpromo.market import stores
from flashpromo.post import words

GONE: Final = "receiver_gone"


@dataclass(frozen=True)
class Ready:
    """A letter under its lease, and the mail that it becomes."""

    letter: Letter
    mail: EmailMessage


def prepare(letter_id: int) -> Ready | None:
    """Lease a letter and write its mail; None when there is nothing to send (any more).

    Somebody who has forgotten a password is answered by letters of their own, and what was typed is
    deleted.
    """
    letter = leases.lease(letter_id, app_now())
    if letter is None:
        return None
    if letter.kind == Kind.FORGOTTEN:
        forgotten.answer(letter)
        session().delete(letter)
        return None
    mail = _invitation(letter) if letter.kind == Kind.INVITATION else _of_account(letter)
    if mail is None:
        leases.finish(letter.id, letter.lease_token, "dropped", GONE)
        return None
    return Ready(letter, mail)


def _of_account(letter: Letter) -> EmailMessage | None:
    """About an account, if it still has that address."""
    owner = sign_ins.find(letter.username or "")
    if owner is None or owner.email != letter.email:
        return None
    if letter.kind == Kind.PASSWORD_CHANGED:
        return words.mail(letter, username=owner.username)
    minutes = config.current().password_link_minutes
    token = links.make_for_password(owner.username, owner.email, timedelta(minutes=minutes))
    return words.mail(letter, token, username=owner.username, minutes=minutes)


def _invitation(letter: Letter) -> EmailMessage | None:
    """Into a store, if it is still there."""
    if letter.store_id is None or letter.email is None or letter.role is None:
        return None
    try:
        store = stores.get(letter.store_id)
    except NotFound:
        return None
    days = config.current().invitation_days
    life = timedelta(days=days)
    token = links.make_for_invitation(store.id, letter.email, letter.role, letter.created_by, life)
    inviter = sign_ins.of_user(letter.created_by)
    return words.mail(letter, token, days=days, store=store, role=letter.role, inviter=inviter)
