"""What the dashboard says needs attention: why, of which promo; and nothing without a reason."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from flashpromo import campaign
from flashpromo.db import app_now, session, transaction
from tests.console.conftest import CONSOLE, OTHER
from tests.console.test_dashboard import part, words
from tests.pages.conftest import Browser
from tests.story import activate, activate_due, change, publish, statements

CONCERN = re.compile(r'class="concern concern-(\w+)">(.*?)</li>', re.DOTALL)


def concerns(browser: Browser) -> dict[str, str]:
    """Kinds and words of what needs attention."""
    return {kind: words(said) for kind, said in CONCERN.findall(browser.get(CONSOLE).text)}


def crowd(town, count: int, **values) -> None:
    with town.app.app_context(), transaction():
        for number in range(count):
            town.world.add_client(f"client {number}", metres=100, **values)


def forget_what_was_counted(redis) -> None:
    """What took long on a busy machine is remembered for a while."""
    for key in redis.scan_iter("flashpromo:counted:*"):
        redis.delete(key)


def test_nothing_needs_attention_where_all_is_well(owner: Browser, town):
    with town.app.app_context():
        activate(town.world)
    town.promo("Much later", hours=200, publish=False)
    assert concerns(owner) == {}
    assert "Needs attention" not in part(owner.get(CONSOLE).text, "attention")


def test_a_promo_that_did_not_start(owner: Browser, town, clock):
    promo_id = town.promo("Lamp", hours=0)
    assert concerns(owner) == {}
    clock.advance(seconds=15)
    said = concerns(owner)
    assert "has not started, though it was due 1" in said["not_started"]
    assert f'href="/console/promos/{promo_id}/"' in owner.get(CONSOLE).text
    with town.app.app_context():
        activate_due()
    assert "not_started" not in concerns(owner)


def test_one_that_started_late(owner: Browser, town, clock):
    town.promo("Lamp", hours=0)
    clock.advance(seconds=75)
    with town.app.app_context():
        activate_due()
    assert "started 75" in concerns(owner)["late"]


def test_an_audience_of_nobody(owner: Browser, look_as, town):
    with town.app.app_context():
        activate(town.world, segment_ids=(town.world.frequent,), promo_price=Decimal("499.00"))
        with transaction():
            session().execute(text("UPDATE promo_run SET notified_count = 0"))
    assert "few clients or none" in concerns(owner)["nobody"]


def test_one_that_starts_soon_and_would_tell_nobody(owner: Browser, look_as, town, redis):
    promo_id = town.promo("Lamp", hours=0.5)
    assert "empty" in concerns(owner)  # Alice alone is too few to be told of
    assert "empty" not in concerns(look_as("admin"))
    crowd(town, 40)
    forget_what_was_counted(redis)
    assert "empty" not in concerns(owner)
    with town.app.app_context():
        change(promo_id, segment_ids=(town.world.frequent,))
    assert "empty" in concerns(owner)


def test_low_reach(owner: Browser, town):
    crowd(town, 60, opted_in=False)
    with town.app.app_context():
        promo = activate(town.world)
        assert "low_reach" not in concerns(owner)
        with transaction():
            campaign.measure(promo.id)
    assert "told 1 of about" in concerns(owner)["low_reach"]


@pytest.mark.parametrize(("hours", "kind"), [(-1, "draft_passed"), (3, "draft_near")])
def test_drafts_that_are_forgotten(owner: Browser, town, hours: float, kind: str):
    town.promo("Lamp", hours=hours, publish=False)
    assert "is a draft" in concerns(owner)[kind]


def test_deliveries_that_fail_or_are_tried_again(owner: Browser, town):
    with town.app.app_context():
        activate(town.world)
        with transaction():
            session().execute(text("UPDATE delivery SET reason = 'unreachable', attempts = 1"))
    assert "messages to clients that fail" in concerns(owner)["failing"]
    with town.app.app_context(), transaction():
        session().execute(text("UPDATE delivery SET state = 'failed', finished_at = app_now()"))
    assert "1 message to a client that failed" in concerns(owner)["failing"]


def test_of_a_small_circle_no_warning_says_that_somebody_was_told(owner, look_as, town):
    """Its failing delivery would say that there is a client."""
    with town.app.app_context():
        activate(town.world, max_distance_km=Decimal("0.5"))
        with transaction():
            session().execute(text("UPDATE delivery SET reason = 'unreachable', attempts = 1"))
    assert set(concerns(owner)) == {"nobody"}
    assert set(concerns(look_as("admin"))) == {"failing"}


def test_what_concerns_others_is_not_told(look_as, town, clock):
    town.promo("Lamp", hours=0)
    clock.advance(seconds=15)
    assert concerns(look_as(OTHER)) == {}


def test_what_is_over_or_deleted_needs_nothing(owner: Browser, town, clock):
    with town.app.app_context():
        first, second = (
            publish(town.world, product_id=town.world.product_id, **window)
            for window in (
                {"start_time": app_now(), "end_time": app_now() + timedelta(minutes=1)},
                {
                    "start_time": app_now() + timedelta(minutes=2),
                    "end_time": app_now() + timedelta(minutes=9),
                },
            )
        )
        clock.advance(seconds=180)
        with transaction():
            campaign.delete(second.id)
            assert first.id
    assert concerns(owner) == {}


def test_more_promos_cost_no_more_questions(owner: Browser, town, clock):
    clock.advance(seconds=60)
    counted = []
    for count in (1, 5):
        for number in range(count):
            town.promo(f"Late {count} {number}", hours=-1)
            town.promo(f"Draft {count} {number}", hours=1, publish=False)
        owner.get(CONSOLE)
        with town.app.app_context(), statements() as sent:
            owner.get(CONSOLE)
        counted.append(len([each for each in sent if each.lstrip().startswith(("SELECT", "WITH"))]))
    assert counted[0] == counted[1]
