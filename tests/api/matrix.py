"""Two markets that have nothing to do with each other: one asks for what the other has.

TechShop's people ask. Café's things are foreign to them, and named so that it shows wherever one
leaks out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from flashpromo.accounts import tokens
from flashpromo.accounts.models import SignIn
from flashpromo.accounts.permissions import GRANTS, Kind, Permission
from flashpromo.accounts.principal import ALWAYS, TokenKind
from flashpromo.db import session, transaction
from flashpromo.market import products, stores
from flashpromo.market.members import Role
from flashpromo.notify.models import Notification
from flashpromo.promos import lifecycle
from tests.api.conftest import Caller, People
from tests.story import activate, take, terms
from tests.world import LATITUDE, LONGITUDE, World

FOREIGN: Final = "foreign"
STAFF: Final = frozenset({Kind.OPERATOR, Kind.MERCHANT})

HIDDEN_FROM: Final[Mapping[str, frozenset[Kind]]] = {
    "store_id": frozenset({Kind.MERCHANT}),
    "product_id": frozenset({Kind.MERCHANT}),
    "promo_id": frozenset({Kind.MERCHANT, Kind.CLIENT}),
    "client_id": frozenset({Kind.CLIENT}),
    "segment_id": frozenset(),
    "user_id": STAFF,  # a member, within its store
    "key": frozenset({Kind.CLIENT}),
    "day": frozenset({Kind.CLIENT}),
    "token_id": frozenset(Kind),
    "key_id": frozenset(Kind),
}
"""To whom the things of others are not there, by the name of the path argument."""

MISSING: Final[Mapping[str, object]] = {
    "key": 10**17,
    "day": date(2001, 1, 1),
    "token_id": UUID(int=7),
    "key_id": UUID(int=7),
}
"""What does not exist, where it is no number."""


@dataclass
class Asking:
    """Somebody who asks, and whose things those are that path arguments name."""

    name: str
    kind: Kind | None
    caller: Caller | None
    own: dict[str, object]
    scopes: frozenset[Permission] | None = None

    def may(self, permission: Permission) -> bool:
        """What the one table says, narrowed by the scopes of the token."""
        if self.kind is None or permission not in GRANTS[self.kind]:
            return False
        return self.scopes is None or permission in self.scopes or permission in ALWAYS

    def send(self, http: Any, method: str, path: str, **options: Any) -> Any:
        if self.caller is None:
            return http.open(path, method=method, **options)
        return self.caller._send(method, path, **options)


@dataclass
class Matrix:
    """Everybody who asks, and what is foreign to all of them."""

    asking: list[Asking]
    foreign: dict[str, object]

    @classmethod
    def build(cls, app: Flask, people: People, world: World) -> "Matrix":
        """Fill the world with a thing of each kind for either side."""
        with app.app_context():
            promo = activate(world, quantity=5)
            with transaction():
                stranger = world.add_client("stranger", metres=80)
            own_hold = take(world.alice, promo.id)
            foreign_hold = take(stranger, promo.id)
            foreign = _cafe(world)
            told = session().scalars(select(Notification)).first()
            own_day, foreign_day = told.local_day, told.local_day - timedelta(days=1)
            with transaction():
                session().add(_told(stranger, foreign_day, told))
                draft = lifecycle.create(terms(world), publish=False)
        cafe = people.merchant(f"{FOREIGN}-cafe", foreign["store_id"])
        owner = people.merchant("owner", world.store_id)
        staff = people.merchant("staff", world.store_id, role=Role.STAFF)
        operator = people.operator("operator")
        client = people.client("alice", world.alice)
        foreign |= {
            "client_id": stranger,
            "user_id": cafe.user_id,
            "key": foreign_hold.reservation_id,
            "day": foreign_day,
            "token_id": _spare(app, f"{FOREIGN}-cafe"),
            "key_id": _spare(app, f"{FOREIGN}-cafe", TokenKind.KEY),
        }
        shared = {
            "store_id": world.store_id,
            "product_id": world.product_id,
            "promo_id": draft.id,
            "segment_id": world.new_users,
            "user_id": owner.user_id,
            "client_id": world.alice,
            "key": own_hold.reservation_id,
            "day": own_day,
        }

        def who(name: str, kind: Kind, caller: Caller, **differs: object) -> Asking:
            return Asking(name, kind, caller, shared | _spares(app, name) | differs)

        asking = [
            Asking("anonymous", None, None, {**MISSING, **shared}),
            who("alice", Kind.CLIENT, client, promo_id=promo.id),
            who("staff", Kind.MERCHANT, staff),
            who("owner", Kind.MERCHANT, owner),
            who("operator", Kind.OPERATOR, operator),
        ]
        asking += [_narrowed(app, each) for each in asking[1:]]
        return cls(asking, foreign)


def _cafe(world: World) -> dict[str, Any]:
    """A store of somebody else, with a product and a draft."""
    with transaction():
        cafe = stores.create(
            name=f"{FOREIGN} café", latitude=LATITUDE, longitude=LONGITUDE, time_zone="UTC"
        )
        coffee = products.create(cafe, name=f"{FOREIGN} coffee", regular_price=Decimal(999))
        draft = lifecycle.create(terms(world, product_id=coffee.id), publish=False)
    return {"store_id": cafe.id, "product_id": coffee.id, "promo_id": draft.id}


def _told(client_id: int, day: date, like: Notification) -> Notification:
    return Notification(
        client_id=client_id,
        local_day=day,
        promo_id=like.promo_id,
        created_at=like.created_at - timedelta(days=1),
        distance_m=like.distance_m,
        segment_id=like.segment_id,
        located_at=like.located_at,
    )


def _spares(app: Flask, username: str) -> dict[str, object]:
    return {
        "token_id": _spare(app, username),
        "key_id": _spare(app, username, TokenKind.KEY),
    }


def _spare(app: Flask, username: str, kind: TokenKind = TokenKind.TOKEN) -> UUID:
    """One more token of somebody, which nobody uses."""
    with app.app_context(), transaction():
        owner = session().get_one(SignIn, username)
        return tokens.issue(owner, hours=1, kind=kind, name=username).id


def _narrowed(app: Flask, whole: Asking) -> Asking:
    """The same person with a token for nothing but reading segments."""
    scopes = frozenset({Permission.SEGMENTS_READ})
    with app.app_context(), transaction():
        owner = session().get_one(SignIn, whole.name)
        issued = tokens.issue(owner, hours=1, scopes=scopes)
    caller = Caller(whole.caller.http, issued.token)
    return Asking(f"{whole.name}, narrowed", whole.kind, caller, whole.own, scopes)
