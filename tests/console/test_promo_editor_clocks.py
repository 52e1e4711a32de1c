"""Start and end on the store's clock, on the days when it changes, north and south."""

from datetime import UTC, datetime

import pytest

from flashpromo.db import app_now, session, transaction
from flashpromo.market.models import Store
from flashpromo.promos import queries
from tests.console.conftest import Town
from tests.console.editor import Form, edit, filled, value, words
from tests.pages.conftest import Browser

NEW_YORK, SYDNEY, SANTIAGO = "America/New_York", "Australia/Sydney", "America/Santiago"


@pytest.fixture
def form(owner: Browser, town: Town) -> Form:
    return Form(owner, fields=filled(town))


def move(town: Town, zone: str) -> None:
    with town.app.app_context(), transaction():
        session().get(Store, town.world.store_id).time_zone = zone


def start_of(town: Town) -> datetime:
    with town.app.app_context():
        return queries.page(queries.EVERYTHING, app_now())[1][0].start_time


SKIPPED = [
    # zone, day, time, what is said, the instant
    (NEW_YORK, "2030-03-10", "02:30", "2:30 AM does not exist on Mar 10, 2030", "3:00 AM", (7, 0)),
    (SYDNEY, "2030-10-06", "02:30", "2:30 AM does not exist on Oct 6, 2030", "3:00 AM", (16, 0)),
    (SANTIAGO, "2030-09-08", "00:15", "12:15 AM does not exist on Sep 8, 2030", "1:00 AM", (4, 0)),
]
REPEATED = [
    # zone, day, time, what is said, offsets, the hours in UTC
    (NEW_YORK, "2030-11-03", "01:30", "1:30 AM comes twice on Nov 3, 2030", "45", (5, 6)),
    (SYDNEY, "2030-04-07", "02:30", "2:30 AM comes twice on Apr 7, 2030", "ba", (15, 16)),
    (SANTIAGO, "2030-04-06", "23:30", "11:30 PM comes twice on Apr 6, 2030", "34", (2, 3)),
]
OFFSETS = {"3": "GMT-03:00", "4": "GMT-04:00", "5": "GMT-05:00", "a": "GMT+10:00", "b": "GMT+11:00"}
LATER = {"end_date": "2030-12-24", "end_clock": "20:00"}


def test_a_time_that_the_clocks_skip_is_explained_at_its_field(form: Form, town: Town):
    for zone, day, clock, said, then, (hour, minute) in SKIPPED:
        move(town, zone)
        typed = {"start_date": day, "start_clock": clock, **LATER}
        told = words(form.ask("told", **typed)).replace("\u202f", " ")
        assert said in told
        assert f"it will start at {then}" in told
        assert form.send(**typed).status_code == 303
        at = start_of(town)
        assert (at.astimezone(UTC).hour, at.minute) == (hour, minute), zone


def test_a_time_that_comes_twice_is_the_first_unless_the_second_is_wanted(form: Form, town: Town):
    for zone, day, clock, said, (before, after), hours in REPEATED:
        move(town, zone)
        typed = {"start_date": day, "start_clock": clock, **LATER}
        told = words(form.ask("told", **typed)).replace("\u202f", " ")
        assert said in told
        assert f"it will start the first time ({OFFSETS[before]})" in told
        assert f"Take the second time ({OFFSETS[after]})" in told
        second = {**typed, "start_which": "second"}
        told = words(form.ask("told", **second))
        assert f"it will start the second time ({OFFSETS[after]})" in told
        for wanted, hour in zip((typed, second), hours, strict=True):
            landed = form.send(**wanted).headers["Location"]
            assert start_of(town).astimezone(UTC).hour == hour, (zone, wanted)
        promo_id = int(landed.split("/")[3])
        shown = form.browser.get(edit(promo_id))
        assert (value(shown, "start_date"), value(shown, "start_clock")) == (day, clock)
        assert 'value="second" checked' in " ".join(shown.text.split())


def test_the_end_is_explained_too(form: Form, town: Town):
    move(town, NEW_YORK)
    skipped = {"start_date": "2030-03-10", "start_clock": "01:00", "end_date": "2030-03-10"}
    told = words(form.ask("told", **skipped, end_clock="02:59")).replace("\u202f", " ")
    assert "it will end at 3:00 AM" in told
    assert "Lasts 1 hour " in told
    repeated = {"start_date": "2030-11-03", "start_clock": "01:45", "end_date": "2030-11-03"}
    told = words(form.ask("told", **repeated, end_clock="01:15", end_which="second"))
    assert "it will end the second time (GMT-05:00)" in told
    assert "Lasts 30 minutes " in told
    refused = form.send(**repeated, end_clock="01:15")
    assert "Must be after the start." in words(refused)


def test_without_a_script_it_is_said_with_whatever_comes_back(form: Form, town: Town):
    move(town, NEW_YORK)
    page = form.send("count", start_date="2030-11-03", start_clock="01:30", **LATER)
    assert "Take the second time (GMT-05:00)" in words(page)


def test_a_second_is_kept_that_no_form_asks_for(form: Form, town: Town):
    assert form.send(start_clock="17:00:30").status_code == 303
    assert start_of(town).second == 30
    with town.app.app_context():
        promo_id = queries.page(queries.EVERYTHING, app_now())[1][0].id
    shown = form.browser.get(edit(promo_id)).text
    assert 'step="1"' in shown
    assert 'value="17:00:30"' in shown
