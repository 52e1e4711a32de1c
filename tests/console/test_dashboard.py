"""The front of the console: what runs now, and what starts next."""

import re
from datetime import datetime

from flashpromo.accounts.believed import believed
from tests.console.conftest import CONSOLE
from tests.pages.conftest import Browser
from tests.story import activate, complete, statements, take

NAME = re.compile(r"<h3>\s*<a[^>]*>([^<]+)")


def part(text: str, heading: str) -> str:
    """What stands under a heading of the page."""
    return text.partition(f'aria-labelledby="{heading}"')[2].partition("</section>")[0]


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_what_runs_and_what_starts_next(owner: Browser, town):
    town.promo("Later", hours=5)
    town.promo("Sooner", hours=1)
    town.promo("Draft", publish=False)
    town.promo("Now", hours=-1)
    page = owner.get(CONSOLE).text
    assert NAME.findall(part(page, "running-now")) == ["Now"]
    assert NAME.findall(part(page, "starts-next")) == ["Sooner", "Later"]
    assert re.findall(r'figure-number">(\d+)', page) == ["1", "2", "0", "1"]


def test_a_running_promo_shows_price_units_and_its_end(owner: Browser, town):
    with town.app.app_context():
        promo = activate(town.world, quantity=3)
        complete(take(town.world.alice, promo.id))
    running = part(owner.get(CONSOLE).text, "running-now")
    assert re.search(r"499\.00 instead of \S*999\.00 -50%", words(running))
    assert "2 free, 0 held, 1 sold" in words(running)
    ends = datetime.fromisoformat(re.search(r'data-expires-at="([^"]+)"', running)[1])
    assert ends == promo.end_time
    assert re.search(r'data-as-of="([^"]+)"', running)


def test_a_held_unit_is_free_again_when_its_minute_is_over(owner: Browser, town, clock):
    with town.app.app_context():
        take(town.world.alice, activate(town.world, quantity=2).id)
    assert "1 free, 1 held, 0 sold" in words(owner.get(CONSOLE).text)
    clock.advance(seconds=61)
    believed.forget_all()
    assert "2 free, 0 held, 0 sold" in words(owner.get(CONSOLE).text)


def test_the_part_that_renews_itself_is_the_same_part(owner: Browser, town):
    town.promo("Now", hours=-1)
    whole, renewed = owner.get(CONSOLE).text, owner.get("/console/now/").text
    moving = re.compile(r'data-as-of="[^"]+"|>\d:\d\d:\d\d<')
    assert moving.sub("", renewed.strip()) in moving.sub("", whole)
    assert 'hx-get="/console/now/"' in renewed


def test_nothing_at_all_is_said_kindly(owner: Browser):
    page = owner.get(CONSOLE).text
    assert "Nothing runs now" in page
    assert "Nothing is scheduled" in page


def test_more_promos_cost_no_more_questions(owner: Browser, town):
    owner.get(CONSOLE)
    counted = []
    for _ in range(2):
        town.promo(f"One more {len(counted)}", hours=-1)
        owner.get(CONSOLE)
        with town.app.app_context(), statements() as sent:
            owner.get(CONSOLE)
        counted.append(len([each for each in sent if each.startswith(("SELECT", "WITH"))]))
    assert counted[0] == counted[1]


def test_what_people_typed_is_only_ever_text(owner: Browser, town):
    town.promo('<script>alert("1")</script>', hours=-1)
    page = owner.get(CONSOLE).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
