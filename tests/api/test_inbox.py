"""A client's inbox: what it was told, newest first, and what it has read of it."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from flashpromo.db import session, transaction
from flashpromo.notify.models import Notification
from tests.api.conftest import Caller, People
from tests.conftest import Clock
from tests.story import activate, statements
from tests.world import World

INBOX = "/api/users/clients-profiles/me/inbox/"
DAYS = 12


@pytest.fixture
def told(app: Flask, world: World) -> list[str]:
    """Alice is told of a promo today, and was on some days before; the days, newest first."""
    with app.app_context():
        promo = activate(world)
        with transaction():
            today = session().scalars(select(Notification)).one()
            for days in range(1, DAYS):
                session().add(
                    Notification(
                        client_id=today.client_id,
                        local_day=today.local_day - timedelta(days=days),
                        promo_id=promo.id,
                        created_at=today.created_at - timedelta(days=days),
                        distance_m=1234.56,
                        segment_id=world.frequent if days == 1 else 99,
                        located_at=today.located_at,
                    )
                )
    return [str(today.local_day - timedelta(days=days)) for days in range(DAYS)]


def days(page) -> list[str]:
    return [each["id"] for each in page["results"]]


def test_what_alice_was_told(alice: Caller, told: list[str], world: World, operator: Caller):
    page = alice.get(INBOX).json
    assert (page["count"], page["unread"], page["previous"]) == (DAYS, DAYS, None)
    assert days(page) == told[:10]
    assert days(alice.get(page["next"]).json) == told[10:]
    first, second, third = page["results"][:3]
    assert first["promo"]["product"]["name"] == "Headphones XYZ"
    assert first["promo"]["state"] == "running"
    assert first["distance_m"] == pytest.approx(100, abs=1)
    assert first["segment"]["id"] == world.new_users
    assert (second["segment"]["name"], second["distance_m"]) == ("Frequent buyers", 1234.6)
    assert (third["segment"], third["read_at"]) == (None, None)  # that segment is no more


def test_the_promo_is_shown_as_it_stands_now(alice: Caller, told: list[str], operator: Caller):
    promo_id = alice.get(INBOX).json["results"][0]["promo"]["id"]
    path = f"/api/promotions/flash-promos/{promo_id}/"
    operator.post(f"{path}pause/")
    assert alice.get(INBOX).json["results"][0]["promo"]["state"] == "paused"
    operator.delete(path)
    assert alice.get(INBOX).json["results"][0]["promo"]["state"] == "cancelled"


def test_the_first_reading_counts(alice: Caller, told: list[str], clock: Clock):
    first = alice.post(f"{INBOX}{told[3]}/read/")
    assert (first.status_code, first.json["id"]) == (200, told[3])
    clock.advance(hours=1)
    assert alice.post(f"{INBOX}{told[3]}/read/").json == first.json
    page = alice.get(INBOX).json
    assert (page["count"], page["unread"]) == (DAYS, DAYS - 1)
    assert page["results"][3]["read_at"] == first.json["read_at"] is not None


def test_only_what_is_unread(alice: Caller, told: list[str]):
    for day in told[:8]:
        alice.post(f"{INBOX}{day}/read/")
    page = alice.get(f"{INBOX}?unread=true&page_size=3").json
    assert (page["count"], page["unread"], days(page)) == (4, 4, told[8:11])
    assert "unread=true" in page["next"]
    assert days(alice.get(page["next"]).json) == told[11:]
    assert alice.get(f"{INBOX}?unread=false").json["count"] == DAYS


def test_everything_is_read_at_once(alice: Caller, told: list[str], clock: Clock):
    before = alice.post(f"{INBOX}{told[0]}/read/").json["read_at"]
    clock.advance(hours=1)
    assert alice.post(f"{INBOX}read/").json == {"marked": DAYS - 1, "unread": 0}
    assert alice.post(f"{INBOX}read/").json == {"marked": 0, "unread": 0}
    page = alice.get(INBOX).json
    assert page["unread"] == 0
    assert page["results"][0]["read_at"] == before


def test_to_each_its_own(told: list[str], people: People, world: World, alice: Caller):
    bob = people.client("bob", world.bob)
    assert bob.get(INBOX).json["count"] == 0
    assert bob.post(f"{INBOX}{told[0]}/read/").status_code == 404
    assert bob.post(f"{INBOX}read/").json["marked"] == 0
    assert alice.get(INBOX).json["unread"] == DAYS


def test_staff_have_no_inbox(operator: Caller, techshop: Caller):
    for caller in (operator, techshop):
        assert caller.get(INBOX).status_code == 403
        assert caller.post(f"{INBOX}read/").status_code == 403


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "0000-01-01", "1999-01-01", "x", "1"])
def test_a_day_without_a_message_is_not_there(alice: Caller, day):
    answer = alice.post(f"{INBOX}{day}/read/")
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


@pytest.mark.parametrize("unread", ["yes", "", "1", "TRUE"])
def test_a_wrong_filter_is_named(alice: Caller, unread):
    answer = alice.get(f"{INBOX}?unread={unread}")
    assert (answer.status_code, set(answer.json["errors"])) == (400, {"unread"})


def test_a_page_costs_as_many_queries_as_another(app: Flask, alice: Caller, told: list[str]):
    def cost(page_size: int) -> int:
        with app.app_context(), statements() as sent:
            assert len(alice.get(f"{INBOX}?page_size={page_size}").json["results"]) == page_size
        return len(sent)

    alice.get(INBOX)  # the token is believed for a second from here on
    # the counts, the messages, their promos with segments, their own segments, the time, the day
    assert cost(1) == cost(DAYS) == 6
