"""The steps of a promo from its page: asked before they are taken, told when they are refused."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from flashpromo import campaign
from flashpromo.checkout import queries
from flashpromo.db import app_now, session, transaction
from flashpromo.errors import NotFound
from flashpromo.promos import lifecycle
from flashpromo.promos.states import State
from flashpromo.promos.steps import EDITABLE, POSSIBLE, Step
from tests.console.conftest import PROMOS
from tests.console.test_dashboard import words
from tests.pages.conftest import Browser
from tests.story import activate, change, complete, run_of, state_of, take

OFFERED = re.compile(r'id="step-(\w+)"')


def at(promo_id: int, step: Step) -> str:
    return f"{PROMOS}{promo_id}/{step}/"


def asked(browser: Browser, promo_id: int, step: Step) -> str:
    """What the page that asks says will happen."""
    page = browser.get(at(promo_id, step)).text
    return words(page.partition('id="consequences"')[2].partition("<form")[0])


def refused(browser: Browser, promo_id: int, step: Step, **fields: str) -> tuple[int, str]:
    """The status of a step, and what stands above the promo's page then."""
    answer = browser.submit(at(promo_id, step), at(promo_id, step), **fields)
    assert answer.text.count("<h1") == 1
    return answer.status_code, words(answer.text.partition('role="alert">')[2].partition("<h1")[0])


@pytest.mark.parametrize(
    ("hours", "published", "step", "after"),
    [
        (1, False, Step.PUBLISH, State.SCHEDULED),
        (-1, False, Step.PUBLISH, State.RUNNING),
        (1, True, Step.WITHDRAW, State.DRAFT),
        (-1, True, Step.PAUSE, State.PAUSED),
        (-1, True, Step.CANCEL, State.CANCELLED),
    ],
)
def test_a_step_is_asked_for_and_taken(owner: Browser, town, hours, published, step, after):
    promo_id = town.promo("Headphones", hours=hours, publish=published)
    assert "Headphones" in asked(owner, promo_id, step)
    answer = owner.submit(at(promo_id, step), at(promo_id, step))
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{PROMOS}{promo_id}/")
    with town.app.app_context():
        assert state_of(promo_id) is after
    assert "The promo is" in owner.get(f"{PROMOS}{promo_id}/").text


def test_paused_and_on_again(owner: Browser, town):
    promo_id = town.promo("Headphones", hours=-1)
    for step, after in ((Step.PAUSE, State.PAUSED), (Step.RESUME, State.RUNNING)):
        owner.submit(at(promo_id, step), at(promo_id, step))
        with town.app.app_context():
            assert state_of(promo_id) is after


def test_a_page_offers_what_the_state_allows(owner: Browser, town):
    promos = {
        State.DRAFT: town.promo("Draft", publish=False),
        State.SCHEDULED: town.promo("Scheduled", hours=1),
        State.RUNNING: town.promo("Running", hours=-1),
        State.PAUSED: town.promo("Paused", hours=-1),
        State.CANCELLED: town.promo("Cancelled", hours=-1),
    }
    with town.app.app_context(), transaction():
        lifecycle.pause(promos[State.PAUSED])
        campaign.cancel(promos[State.CANCELLED])
    for state, promo_id in promos.items():
        offered = OFFERED.findall(owner.get(f"{PROMOS}{promo_id}/").text)
        assert offered == [
            *(["edit"] if state in EDITABLE else []),
            *(each.value for each in POSSIBLE[state]),
        ], state
        for step in set(Step) - set(POSSIBLE[state]):
            assert owner.get(at(promo_id, step)).status_code == 409, (state, step)


@pytest.fixture
def running(town) -> int:
    """Three clients were told; one has bought, and one holds a unit."""
    with town.app.app_context():
        with transaction():
            for number in range(2):
                town.world.add_client(f"client {number}", metres=50)
        promo = activate(town.world, quantity=3)
        complete(take(town.world.alice, promo.id))
        take(town.world.clients["client 0"], promo.id)
        return promo.id


def test_cancelling_says_who_loses_what(owner: Browser, running: int):
    said = asked(owner, running, Step.CANCEL)
    assert "1 client holds a unit now, and loses it." in said
    assert "3 clients who were told of it find it over." in said
    assert "1 unit is sold, and stays sold." in said


def test_many_are_written_as_everywhere(owner: Browser, town, running: int):
    with town.app.app_context(), transaction():
        session().execute(text("UPDATE promo_run SET notified_count = 2170"))
    assert "2,170 clients who were told of it find it over." in asked(owner, running, Step.CANCEL)


def test_pausing_says_that_a_hold_keeps_its_minute(owner: Browser, running: int):
    assert "1 client holds a unit now, and may still buy it" in asked(owner, running, Step.PAUSE)


