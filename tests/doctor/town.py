"""A busy, healthy town: promos in every state, holds and sales, notices sent, skipped and waiting.

Everything in it was written by the domain itself, so the doctor must find nothing to complain of.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from redis import Redis
from sqlalchemy import text

from flashpromo import campaign, jobs
from flashpromo.accounts import tokens
from flashpromo.accounts.models import SignIn
from flashpromo.audience import clients, segments
from flashpromo.checkout import settle
from flashpromo.checkout.hold import hold
from flashpromo.checkout.models import Reservation
from flashpromo.db import app_now, session, transaction
from flashpromo.market import products, stores
from flashpromo.notify import partitions
from flashpromo.operations import traces
from flashpromo.promos import catalogue, lifecycle
from tests.conftest import Clock
from tests.story import forget_hints, terms
from tests.world import World

PASSWORD_HASH = "not a hash: nobody signs in here"
PROMOS = {
    "sale": {"quantity": 3},
    "last_piece": {"quantity": 1},
    "sold_out": {"quantity": 1},
    "cancelled": {"quantity": 2},
    "ended": {"minutes": 8},
    "deleted": {},
    "paused": {},
    "moved": {},
    "shelf_1": {"quantity": 2},
    "shelf_2": {"quantity": 2},
    "shelf_3": {"quantity": 2},
    "shelf_4": {"quantity": 2},
}
TOLD_BY = ("ended", "cancelled", "paused", "moved")
"""These have a segment of their own with one client in it, who is therefore told by them."""


@dataclass
class Town:
    """Ids by name: clients, promos, products; `now` is the moment in which it was finished."""

    world: World
    clock: Clock
    ids: dict[str, int] = field(default_factory=dict)
    segments: dict[str, int] = field(default_factory=dict)
    weeks: list[str] = field(default_factory=list)
    now: datetime = field(init=False)

    @property
    def values(self) -> Mapping[str, Any]:
        """For SQL: `:alice` is a client, `:sale` a promo, `:now` the time."""
        return {**self.world.clients, **self.ids, "now": self.now}

    def hold(self, client: str, promo: str) -> Reservation:
        with transaction():
            return hold(self.world.clients[client], self.ids[promo])


def build(clock: Clock, redis: Redis) -> Town:
    """Live through eleven minutes of it."""
    town = Town(World.build(), clock)
    _open(town)
    _start(town)
    _early_trade(town)
    clock.advance(minutes=10)
    forget_hints(redis)
    _later_trade(town)
    clock.advance(seconds=30)
    _people(town)
    with transaction():
        traces.leave("scheduler", app_now(), 60, {})
    town.now = app_now()
    session().rollback()
    return town


def _open(town: Town) -> None:
    """The weeks, the buyers, a segment with one client for each promo that tells somebody."""
    with transaction():
        town.weeks = partitions.ensure(app_now().date())
        for name in ("grace", "heidi", "ivan", "kim", "leo", "mallory"):
            town.world.add_client(name, metres=50, opted_in=False)
        for promo in TOLD_BY:
            segment = segments.create(name=promo)
            town.segments[promo] = segment.id
            town.world.add_client(f"told_by_{promo}", metres=500, segment_ids=[segment.id])


def _start(town: Town) -> None:
    """Publish every promo, each of a product of its own, and activate them as one wave."""
    with transaction():
        store = stores.get(town.world.store_id)
        for name, wanted in PROMOS.items():
            town.ids[name] = _offer(town, store, name, **wanted).id
        tomorrow = app_now() + timedelta(days=1)
        times = {"start_time": tomorrow, "end_time": tomorrow + timedelta(hours=1)}
        town.ids["scheduled"] = _offer(town, store, "scheduled", **times).id
        town.ids["draft"] = _offer(town, store, "draft", publish=False, **times).id
    with transaction():
        campaign.activate_due()


def _offer(town: Town, store: Any, name: str, *, publish: bool = True, **wanted: Any) -> Any:
    product = products.create(store, name=name, regular_price=Decimal("999.00"))
    town.ids[f"product_{name}"] = product.id
    own = town.segments.get(name)
    audience = (town.world.new_users,) if own is None else (town.world.new_users, own)
    minutes = wanted.pop("minutes", 120)
    usual = terms(town.world, product_id=product.id, segment_ids=audience)
    usual = usual.changed({"end_time": usual.start_time + timedelta(minutes=minutes)} | wanted)
    return lifecycle.create(usual, publish=publish)


def _early_trade(town: Town) -> None:
    """One sale, one release, one hold that lapses, one sell-out, one cancellation with a hold."""
    sold, given_back = town.hold("alice", "sale"), town.hold("grace", "sale")
    last, cancelled = town.hold("leo", "sold_out"), town.hold("grace", "cancelled")
    town.hold("heidi", "cancelled")
    with transaction():
        settle.release(town.world.grace, given_back.reservation_id)
    for buyer, bought in (("alice", sold), ("leo", last), ("grace", cancelled)):
        with transaction():
            settle.complete(town.world.clients[buyer], bought.reservation_id)
    with transaction():
        campaign.cancel(town.ids["cancelled"])
    with transaction():
        campaign.delete(town.ids["deleted"])
    with transaction():
        lifecycle.pause(town.ids["paused"])
    for promo in PROMOS:
        jobs.deliver(town.ids[promo])
    town.clock.advance(minutes=2)
    town.hold("heidi", "shelf_4")


def _later_trade(town: Town) -> None:
    """What has ended is withdrawn, a promo is moved, the catalogue changes, two holds are live."""
    with transaction():
        campaign.withdraw_finished()
    with transaction():
        tomorrow = app_now() + timedelta(days=1)
        later = {"start_time": tomorrow, "end_time": tomorrow + timedelta(hours=1)}
        lifecycle.change(town.ids["moved"], later | {"max_distance_km": Decimal("0.1")})
    with transaction():
        catalogue.change_store(town.world.store_id, None, latitude=19.4327)
        catalogue.change_product(town.ids["product_shelf_1"], None, regular_price=Decimal("899.00"))
    town.hold("ivan", "sale")
    town.hold("kim", "last_piece")


def _people(town: Town) -> None:
    """Sign-ins with and without a token, outside ids."""
    with transaction():
        for name in ("alice", "grace"):
            client_id = town.world.clients[name]
            clients.change(client_id, {"external_id": f"crm-{name}"})
            sign_in = SignIn(username=name, password_hash=PASSWORD_HASH, client_id=client_id)
            session().add(sign_in)
            session().flush()
            if name == "alice":
                tokens.issue(sign_in, hours=1)
    with transaction():
        session().execute(text("ANALYZE"))
