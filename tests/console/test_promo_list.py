"""The list of promos: states, search, order, days, pages."""

import re
from datetime import UTC, datetime

import pytest

from flashpromo import campaign
from flashpromo.db import transaction
from flashpromo.promos import lifecycle
from tests.console.conftest import PROMOS
from tests.pages.conftest import Browser

NAME = re.compile(r'<th role="rowheader" scope="row">\s*<a href="[^"]+">([^<]+)</a>')
COUNT = re.compile(r'(\w[\w ]*?)\s*<span class="count">(\d+)</span>')


def names(browser: Browser, query: str = "") -> list[str]:
    return NAME.findall(browser.get(f"{PROMOS}{query}").text)


def counts(browser: Browser, query: str = "") -> dict[str, int]:
    found = COUNT.findall(browser.get(f"{PROMOS}{query}").text)
    return {state: int(count) for state, count in found if int(count)}


@pytest.fixture
def promos(town) -> None:
    """One of each state that a merchant makes by hand."""
    town.promo("Draft one", hours=1, publish=False)
    town.promo("Tomorrow", hours=24)
    town.promo("Now", hours=-1)
    paused, cancelled = town.promo("Paused one", hours=-1), town.promo("Cancelled one", hours=2)
    with town.app.app_context(), transaction():
        lifecycle.pause(paused)
        campaign.cancel(cancelled)


def test_all_of_them_the_newest_first_with_counts(owner: Browser, promos: None):
    assert names(owner) == ["Cancelled one", "Paused one", "Now", "Tomorrow", "Draft one"]
    assert counts(owner) == {
        "All": 5,
        "Draft": 1,
        "Scheduled": 1,
        "Running": 1,
        "Paused": 1,
        "Cancelled": 1,
    }


def test_one_state_leaves_the_counts_as_they_are(owner: Browser, promos: None):
    for state, name in (
        ("draft", "Draft one"),
        ("scheduled", "Tomorrow"),
        ("running", "Now"),
        ("paused", "Paused one"),
    ):
        assert names(owner, f"?state={state}") == [name]
        assert counts(owner, f"?state={state}")["All"] == 5


def test_words_are_looked_for_in_names_as_they_are(owner: Browser, promos: None):
    assert names(owner, "?q=ONE&sort=end_time") == ["Paused one", "Draft one", "Cancelled one"]
    assert names(owner, "?q=techshop&state=running") == ["Now"]
    assert counts(owner, "?q=one") == {"All": 3, "Draft": 1, "Paused": 1, "Cancelled": 1}
    for nothing in ("%25", "_", "'", "<b>", "%00"):
        assert names(owner, f"?q=x{nothing}") == []


@pytest.mark.parametrize(
    ("order", "first"), [("start_time", "Now"), ("-start_time", "Tomorrow"), ("-id", "Late")]
)
def test_the_order_is_one_s_own(owner: Browser, promos: None, town, order: str, first: str):
    town.promo("Late", hours=3, publish=False)
    found = names(owner, f"?sort={order}")
    assert first in found[:2]
    assert len(found) == 6


def test_days_are_those_of_the_store(owner: Browser, town):
    """In Mexico City the 2nd of July begins at 6 in the morning of UTC."""
    for name, hour in (("Last of the 1st", 5), ("First of the 2nd", 6)):
        start = datetime(2031, 7, 2, hour, tzinfo=UTC)
        town.promo(name, start_time=start, end_time=start.replace(minute=30))
    assert names(owner, "?from=2031-07-02") == ["First of the 2nd"]
    assert names(owner, "?before=2031-07-02") == ["Last of the 1st"]


def test_pages_keep_what_was_asked(owner: Browser, town):
    for number in range(21):
        town.promo(f"Promo {number:02}", hours=number + 1)
    page = owner.get(f"{PROMOS}?state=scheduled&sort=start_time").text
    assert NAME.findall(page)[-1] == "Promo 19"
    assert "1 to 20 of 21" in page
    following = re.search(r'rel="next"\s+href="([^"]+)"', page)[1].replace("&amp;", "&")
    assert "state=scheduled" in following
    assert names(owner, following.removeprefix(PROMOS)) == ["Promo 20"]
    beyond = owner.get(f"{PROMOS}?page=99").text
    assert "No promo fits" in beyond


STRANGE = (
    *("?state=nonsense", "?sort=-promo_price'", "?sort=created_at", "?page=-1", "?page=x"),
    *("?page=99999999999999", "?from=2031-02-30", "?from=0001-01-01", "?before=9999-12-31"),
    *("?q=" + "x" * 5000, "?q=%00%ff", "?state=running&state=draft", "?nothing=1", "?page=²"),
)


def test_what_cannot_be_read_is_not_asked(owner: Browser, promos: None):
    for query in STRANGE:
        assert owner.get(f"{PROMOS}{query}").status_code == 200, query


def test_an_empty_list_says_why(owner: Browser, town):
    assert "No promo yet" in owner.get(PROMOS).text
    town.promo("Now")
    page = owner.get(f"{PROMOS}?state=cancelled").text
    assert "No promo fits" in page
    assert 'value="cancelled"' in page  # a search stays within the state


def test_a_row_leads_to_the_page_and_the_steps_of_its_promo(owner: Browser, promos: None):
    page = owner.get(f"{PROMOS}?state=paused").text
    promo_id = re.search(rf'href="{PROMOS}(\d+)/"', page)[1]
    steps = re.findall(rf'menu-link"\s+href="{PROMOS}{promo_id}/(\w+)/"', page)
    assert steps == ["edit", "resume", "duplicate", "withdraw", "cancel", "delete"]
    over = owner.get(f"{PROMOS}?state=cancelled").text
    assert re.findall(rf'menu-link"\s+href="{PROMOS}\d+/(\w+)/"', over) == ["duplicate", "delete"]