def test_the_number_of_a_small_circle_is_not_told_by_asking(owner: Browser, town):
    with town.app.app_context():
        promo_id = activate(town.world, max_distance_km=Decimal("0.5")).id
    assert "(few or none)" in asked(owner, promo_id, Step.CANCEL)


def test_a_copy_is_made_for_the_next_day_on_which_it_can_start(owner: Browser, town):
    promo_id = town.promo("Headphones", hours=-3, publish=False)
    assert "The copy is a draft for" in asked(owner, promo_id, Step.DUPLICATE)
    answer = owner.submit(at(promo_id, Step.DUPLICATE), at(promo_id, Step.DUPLICATE))
    copy_id = int(answer.headers["Location"].rstrip("/").rsplit("/")[-1])
    assert copy_id != promo_id
    with town.app.app_context():
        assert state_of(copy_id) is State.DRAFT
    page = owner.get(answer.headers["Location"]).text
    assert f'href="{PROMOS}{promo_id}/"' in page
    assert "This is the copy" in page


def test_what_is_deleted_is_gone_and_cancelled(owner: Browser, town, running: int):
    answer = owner.submit(at(running, Step.DELETE), at(running, Step.DELETE))
    assert answer.headers["Location"] == PROMOS
    assert owner.get(f"{PROMOS}{running}/").status_code == 404
    with town.app.app_context():
        assert run_of(running).cancelled_at is not None
        with pytest.raises(NotFound):
            state_of(running)


def test_an_overlap_is_told_with_links_before_and_after(owner: Browser, town):
    with town.app.app_context():
        now = app_now()
    window = {"start_time": now + timedelta(hours=1), "end_time": now + timedelta(hours=2)}
    first = town.promo("", product_id=town.world.product_id, **window)
    second = town.promo("", product_id=town.world.product_id, publish=False, **window)
    link = f'href="{PROMOS}{first}/"'
    assert "It will be refused" in asked(owner, second, Step.PUBLISH)
    assert link in owner.get(at(second, Step.PUBLISH)).text
    answer = owner.submit(at(second, Step.PUBLISH), at(second, Step.PUBLISH))
    assert answer.status_code == 409
    assert link in answer.text.partition('role="alert"')[2].partition("<h1")[0]
    with town.app.app_context():
        assert state_of(second) is State.DRAFT


def test_a_window_that_has_passed_is_told_at_its_name(owner: Browser, town):
    past = datetime(2026, 1, 1, tzinfo=UTC)
    window = {"start_time": past, "end_time": past + timedelta(hours=1)}
    promo_id = town.promo("Headphones", publish=False, **window)
    assert "Its end has passed" in asked(owner, promo_id, Step.PUBLISH)
    status, said = refused(owner, promo_id, Step.PUBLISH)
    assert status == 422
    assert "End: Must be in the future." in said


@pytest.mark.parametrize("step", [Step.CANCEL, Step.PAUSE, Step.WITHDRAW, Step.DELETE])
def test_of_a_promo_that_was_changed_meanwhile_nothing_is_done(owner: Browser, town, step: Step):
    promo_id = town.promo("Headphones", hours=-1)
    seen = re.search(r'name="seen"\s+value="(\w+)"', owner.get(at(promo_id, step)).text)[1]
    with town.app.app_context():
        change(promo_id, quantity=7)
    status, said = refused(owner, promo_id, step, seen=seen)
    assert status == 412
    assert "Somebody has changed this promo meanwhile. Nothing was done" in said
    with town.app.app_context():
        assert state_of(promo_id) is State.RUNNING


def test_a_form_that_says_nothing_of_what_was_seen_does_nothing(owner: Browser, town):
    promo_id = town.promo("Headphones", hours=-1)
    assert refused(owner, promo_id, Step.CANCEL, seen="")[0] == 412


def test_it_sells_out_while_somebody_thinks_about_cancelling(owner: Browser, town, running: int):
    """The page that asks was opened before: the sale stands, and the merchant is told."""
    seen = re.search(r'name="seen"\s+value="(\w+)"', owner.get(at(running, Step.CANCEL)).text)[1]
    with town.app.app_context():
        complete(take(town.world.clients["client 1"], running))
        holder = town.world.clients["client 0"]
        complete(queries.page(holder)[1][0])
        assert state_of(running) is State.SOLD_OUT
    page = owner.get(f"{PROMOS}{running}/").text
    token = re.search(r'name="csrf_token"\s+value="([^"]+)"', page)[1]
    answer = owner.http.post(at(running, Step.CANCEL), data={"seen": seen, "csrf_token": token})
    assert answer.status_code == 412
    assert "state-sold_out" in answer.text
    with town.app.app_context():
        assert state_of(running) is State.SOLD_OUT
        assert run_of(running).cancelled_at is None


def test_a_form_without_its_token_is_refused(owner: Browser, town):
    promo_id = town.promo("Headphones", hours=-1)
    assert owner.http.post(at(promo_id, Step.CANCEL)).status_code == 400
