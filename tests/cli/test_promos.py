"""`flask promos …`: what an operator sees of promos, and of why somebody is told or is not."""

from datetime import timedelta

import pytest

from flashpromo import campaign
from flashpromo.accounts import client_sign_ins
from flashpromo.db import app_now, transaction
from tests.story import activate, publish


def test_lists_promos_in_the_time_of_their_store(run, world):
    publish(world)
    lines = run("promos", "list").stdout
    assert "running" in lines
    assert "Headphones XYZ" in lines
    assert "499.00 (was 999.00)" in lines
    assert "-0600" in lines
    assert lines.endswith("1 of 1\n")


def test_lists_one_state_and_one_store(run, world):
    later = app_now() + timedelta(hours=5)
    publish(world)
    publish(world, start_time=later, end_time=later + timedelta(hours=1))
    assert run("promos", "list").stdout.endswith("2 of 2\n")
    assert run("promos", "list", "--limit", 1).stdout.endswith("1 of 2\n")
    assert run("promos", "list", "--state", "scheduled").stdout.endswith("1 of 1\n")
    assert run("promos", "list", "--state", "draft").stdout.endswith("0 of 0\n")
    assert run("promos", "list", "--store", world.store_id).stdout.endswith("2 of 2\n")
    assert run("promos", "list", "--store", 77).stdout.endswith("0 of 0\n")


@pytest.mark.parametrize(
    ("who", "reason", "may", "told"),
    [
        ("alice", None, True, True),
        ("bob", "out_of_range", False, False),
        ("carol", "opted_out", True, False),
        ("dan", "not_in_segments", False, False),
        ("erin", "location_too_old", False, False),
        ("frank", "location_unknown", False, False),
    ],
)
def test_explains_everybody(run, world, who, reason, may, told):
    promo = publish(world)
    said = run("promos", "explain", promo.id, world.clients[who]).stdout
    if reason:
        assert f"no  {reason}" in said
    assert ("may see and reserve it" in said) is may
    assert ("would be told of it now" in said) is told


def test_explains_with_metres_by_sign_in_name(run, world):
    promo = activate(world)
    with transaction():
        client_sign_ins.save(world.alice, username="alice", password="secret")
    said = run("promos", "explain", promo.id, "alice").stdout
    assert "100.0 m of 2,000.0 m" in said
    assert "no  already_notified_today" in said
    assert "0 d 0 h 0 min old" in said


@pytest.mark.parametrize("who", ["nobody", "999999", "9" * 30])
def test_somebody_who_does_not_exist_is_one_line(run, world, who):
    done = run("promos", "explain", publish(world).id, who)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1


def test_activates_what_is_due_and_says_when_it_was(run, world):
    promo = publish(world)
    done = run("promos", "activate", promo.id)
    assert (done.exit_code, done.stdout) == (0, f"activated promo {promo.id}: 1 clients notified\n")
    again = run("promos", "activate", promo.id)
    assert again.exit_code == 0
    assert f"promo {promo.id} was activated at " in again.stdout


def test_does_not_activate_what_is_not_running(run, world):
    later = app_now() + timedelta(hours=5)
    promo = publish(world, start_time=later, end_time=later + timedelta(hours=1))
    done = run("promos", "activate", promo.id)
    assert (done.exit_code, done.stderr) == (
        1,
        f"Error: Promo {promo.id} is scheduled: nothing was done.\n",
    )
    with transaction():
        campaign.cancel(promo.id)
    assert "is cancelled" in run("promos", "activate", promo.id).stderr
    assert run("promos", "activate", 12345).exit_code == 1
