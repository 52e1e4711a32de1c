"""Redis is compared with the database, where it is there; alone it is never a reason to fail."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from flashpromo.audience import clients
from flashpromo.checkout.errors import AlreadyHeld
from flashpromo.checkout.hold import hold
from flashpromo.db import app_now, session, transaction
from flashpromo.doctor import look
from flashpromo.news.topic import topic_of
from flashpromo.notify import partitions
from flashpromo.operations import traces
from flashpromo.queueing import timetable
from flashpromo.queueing.names import ACTIVATE
from tests.story import activate, publish

FREE_ITS_UNIT = """
WITH freed AS (
  UPDATE promo_unit SET held_by = NULL, held_until = NULL, reservation_id = NULL
  WHERE promo_id = :promo RETURNING promo_id)
UPDATE reservation SET released_at = app_now(), release_reason = 'released'
WHERE promo_id IN (SELECT promo_id FROM freed)
"""


def found_of_redis(*statements, **values):
    """What the doctor finds about Redis after these statements, which are rolled back."""
    try:
        for statement in statements:
            session().execute(text(statement), values)
        findings = list(look(app_now()))
    finally:
        session().rollback()
    names = ("taken_but_free", "eligible_but_not_reached", "timetable_orphans")
    names += ("timetable_complete",)
    return {each.name: each for each in findings if each.name in names and each.status != "ok"}


@pytest.fixture
def contested(app, world, monkeypatch):
    """A promo of one unit: Bob has it, Alice has just been told that it is taken.

    The hints live longer than usual, so that a slow machine still finds them.
    """
    settings = app.extensions["flashpromo_settings"]
    slow = settings.model_copy(update={"cached_list_seconds": 30})
    monkeypatch.setitem(app.extensions, "flashpromo_settings", slow)
    monkeypatch.setattr("flashpromo.checkout.hold.HINT_SECONDS", 30)
    promo = activate(world)
    with transaction():
        clients.change(world.bob, {"latitude": 19.4326, "longitude": -99.1332})
    with transaction():
        hold(world.bob, promo.id)
    with pytest.raises(AlreadyHeld), transaction():
        hold(world.alice, promo.id)
    return promo


def test_true_hints_are_no_finding(contested, redis):
    assert redis.keys("flashpromo:taken:*")
    assert redis.keys("flashpromo:eligible:*")
    assert found_of_redis() == {}


def test_a_hint_of_a_promo_with_a_free_unit_is_found(contested):
    found = found_of_redis(FREE_ITS_UNIT, promo=contested.id)
    assert set(found) == {"taken_but_free"}
    assert found["taken_but_free"].rows == [{"promo_id": contested.id, "free_units": 1}]


def test_a_hint_whose_stamp_is_replaced_is_believed_by_nobody(contested, redis):
    redis.set(f"flashpromo:stamp:units:{contested.id}", b"another")
    assert found_of_redis(FREE_ITS_UNIT, promo=contested.id) == {}


def test_a_client_called_eligible_that_has_left_is_found(world, contested):
    found = found_of_redis("UPDATE client SET latitude = 0 WHERE id = :alice", alice=world.alice)
    assert set(found) == {"eligible_but_not_reached"}
    rows = [{"client_id": world.alice, "promo_id": contested.id}]
    assert found["eligible_but_not_reached"].rows == rows


@pytest.fixture
def tomorrow(world):
    """A promo of tomorrow, with its job in the timetable."""
    start = app_now() + timedelta(days=1)
    return publish(world, start_time=start, end_time=start + timedelta(hours=1))


def test_a_timetable_in_step_is_no_finding(tomorrow):
    assert found_of_redis() == {}


def test_a_lost_job_is_a_warning(tomorrow, redis):
    redis.flushdb()
    found = found_of_redis()
    assert {name: finding.status for name, finding in found.items()} == {
        "timetable_complete": "warning"
    }


def test_an_orphan_job_is_found(tomorrow):
    timetable.schedule_now(tomorrow.start_time, ACTIVATE, 9999)
    found = found_of_redis()
    assert set(found) == {"timetable_orphans"}
    assert found["timetable_orphans"].rows[0]["job"] == "activate-9999"


def test_a_job_that_rings_at_another_time_is_found(tomorrow):
    timetable.schedule_now(tomorrow.start_time + timedelta(hours=1), ACTIVATE, tomorrow.id)
    assert set(found_of_redis()) == {"timetable_orphans"}


def test_without_redis_its_checks_are_skipped_with_a_note(world, no_redis):
    with transaction():
        partitions.ensure(app_now().date())
        traces.leave("scheduler", app_now(), 60, {})
        found = [finding for finding in look(app_now()) if finding.status != "ok"]
        session().rollback()
    assert {finding.status for finding in found} == {"skipped"}
    assert len(found) == 5
    assert all("Redis does not answer" in finding.skipped for finding in found)


def test_nobody_who_listens_is_a_warning(world, redis):
    (found,) = (each for each in look(app_now()) if each.name == "live_listens")
    assert (found.status, found.rows) == ("warning", [{"live_processes": 0}])
    with redis.pubsub() as listener:
        listener.subscribe(topic_of(redis))
        listener.get_message(timeout=5)
        (found,) = (each for each in look(app_now()) if each.name == "live_listens")
    assert found.status == "ok"
