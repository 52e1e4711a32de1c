"""The one place where the API asks who may do what.

Every route names by `allow` the permission that it needs (see `accounts.permissions`), or says
`anyone`; one that says nothing is refused to all, and fails a test. What a person may see *within*
a route is a scope that the domain's queries take. A write on a thing out of that scope is refused
before its body is looked at: what is not there says nothing about fields.
"""

from collections.abc import Callable, Mapping
from typing import Final, Literal, TypeVar, cast

from flask import current_app, request

from flashpromo.accounts import tokens
from flashpromo.accounts.permissions import GRANTS, Kind, Permission
from flashpromo.accounts.principal import Principal
from flashpromo.audience import clients, segments
from flashpromo.db import app_now
from flashpromo.entrance import acting, uses
from flashpromo.errors import Forbidden, NotAuthenticated, NotFound
from flashpromo.market import members, products, stores
from flashpromo.market.members import Role
from flashpromo.promos import queries
from flashpromo.promos.queries import SHOPPER, Sight

View = TypeVar("View", bound=Callable[..., object])

NEEDED: Final = "needed_permission"
ANYONE: Final = "anyone"
PRINCIPAL: Final = "flashpromo.principal"
ROLES: Final = "flashpromo.roles"


class InsufficientScope(Forbidden):
    """The person may, but not with this token: it was narrowed to other scopes."""

    code = "insufficient_scope"
    title = "This token was not made for that."


def allow(permission: Permission) -> Callable[[View], View]:
    """Declare that a route needs this permission."""
    return _declare(permission)


def anyone() -> Callable[[View], View]:
    """Declare a route that needs no token."""
    return _declare(ANYONE)


def needed(endpoint: str) -> Permission | Literal["anyone"] | None:
    """What a route of the current application has declared; None if nothing."""
    return getattr(current_app.view_functions[endpoint], NEEDED, None)


def check() -> None:
    """Refuse the request unless who is asking may; runs before every view and its input.

    Raises:
        NotAuthenticated: no valid token where one is needed.
        Forbidden: the route is for others, or has declared nothing.
        InsufficientScope: the token is not for this.
        NotFound: a write on something out of sight.
    """
    if request.endpoint is None or request.method == "OPTIONS":
        return  # the methods of a path are told to anyone, as the description tells them
    permission = needed(request.endpoint)
    if permission is None:
        raise Forbidden
    if permission == ANYONE:
        return
    who = principal()
    if not who.may(permission):
        raise InsufficientScope if permission in GRANTS[who.kind] else Forbidden
    if request.method in WITH_A_BODY:
        for name, demand in SIGHTS.items():
            if name in (request.view_args or {}):
                demand((request.view_args or {})[name])


def check_again() -> None:
    """The same anew, from what stands in the database now: a long body has come in since.

    Scopes that were read before do not hold any more: a view reads them after this.
    """
    request.environ[PRINCIPAL] = tokens.principal_of(_token())
    request.environ.pop(ROLES, None)
    check()


def principal() -> Principal:
    """Who is asking; raises `NotAuthenticated` when nobody signed in is."""
    if PRINCIPAL not in request.environ:
        who = tokens.principal_of(_token(), may_believe=_may_believe())
        request.environ[PRINCIPAL] = who
        acting.known(who)
        uses.note(who)
    return cast(Principal, request.environ[PRINCIPAL])


def _may_believe() -> bool:
    """A read may take a token by what was known a second ago, and so may whoever races for a unit.

    What is revoked elsewhere thus ends at once for every other write.
    """
    if request.method in READS or request.endpoint is None:
        return True
    return needed(request.endpoint) == Permission.RESERVATIONS_WRITE


def client_id() -> int:
    """The client that is asking; raises `Forbidden` for staff."""
    found = principal().client_id
    if found is None:
        raise Forbidden
    return found


def store_scope() -> frozenset[int] | None:
    """The stores whose things the asking person may see: a merchant its own, all others all."""
    who = principal()
    return frozenset(roles()) if who.kind is Kind.MERCHANT else None


def promo_sight() -> Sight:
    """The promos that the asking person may see: a client those that have started."""
    return SHOPPER if principal().kind is Kind.CLIENT else Sight(store_ids=store_scope())


def must_see(promo_id: int) -> None:
    """Raise `NotFound` for a promo that the asking person may not see."""
    queries.get(promo_id, promo_sight(), app_now())


def must_own(store_id: int) -> None:
    """Raise `Forbidden` for a member of the store who is not its owner.

    Asked within the transaction of the write, and to its end nobody stops being an owner.
    """
    who = principal()
    if who.kind is Kind.MERCHANT and who.user_id is not None:
        members.must_own(store_id, who.user_id)


def roles() -> dict[int, Role]:
    """The stores that the asking user is a member of; read once a request."""
    if ROLES not in request.environ:
        user_id = principal().user_id
        request.environ[ROLES] = members.roles_of(user_id) if user_id is not None else {}
    return cast(dict[int, Role], request.environ[ROLES])


def see_store(store_id: int) -> None:
    """Raise `NotFound` for a store that is none, or somebody else's."""
    stores.get(store_id, scope=store_scope())


def see_product(product_id: int) -> None:
    """Raise `NotFound` for a product that is none, or somebody else's."""
    products.get(product_id, scope=store_scope())


def see_client(client_id: int) -> None:
    """Raise `NotFound` for a client that is none or, to a client, another one."""
    if principal().client_id not in {None, client_id}:
        raise NotFound(f"There is no client {client_id}.")
    clients.get(client_id)


READS: Final = frozenset({"GET", "HEAD"})
WITH_A_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
SIGHTS: Final[Mapping[str, Callable[[int], object]]] = {
    "store_id": see_store,
    "product_id": see_product,
    "promo_id": must_see,
    "client_id": see_client,
    "segment_id": segments.get,
}
"""How the id of a path is looked at, by its name there."""


def _token() -> str:
    sent = request.authorization
    if sent is None or sent.type != "bearer" or not sent.token:
        raise NotAuthenticated
    return sent.token


def _declare(needed_permission: str) -> Callable[[View], View]:
    def declare(view: View) -> View:
        setattr(view, NEEDED, needed_permission)
        return view

    return declare
