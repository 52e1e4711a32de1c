"""Joining a store: whoever has read an invitation comes in, with an account that is there or new.

The link is used last. Of two who come by one link at one instant the second finds it used, and
everything that it has written is undone.
"""

from dataclasses import dataclass

from flashpromo import db
from flashpromo.accounts import links, users
from flashpromo.accounts.links import LinkSpent, Purpose
from flashpromo.accounts.models import OneTimeLink, User
from flashpromo.errors import Forbidden, NotFound
from flashpromo.market import members, open_invitations, stores
from flashpromo.market.members import Role
from flashpromo.market.models import Store


@dataclass(frozen=True)
class Offered:
    """What a link invites to."""

    store: Store
    role: Role
    email: str


def offered(link: OneTimeLink, *, lock: bool = False) -> Offered:
    """What a link invites to; raises `LinkSpent` when the store is gone or it invites to none."""
    if link.purpose != Purpose.INVITATION or link.store_id is None or link.role is None:
        raise LinkSpent
    try:
        store = stores.get(link.store_id, for_update=lock)
    except NotFound as error:
        raise LinkSpent from error
    return Offered(store, Role(link.role), link.email)


def join(token: str, user_id: int) -> Offered:
    """Come in with the account that one has; nobody becomes less than before by it.

    Raises:
        LinkSpent: the invitation is not open any more.
        Forbidden: an operator needs no invitation.
    """
    user = db.session().get_one(User, user_id)
    if user.is_operator:
        raise Forbidden("An operator is a member of no store.")
    link = links.look(token)
    offer = offered(link, lock=True)
    present = members.roles_of(user_id).get(offer.store.id)
    if present is not Role.OWNER and present is not offer.role:
        members.put(offer.store.id, user_id, offer.role)
    _use(link, offer)
    return offer


def join_as_new(token: str, username: str, password: str) -> Offered:
    """Come in with a new account, whose address is the one that the letter went to.

    Members stand on every node and are written before the sign-in and the link, which stand on one.

    Raises:
        LinkSpent: the invitation is not open any more.
        InvalidFields: the name is taken, or a value is not allowed.
    """
    link = links.look(token)
    offer = offered(link, lock=True)
    user = users.begin_merchant(username, link.email, password)
    members.put(offer.store.id, user.id, offer.role)
    users.finish(user, username, link.email, password)
    _use(link, offer)
    return offer


def _use(link: OneTimeLink, offer: Offered) -> None:
    """Of two who come at one instant the second finds the link used, and is undone."""
    links.use(link)
    open_invitations.end_to(offer.store.id, offer.email, "accepted")
