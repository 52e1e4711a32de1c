"""Most looks go into the last weeks only: what is older must be found all the same."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import text

from flashpromo import jobs
from flashpromo.cli import rounds
from flashpromo.db import app_now, session, transaction
from flashpromo.notify import delivery, inbox, pending
from tests.story import activate

AGES = [0, 1, 3, 5, 9, 12, 40, 100, 170, 390]
TOLD = text("""
INSERT INTO notification
  (client_id, local_day, promo_id, created_at, distance_m, segment_id, located_at)
VALUES (:client_id, :day, :promo_id, :day, 1, 1, :day)
""")
AGED = text("""
UPDATE delivery SET local_day = local_day - CAST(:days AS integer) WHERE state = 'pending'
""")
CREATED = text(
    "UPDATE promo SET created_at = created_at - CAST(:days AS integer) * interval '1 day'"
)


def ago(days: int) -> date:
    return app_now().date() - timedelta(days=days)


def age(days: int) -> None:
    """Make what waits, and its promo, so many days older."""
    with transaction():
        for statement in (AGED, CREATED):
            session().execute(statement, {"days": days})


def planned(now: datetime, first_day: date | None) -> str:
    """The plan of the look for what waits."""
    rows = session().execute(
        text(f"EXPLAIN {delivery.WAITING.text}"), {"now": now, "since": first_day or date.min}
    )
    return "\n".join(row[0] for row in rows)


@pytest.mark.parametrize("days", [0, 5, 20, 60, 400])
def test_a_delivery_that_waits_in_an_old_week_is_found_and_sent(world, post, days):
    promo = activate(world)
    age(days)
    first_day = pending.first_day(app_now())
    assert first_day <= ago(days) - timedelta(days=1)
    assert [each for each, _ in delivery.waiting(app_now())] == [promo.id]
    assert [each for each, _ in delivery.waiting(app_now(), first_day)] == [promo.id]
    jobs.deliver(promo.id)
    assert len(post.sent) > 0
    assert delivery.waiting(app_now()) == []


def test_the_sweeper_finds_by_a_whole_look_what_became_old_behind_its_back(world):
    sweep = rounds.DeliverySweeper()
    assert sweep().found == 0
    activate(world)
    age(60)
    found = [sweep().found for _ in range(rounds.WHOLE_LOOK_EVERY)]
    assert found == [0] * (rounds.WHOLE_LOOK_EVERY - 1) + [1]


def test_the_sweeper_finds_at_once_what_a_wave_has_ordered(world):
    sweep = rounds.DeliverySweeper()
    sweep()
    activate(world)
    assert sweep().found == 1


def test_where_little_is_old_the_plan_has_few_weeks(world):
    activate(world)
    now = app_now()
    few, all_weeks = planned(now, pending.first_day(now)), planned(now, None)
    monday = ago(14 + ago(14).weekday())
    assert few.count("delivery_w") <= all_weeks.count("delivery_w")
    assert f"delivery_w{monday:%Y%m%d}" not in few


@pytest.fixture
def told(world) -> list[date]:
    """A client that was told often lately and seldom long ago; its days, newest first."""
    days = [ago(each) for each in AGES]
    with transaction():
        for day in days:
            values = {"client_id": world.alice, "promo_id": 1, "day": day}
            session().execute(TOLD, values)
    return days


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 10, 50])
def test_pages_of_an_inbox_are_whole_however_far_back_they_reach(world, told, limit):
    paged = [
        message.local_day
        for offset in range(0, len(told) + limit, limit)
        for message in inbox.page(world.alice, limit=limit, offset=offset)
    ]
    assert paged == told


def test_the_unread_are_found_behind_many_that_are_read(world, told):
    with transaction():
        for day in told[:-1]:
            inbox.read(world.alice, day)
    (found,) = inbox.page(world.alice, unread_only=True, limit=5, offset=0)
    assert found.local_day == told[-1]
