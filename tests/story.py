"""Steps that many stories share: a promo of TechShop, published; the clock moved to its start."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from redis import Redis
from sqlalchemy import event, select

from flashpromo import campaign
from flashpromo.checkout import settle
from flashpromo.checkout.hold import hold
from flashpromo.checkout.models import Reservation
from flashpromo.db import app_now, db, session, transaction
from flashpromo.doctor import examine
from flashpromo.notify.models import Notification
from flashpromo.promos import lifecycle, queries
from flashpromo.promos.models import Promo, PromoRun
from flashpromo.promos.states import State, state_at
from flashpromo.promos.terms import Terms
from flashpromo.queueing import timetable
from flashpromo.queueing.job import queue
from tests.world import World


def terms(world: World, **changes: Any) -> Terms:
    """Headphones at 499.00 for new users, within 2 km, starting now, for two hours."""
    now = app_now()
    usual = Terms(
        product_id=world.product_id,
        promo_price=Decimal("499.00"),
        start_time=now,
        end_time=now + timedelta(hours=2),
        segment_ids=(world.new_users,),
    )
    return usual.changed(changes)


def publish(world: World, **changes: Any) -> Promo:
    """Create and publish a promo with these terms."""
    with transaction():
        return lifecycle.create(terms(world, **changes), publish=True)


def activate(world: World, **changes: Any) -> Promo:
    """Publish a promo that starts now and activate it."""
    promo = publish(world, **changes)
    with transaction():
        assert promo.id in campaign.activate_due().notified
    return promo


def change(promo_id: int, *, is_active: bool | None = None, **changes: Any) -> Promo:
    """Change some terms of a promo."""
    with transaction():
        return lifecycle.change(promo_id, changes, is_active=is_active)


def state_of(promo_id: int) -> State:
    """The promo's state now."""
    now = app_now()
    return state_at(queries.get(promo_id, queries.EVERYTHING, now), now)


def take(client_id: int, promo_id: int) -> Reservation:
    """Hold a unit of the promo for the client."""
    with transaction():
        return hold(client_id, promo_id)


def complete(reservation: Reservation) -> Reservation:
    """Its holder buys."""
    with transaction():
        return settle.complete(reservation.client_id, reservation.reservation_id)


def release(reservation: Reservation) -> Reservation:
    """Its holder gives it back."""
    with transaction():
        return settle.release(reservation.client_id, reservation.reservation_id)


def timetable_of(redis: Redis) -> dict[str, datetime]:
    """The jobs that are to ring, and when."""
    key = timetable.timetable(redis).scheduled_jobs_key
    entries = redis.zrange(key, 0, -1, withscores=True)
    return {job.decode(): datetime.fromtimestamp(score, UTC) for job, score in entries}


def rung(redis: Redis, queue_name: str) -> list[tuple[str, int]]:
    """The jobs that wait in a queue: names and promo ids."""
    return [(job.func_name, job.args[0]) for job in queue(queue_name, redis).jobs]


def forget_hints(redis: Redis) -> None:
    """Redis measures its seconds by itself: after a jump of the clock its hints are over."""
    for key in (*redis.scan_iter("flashpromo:taken:*"), *redis.scan_iter("flashpromo:eligible:*")):
        redis.delete(key)


def notified() -> set[int]:
    """Everybody who has been told of anything."""
    return set(session().scalars(select(Notification.client_id)))


def run_of(promo_id: int) -> PromoRun:
    """What has happened to the promo, as it stands in the database."""
    run = session().get(PromoRun, promo_id, populate_existing=True)
    assert run is not None
    return run


def activate_due(*promo_ids: int) -> dict[int, int]:
    """Activate what is due, or of that only these: how many clients each promo told."""
    with transaction():
        return campaign.activate_due(promo_ids or None).notified


def broken_promises() -> set[str]:
    """Whatever the doctor finds, but for what scheduler and workers keep up: tests run none."""
    kept_up = {"weeks_exist", "default_empty", "taken_up", "finished_withdrawn", "activated"}
    return {found.name for found in examine(app_now())} - kept_up


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement that this application sends to its database inside the block."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
