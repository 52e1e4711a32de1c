"""Who may look into the console, and at which stores.

Merchants see the stores that they are members of, operators all. Whoever has several may narrow the
console to one of them: its id stands in the signed cookie of the browser and is looked at anew on
every request, so a membership that ended shows nothing more. Who is not signed in was led to the
form before this.
"""

from typing import Final, cast

from flask import request, session
from flask_babel import gettext as _

from flashpromo.accounts.permissions import Kind
from flashpromo.accounts.principal import Principal
from flashpromo.entrance import visitor
from flashpromo.errors import Forbidden, NotAuthenticated, NotFound
from flashpromo.market import members, stores
from flashpromo.market.members import Role
from flashpromo.market.models import Store
from flashpromo.promos.queries import Sight

CHOSEN: Final = "store"
ROLES: Final = "flashpromo.console.roles"
STORE: Final = "flashpromo.console.store"


def check() -> None:
    """Let in merchants and operators; stands before every view of the console.

    Raises:
        NotAuthenticated: nobody is signed in.
        Forbidden: a client.
    """
    if principal().kind is Kind.CLIENT:
        raise Forbidden(
            _("The console is for the merchants of the marketplace; you are signed in as a client.")
        )


def principal() -> Principal:
    """Who is looking; raises `NotAuthenticated` when nobody is signed in."""
    who = visitor.current()
    if who is None:
        raise NotAuthenticated
    return who


def roles() -> dict[int, Role]:
    """The stores that somebody is a member of, with the role; read once a request."""
    if ROLES not in request.environ:
        user_id = principal().user_id
        request.environ[ROLES] = members.roles_of(user_id) if user_id is not None else {}
    return cast(dict[int, Role], request.environ[ROLES])


def scope() -> frozenset[int] | None:
    """The ids of the stores that somebody may see; None for all, an operator's."""
    return None if principal().kind is Kind.OPERATOR else frozenset(roles())


def store() -> Store | None:
    """The store that the console is narrowed to; None while it is not."""
    if STORE not in request.environ:
        request.environ[STORE] = _chosen()
    return cast(Store | None, request.environ[STORE])


def sight() -> Sight:
    """The promos that the console shows now."""
    chosen = store()
    return Sight(store_ids=frozenset({chosen.id}) if chosen else scope())


def owns(store_id: int) -> bool:
    """Whether somebody manages the members of a store: its owners do, and operators."""
    return principal().kind is Kind.OPERATOR or roles().get(store_id) is Role.OWNER


def must_own(store_id: int) -> None:
    """Lock the store in the open transaction, and let on only who owns it still.

    Raises:
        NotFound: there is no such store in sight.
        Forbidden: staff.
    """
    stores.get(store_id, scope=scope(), for_update=True)
    who = principal()
    if who.kind is not Kind.OPERATOR:
        members.must_own(store_id, who.user_id or 0)


def choose(store_id: int | None) -> None:
    """Narrow the console to a store, or to none; raises `NotFound` for one out of sight."""
    request.environ.pop(STORE, None)
    if store_id is None:
        session.pop(CHOSEN, None)
        return
    session[CHOSEN] = stores.get(store_id, scope=scope()).id


def _chosen() -> Store | None:
    """The chosen store, if it is still one's own; a person with one store has chosen it."""
    within = scope()
    if within is not None and len(within) == 1:
        return stores.get(*within)
    store_id = session.get(CHOSEN)
    if not isinstance(store_id, int):
        return None
    try:
        return stores.get(store_id, scope=within)
    except NotFound:
        session.pop(CHOSEN, None)
        return None
