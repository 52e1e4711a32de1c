"""What the day has brought, on the dashboard: by whose clock, in which money, and how exactly."""

import re
from decimal import Decimal

from flashpromo.accounts import sign_ins
from flashpromo.db import app_now, session, transaction
from flashpromo.market.members import Role
from flashpromo.market.models import Store
from flashpromo.notify import inbox
from tests.console.conftest import CONSOLE, OTHER
from tests.console.test_dashboard import part, words
from tests.pages.conftest import Browser
from tests.story import activate, complete, publish, release, take


def figures(browser: Browser) -> dict[str, str]:
    text = part(browser.get(CONSOLE).text, "today-heading")
    found = re.findall(r"<dt>(.*?)</dt>(.*?)</div>", text, re.DOTALL)
    return {words(name): words(value) for name, value in found}


def test_what_was_sold_reserved_told_and_opened(owner: Browser, town):
    assert set(figures(owner).values()) == {"0"}
    with town.app.app_context():
        promo = activate(town.world, quantity=3)
        complete(take(town.world.alice, promo.id))
        with transaction():
            inbox.read_all(town.world.alice)
    assert figures(owner) == {
        "Units sold": "1",
        "Taken in": "$499.00",
        "Reservations": "1",
        "Clients told": "1",
        "Opened by": "1",
    }


def test_each_money_by_itself(look_as, owner: Browser, town):
    with town.app.app_context():
        complete(take(town.world.alice, activate(town.world, quantity=3).id))
        with transaction():
            session().get(Store, town.cafe_id).currency = "JPY"
            town.world.add_client("near the café", latitude=19.35, longitude=-99.16)
        coffee = publish(town.world, product_id=town.coffee_id, promo_price=Decimal("499.00"))
        complete(take(town.world.clients["near the café"], coffee.id))
    assert figures(look_as("admin"))["Taken in"] == "¥499 $499.00"
    assert figures(look_as(OTHER))["Taken in"] == "¥499"
    assert figures(owner)["Taken in"] == "$499.00"


def test_a_day_ends_by_the_clock_of_the_store(owner: Browser, town, clock):
    """In Mexico City it is 18 o'clock when UTC's day begins."""
    with town.app.app_context():
        now = app_now()
        to_midnight = (30 - now.hour) % 24 * 3600 - now.minute * 60 - now.second
        clock.advance(seconds=to_midnight - 600)  # ten to midnight there
        with transaction():
            town.world.add_client("dora", metres=10, located_at=app_now())
        promo = activate(town.world, quantity=3)
        complete(take(town.world.clients["dora"], promo.id))
    owner.sign_in()
    assert figures(owner)["Units sold"] == "1"
    clock.advance(seconds=1200)
    assert set(figures(owner).values()) == {"0"}
    with town.app.app_context():
        release(take(town.world.alice, promo.id))
    assert figures(owner)["Reservations"] == "1"


def test_of_a_small_circle_the_day_tells_no_more_than_the_promo(look_as, owner: Browser, town):
    with town.app.app_context():
        activate(town.world, max_distance_km=Decimal("0.5"))
    assert figures(owner)["Clients told"] == "about 0"
    assert figures(look_as("admin"))["Clients told"] == "1"


def test_other_stores_count_for_nothing(look_as, owner: Browser, town):
    with town.app.app_context():
        complete(take(town.world.alice, activate(town.world).id))
    assert set(figures(look_as(OTHER)).values()) == {"0"}
    with town.app.app_context(), transaction():
        town.member(sign_ins.find(OTHER).user_id, Role.STAFF)
    assert figures(look_as(OTHER))["Units sold"] == "1"
