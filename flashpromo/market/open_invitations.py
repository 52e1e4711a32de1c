"""Ending invitations: what was sent lets nobody in any more, waiting letters and links alike.

An invitation is as good as who has sent it. Whoever leaves a store, or owns it no more, would come
back by letters that were sent before, to an address of one's own; so these end together with that.
"""

from sqlalchemy import ColumnElement, func

from flashpromo.accounts import links, sign_ins
from flashpromo.accounts.models import OneTimeLink
from flashpromo.letters import outbox
from flashpromo.letters.models import Kind, Letter


def end_to(store_id: int, email: str, reason: str) -> None:
    """Let nobody come into a store by what was sent to an address."""
    address = email.lower()
    _end(
        (Letter.store_id == store_id) & (func.lower(Letter.email) == address),
        (OneTimeLink.store_id == store_id) & (func.lower(OneTimeLink.email) == address),
        reason,
    )


def end_from(store_id: int, user_id: int, reason: str) -> None:
    """Let nobody come into a store by what this user has sent."""
    _end(
        (Letter.store_id == store_id) & (Letter.created_by == user_id),
        (OneTimeLink.store_id == store_id) & (OneTimeLink.created_by == user_id),
        reason,
    )


def end_with_member(store_id: int, user_id: int) -> None:
    """Let nobody come back, or in, by what a member who leaves has sent or was sent."""
    end_from(store_id, user_id, "inviter_left")
    own = sign_ins.of_user(user_id)
    if own is not None and own.email:
        end_to(store_id, own.email, "member_left")


def _end(letters: ColumnElement[bool], sent: ColumnElement[bool], reason: str) -> None:
    """The letters first: a worker that is about to make a link is waited for, then it burns."""
    outbox.drop((Letter.kind == Kind.INVITATION.value) & letters, reason)
    links.burn(sent)
