"""Who may do what: the one place where the API asks.

Every route says by `allow` or `anyone` for whom it is; one that says nothing is refused to all, and
fails a test. What a person may see *within* a route is a scope that the domain's queries take.
"""

from collections.abc import Callable
from typing import Final, TypeVar, cast

from flask import current_app, request

from flashpromo.accounts import tokens
from flashpromo.accounts.principal import Kind, Principal
from flashpromo.db import app_now
from flashpromo.errors import Forbidden, NotAuthenticated
from flashpromo.market import members
from flashpromo.market.members import Role
from flashpromo.promos import queries
from flashpromo.promos.queries import SHOPPER, Sight

View = TypeVar("View", bound=Callable[..., object])

OPERATOR: Final = Kind.OPERATOR
MERCHANT: Final = Kind.MERCHANT
CLIENT: Final = Kind.CLIENT

ALLOWED: Final = "allowed_kinds"
PRINCIPAL: Final = "flashpromo.principal"
ROLES: Final = "flashpromo.roles"


def allow(*kinds: Kind) -> Callable[[View], View]:
    """Declare a route for signed-in people of these kinds."""
    return _declare(frozenset(kinds))


def anyone() -> Callable[[View], View]:
    """Declare a route that needs no token."""
    return _declare(frozenset())


def check() -> None:
    """Refuse the request unless its route is declared for who is asking; runs before every view.

    Raises:
        NotAuthenticated: no valid token where one is needed.
        Forbidden: the route is for others.
    """
    if request.endpoint is None:
        return
    allowed = getattr(current_app.view_functions[request.endpoint], ALLOWED, None)
    if allowed is None:
        raise Forbidden
    if allowed and principal().kind not in allowed:
        raise Forbidden


def principal() -> Principal:
    """Who is asking; raises `NotAuthenticated` when nobody signed in is."""
    if PRINCIPAL not in request.environ:
        sent = request.authorization
        if sent is None or sent.type != "bearer" or not sent.token:
            raise NotAuthenticated
        request.environ[PRINCIPAL] = tokens.principal_of(sent.token)
    return cast(Principal, request.environ[PRINCIPAL])


def client_id() -> int:
    """The client that is asking; raises `Forbidden` for staff."""
    found = principal().client_id
    if found is None:
        raise Forbidden
    return found


def store_scope() -> frozenset[int] | None:
    """The stores whose things the asking person may see: a merchant its own, all others all."""
    who = principal()
    return frozenset(roles()) if who.kind is MERCHANT else None


def promo_sight() -> Sight:
    """The promos that the asking person may see: a client those that have started."""
    return SHOPPER if principal().kind is CLIENT else Sight(store_ids=store_scope())


def must_see(promo_id: int) -> None:
    """Raise `NotFound` for a promo that the asking person may not see."""
    queries.get(promo_id, promo_sight(), app_now())


def must_own(store_id: int) -> None:
    """Raise `Forbidden` for a member of the store who is not its owner."""
    if principal().kind is MERCHANT and roles().get(store_id) is not Role.OWNER:
        raise Forbidden("Only an owner of the store may do this.")


def roles() -> dict[int, Role]:
    """The stores that the asking user is a member of; read once a request."""
    if ROLES not in request.environ:
        user_id = principal().user_id
        request.environ[ROLES] = members.roles_of(user_id) if user_id is not None else {}
    return cast(dict[int, Role], request.environ[ROLES])


def _declare(kinds: frozenset[Kind]) -> Callable[[View], View]:
    def declare(view: View) -> View:
        setattr(view, ALLOWED, kinds)
        return view

    return declare
