"""What somebody holds: the tokens, sessions and keys that stand for a person, who may end them.

Nobody sees or ends what another person holds: to everybody else it is not there.
"""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from flashpromo import audit, db
from flashpromo.accounts import ending, sign_ins
from flashpromo.accounts.models import AuthToken
from flashpromo.accounts.principal import Held, TokenKind
from flashpromo.errors import NotFound

ALL_KINDS: Final = frozenset(TokenKind)


def page(
    username: str, kinds: Collection[TokenKind], *, limit: int, offset: int
) -> tuple[int, Sequence[AuthToken]]:
    """How many are good for something now, and one page of them, newest first."""
    wanted = _of(username, kinds) & (
        AuthToken.expires_at.is_(None) | (AuthToken.expires_at > func.app_now())
    )
    count = db.session().scalar(select(func.count()).select_from(AuthToken).where(wanted)) or 0
    newest = select(AuthToken).where(wanted).order_by(AuthToken.created_at.desc(), AuthToken.id)
    return count, db.session().scalars(newest.limit(limit).offset(offset)).all()


def revoke(username: str, token_id: UUID, *, kinds: Collection[TokenKind] = ALL_KINDS) -> None:
    """End one of one's own; raises `NotFound` where there is none of that id."""
    if not ending.end(_of(username, kinds) & (AuthToken.id == token_id)):
        raise NotFound(f"You hold nothing of the id {token_id}.")


def revoke_others(username: str, kept: Held) -> None:
    """End all of one's own but the one in use.

    The sign-in is locked first: a key that is being made with one of the others is waited for.
    """
    found = sign_ins.find(username, lock=True)
    if ending.end(_of(username, ALL_KINDS) & (AuthToken.id != kept.id)) and found is not None:
        subject = sign_ins.subject_of(found)
        audit.record(f"{subject[0]}.signed_out_elsewhere", *subject)


def revoke_all(username: str) -> None:
    """End all that stands for a user, at an operator's word; `NotFound` when there is none."""
    found = sign_ins.find(username, lock=True)
    if found is None or found.user_id is None:
        raise NotFound(f"There is no user {username!r}.")
    ending.end(_of(username, ALL_KINDS))
    audit.record("user.signed_out", "user", found.user_id)


def end(held: Held) -> None:
    """End the one in use: sign out; one that has ended meanwhile is no error."""
    ending.end(AuthToken.token_hash == held.token_hash)


def _of(username: str, kinds: Collection[TokenKind]) -> ColumnElement[bool]:
    return (AuthToken.username == username) & AuthToken.kind.in_(sorted(kinds))
