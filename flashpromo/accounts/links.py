"""Links that are good once: made when a letter is sent, looked at as often as one likes, used once.

Only the SHA-256 of a link's token is kept. All links that were sent for one thing are good until
one of them is used, then none is: a letter that comes late is as good as a new one. To look at a
link uses nothing up, because programs that guard a mailbox open every link before its owner does.
"""

import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final

from sqlalchemy import ColumnElement, delete, func, select, update

from flashpromo import db
from flashpromo.accounts.models import OneTimeLink
from flashpromo.errors import DomainError

KEPT: Final = timedelta(days=30)
"""How long an expired link stays on record."""


LONGEST: Final = 128


class Purpose(StrEnum):
    """What a link lets its reader do."""

    PASSWORD = "password"  # noqa: S105 - the name of a purpose
    INVITATION = "invitation"


class LinkSpent(DomainError):
    """It was used, has expired, was withdrawn, or never was: all of them look the same."""

    status = 410
    code = "link_spent"
    title = "This link is not good any more."


def make_for_password(username: str, email: str, life: timedelta) -> str:
    """A new link with which the owner of that name chooses a password; its token, shown once."""
    return _make(life, purpose=Purpose.PASSWORD.value, username=username, email=email)


def make_for_invitation(
    store_id: int, email: str, role: str, created_by: int | None, life: timedelta
) -> str:
    """A new link with which its reader becomes a member of a store; its token, shown once."""
    return _make(
        life,
        purpose=Purpose.INVITATION.value,
        store_id=store_id,
        email=email,
        role=role,
        created_by=created_by,
    )


def look(token: str) -> OneTimeLink:
    """The link of that token, without using it up; raises `LinkSpent`."""
    found = None
    if token.isascii() and len(token) <= LONGEST:
        good = select(OneTimeLink).where(OneTimeLink.token_hash == _hash_of(token), _is_good())
        found = db.session().scalar(good)
    if found is None:
        raise LinkSpent
    return found


def use(link: OneTimeLink) -> None:
    """Use it up; of two who use it at one instant the second one is refused by `LinkSpent`."""
    used = (
        update(OneTimeLink)
        .where(OneTimeLink.token_hash == link.token_hash, _is_good())
        .values(used_at=func.app_now())
        .returning(OneTimeLink.token_hash)
        .execution_options(synchronize_session=False)
    )
    if db.session().scalar(used) is None:
        raise LinkSpent


def burn(which: ColumnElement[bool]) -> bool:
    """Let links that were not used be good no more; whether there were any."""
    unused = delete(OneTimeLink).where(which, OneTimeLink.used_at.is_(None))
    gone = unused.returning(OneTimeLink.token_hash).execution_options(synchronize_session=False)
    return bool(db.session().scalars(gone).all())


def burn_of_name(username: str) -> None:
    """No link chooses a password for that name any more."""
    burn(OneTimeLink.username == username)


def forget_account(username: str) -> None:
    """Delete every link of that user name, used or not."""
    db.session().execute(delete(OneTimeLink).where(OneTimeLink.username == username))


def forget_old(now: datetime) -> int:
    """Delete links that expired long ago; how many."""
    old = delete(OneTimeLink).where(OneTimeLink.expires_at < now - KEPT)
    return len(db.session().scalars(old.returning(OneTimeLink.token_hash)).all())


def _is_good() -> ColumnElement[bool]:
    return OneTimeLink.used_at.is_(None) & (OneTimeLink.expires_at > func.app_now())


def _make(life: timedelta, **values: object) -> str:
    token, now = secrets.token_urlsafe(32), db.app_now()
    db.session().add(
        OneTimeLink(token_hash=_hash_of(token), created_at=now, expires_at=now + life, **values)
    )
    db.session().flush()
    return token


def _hash_of(token: str) -> bytes:
    return sha256(token.encode("ascii")).digest()
