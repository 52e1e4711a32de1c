"""The promos of a series: all of them or none, each one of its own."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from flashpromo import campaign
from flashpromo.db import app_now, session, transaction
from flashpromo.errors import InvalidFields
from flashpromo.market.models import Product
from flashpromo.promos import series
from flashpromo.promos.errors import PromoOverlaps
from flashpromo.promos.models import Promo, PromoUnit
from flashpromo.promos.recurrence import WEEK, Rule
from flashpromo.promos.states import State
from tests.story import broken_promises, publish, state_of, statements, timetable_of

MEXICO = ZoneInfo("America/Mexico_City")


def rule(world, **changes) -> Rule:
    """Every day 17:00 to 19:00 in Mexico City, from tomorrow, for ten days."""
    tomorrow = world.now.astimezone(MEXICO).date() + timedelta(days=1)
    usual = {
        "weekdays": WEEK,
        "starts_at": time(17),
        "ends_at": time(19),
        "first_day": tomorrow,
        "last_day": tomorrow + timedelta(days=9),
        "zone": MEXICO.key,
    }
    return Rule(**usual | changes)


def offer(world, **changes):
    usual = {
        "product_id": world.product_id,
        "promo_price": Decimal("499.00"),
        "segment_ids": (world.new_users,),
        "quantity": 3,
    }
    return usual | changes


def create_all(world, asked: Rule, *, is_active: bool = True, **changes) -> list[Promo]:
    with transaction():
        return series.create_all(offer(world, **changes), asked, app_now(), publish=is_active)


def promos() -> int:
    return session().scalar(select(func.count()).select_from(Promo)) or 0


def test_each_window_is_a_promo_of_its_own(world, redis):
    made = create_all(world, rule(world))
    assert len(made) == promos() == 10
    assert {state_of(promo.id) for promo in made} == {State.SCHEDULED}
    shown = [promo.start_time.astimezone(MEXICO) for promo in made]
    assert [each.time() for each in shown] == [time(17)] * 10
    assert shown == sorted(shown)
    assert {promo.end_time - promo.start_time for promo in made} == {timedelta(hours=2)}
    assert {(promo.quantity, promo.promo_price) for promo in made} == {(3, Decimal("499.00"))}
    assert sorted(timetable_of(redis).values()) == [promo.start_time for promo in made]
    with transaction():
        campaign.cancel(made[4].id)
    assert [state_of(each.id) for each in made[3:6]] == ["scheduled", "cancelled", "scheduled"]
    assert broken_promises() == set()


def test_they_are_drafts_unless_published(world, redis):
    made = create_all(world, rule(world), is_active=False)
    assert {state_of(promo.id) for promo in made} == {State.DRAFT}
    assert timetable_of(redis) == {}


def test_one_overlap_undoes_all_and_says_on_which_day(world, redis):
    asked = rule(world)
    fourth = asked.series(world.now).windows[3]
    rival = publish(
        world, start_time=fourth.end - timedelta(minutes=1), end_time=fourth.end + timedelta(days=3)
    )
    before = timetable_of(redis)
    with pytest.raises(PromoOverlaps) as refusal:
        create_all(world, asked)
    assert refusal.value.extra == {"day": fourth.day.isoformat(), "promo_ids": [rival.id]}
    assert fourth.day.isoformat() in refusal.value.detail
    assert promos() == 1
    assert timetable_of(redis) == before
    create_all(world, asked, is_active=False)  # drafts stand in nobody's way


def test_a_series_made_twice_overlaps_with_itself(world):
    first = create_all(world, rule(world))
    with pytest.raises(PromoOverlaps) as refusal:
        create_all(world, rule(world))
    assert refusal.value.extra["promo_ids"] == [first[0].id]
    assert promos() == 10


def test_whole_days_stand_side_by_side(world):
    asked = rule(world, starts_at=time(0), ends_at=time(0))
    made = create_all(world, asked)
    assert [promo.end_time for promo in made[:-1]] == [promo.start_time for promo in made[1:]]


def test_a_window_that_has_begun_starts_at_once(world, redis):
    now = world.now.astimezone(MEXICO)
    started = (now - timedelta(minutes=5)).time().replace(second=0, microsecond=0)
    asked = rule(
        world, starts_at=started, ends_at=started, first_day=now.date() - timedelta(days=1)
    )
    made = create_all(world, asked)
    assert [state_of(promo.id) for promo in made[:2]] == [State.RUNNING, State.SCHEDULED]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"promo_price": Decimal("999.00")}, "promo_price"),
        ({"segment_ids": (999,)}, "segment_ids"),
        ({"quantity": 0}, "quantity"),
        ({"product_id": 999}, "product_id"),
    ],
)
def test_wrong_terms_are_named_and_nothing_is_made(world, changes, field):
    with pytest.raises(InvalidFields) as refusal:
        create_all(world, rule(world), **changes)
    assert set(refusal.value.fields) == {field}
    assert promos() == 0


def test_a_wrong_rule_is_named_and_nothing_is_made(world):
    with pytest.raises(InvalidFields, match="last_day"):
        create_all(world, rule(world, last_day=date(2000, 1, 1)))
    assert promos() == 0


def test_the_zone_is_that_of_the_store(world):
    assert series.zone_of(world.product_id) == "America/Mexico_City"
    with transaction():
        session().get_one(Product, world.product_id).deleted_at = datetime.now(MEXICO)
    for gone in (world.product_id, 999):
        with pytest.raises(InvalidFields, match="product_id"):
            series.zone_of(gone)


REFERENCE = ("INSERT INTO promo ", "INSERT INTO promo_segment ", "UPDATE promo ")
DISTRIBUTED = ("INSERT INTO promo_run ", "INSERT INTO promo_unit ", "UPDATE promo_run ")


def test_all_promos_are_written_before_any_of_their_runs(world, redis, clock):
    publish(world, end_time=world.now + timedelta(minutes=1))
    clock.advance(minutes=2)  # it is over, and withdrawn on the occasion
    with statements() as sent:
        create_all(world, rule(world, last_day=rule(world).first_day + timedelta(days=99)))
    plain = [each.strip() for each in sent]
    reference = [number for number, each in enumerate(plain) if each.startswith(REFERENCE)]
    distributed = [number for number, each in enumerate(plain) if each.startswith(DISTRIBUTED)]
    assert len(reference) == 201
    assert len(distributed) == 3
    assert max(reference) < min(distributed)
    assert len(sent) < 8 * 100


def test_all_together_have_no_more_units_than_a_promo_may(world):
    with pytest.raises(InvalidFields) as refusal:
        create_all(world, rule(world), quantity=10_001)
    assert refusal.value.fields.keys() == {"quantity"}
    assert promos() == 0
    create_all(world, rule(world), quantity=10_000)
    assert session().scalar(select(func.count()).select_from(PromoUnit)) == 100_000
