"""The page of one promo: funnel, pace, units, timeline; and what a merchant must not learn."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from flashpromo import campaign
from flashpromo.db import session, transaction
from flashpromo.notify.models import Delivery, Notification
from tests.console.conftest import OTHER, PROMOS, STAFF
from tests.console.test_dashboard import part, words
from tests.pages.conftest import Browser
from tests.story import activate, change, complete, release, take


def stages(page: str) -> dict[str, str]:
    """The funnel: each stage by its name, with its number."""
    found = re.findall(
        r'funnel-name">([^<]+)</span>\s*<span class="[^"]+">([^<]+)<', part(page, "funnel-heading")
    )
    return {name: number.strip() for name, number in found}


def crowd(town, count: int) -> None:
    """So many more clients near the store, in its segment."""
    with town.app.app_context(), transaction():
        for number in range(count):
            town.world.add_client(f"client {number}", metres=100 + number)


@pytest.fixture
def running(town) -> int:
    """A promo of three units that has told Alice and a dozen more, within two kilometres."""
    crowd(town, 12)
    with town.app.app_context():
        promo = activate(town.world, quantity=3)
        with transaction():
            campaign.measure(promo.id)
        return promo.id


def address(promo_id: int) -> str:
    return f"{PROMOS}{promo_id}/"


def test_the_funnel_tells_what_came_of_it(look_as, town, running: int, clock):
    with town.app.app_context():
        take(town.world.alice, running)
        clock.advance(seconds=61)
        complete(take(town.world.clients["client 1"], running))
        release(take(town.world.clients["client 2"], running))
        take(town.world.clients["client 3"], running)
    operator = look_as("admin").get(address(running)).text
    assert stages(operator) == {
        "Reached": "14",
        "Told": "13",
        "Opened": "0",
        "Reserved": "4",
        "Sold": "1",
    }
    aside = words(part(operator, "funnel-heading"))
    assert "Held now 1 Lapsed 1 Given back 1" in aside
    assert "1 free, 1 held, 1 sold" in words(part(operator, "units-heading"))


def test_a_merchant_is_told_roughly_whom_it_reached(owner: Browser, running: int):
    shown = stages(owner.get(address(running)).text)
    assert shown["Told"] == "13"
    assert shown["Reached"].startswith("about")


def test_of_a_small_circle_nothing_exact_is_told_anywhere(look_as, owner: Browser, town):
    """Not in the funnel, not in the timeline, not by the deliveries."""
    crowd(town, 136)
    with town.app.app_context():
        promo_id = activate(town.world, max_distance_km=Decimal("0.5")).id
    page = owner.get(address(promo_id)).text
    shown = stages(page)
    assert shown["Told"].startswith("about")
    assert "137" not in words(page.partition("<main")[2])
    assert f"clients told: {shown['Told']}" in words(part(page, "timeline-heading"))
    assert "sent" not in words(part(page, "pace-heading"))
    assert "clients told: 137" in words(look_as("admin").get(address(promo_id)).text)


def test_of_a_few_in_a_small_circle_not_even_that_somebody_was_told(owner: Browser, town):
    with town.app.app_context():
        promo_id = activate(town.world, max_distance_km=Decimal("0.5")).id
    page = owner.get(address(promo_id)).text
    assert stages(page)["Told"] == "few or none"
    assert "Few clients or none were told." in page


def test_how_soon_the_clients_were_told_by_each_way(owner: Browser, town, running: int):
    with town.app.app_context(), transaction():
        told = session().query(Notification).filter_by(promo_id=running).all()
        for place, row in enumerate(sorted(told, key=lambda each: each.client_id)):
            delivery = session().get(Delivery, (row.client_id, row.local_day, "log"))
            delivery.state = "sent"
            delivery.finished_at = row.created_at + timedelta(seconds=6 * place + 6)
    pace = part(owner.get(address(running)).text, "pace-heading")
    rows = re.findall(r'data-label="[^"]+">\s*([^<\s][^<]*?)\s*<', pace)
    inbox, log = rows[:3], rows[3:6]
    assert len(set(inbox)) == 1
    assert [float(each.removesuffix(" s")) for each in log] == pytest.approx([42, 78, 78], abs=1)
    assert "13 sent, 0 waiting, 0 failed, 0 skipped" in words(pace)
    assert re.findall(r">\s*(Yes|No)\s*<", pace) == ["Yes", "No"]


def test_units_one_by_one_or_with_the_next_that_are_free(owner: Browser, town, running: int):
    with town.app.app_context():
        take(town.world.alice, running)
    units = part(owner.get(address(running)).text, "units-heading")
    assert units.count('class="unit unit-') == 3
    assert units.count("data-expires-at") == 1
    with town.app.app_context():
        change(running, quantity=61)
    many = part(owner.get(address(running)).text, "units-heading")
    assert many.count('class="unit unit-held"') == many.count('class="unit ') == 1


def test_its_life_is_told_with_who_and_what_changed(owner: Browser, look_as, town):
    promo_id = town.promo("Lamp", hours=1, publish=False)
    look_as(STAFF)
    owner.submit(f"{address(promo_id)}publish/", f"{address(promo_id)}publish/")
    with town.app.app_context():
        change(promo_id, promo_price=Decimal("450.00"), quantity=2)
    owner.submit(f"{address(promo_id)}pause/", f"{address(promo_id)}pause/")
    life = words(part(owner.get(address(promo_id)).text, "timeline-heading"))
    assert re.search(r"Paused .* techshop Changed .* Published .* techshop Made", life)
    assert re.search(r"Promo price: \S*499\.00, now \S*450\.00", life)
    assert "Units: 1, now 2" in life


def test_clients_are_in_its_life_without_a_name(owner: Browser, town, running: int):
    with town.app.app_context():
        for name in ("alice", "client 1", "client 2"):
            complete(take(town.world.clients[name], running))
    life = words(part(owner.get(address(running)).text, "timeline-heading"))
    assert re.search(r"Sold out .* 3 units sold.*1,497\.00 .* Reserved for the first time", life)
    assert "Started; clients told: 13" in life


def test_an_operator_is_named_to_operators_only(look_as, owner: Browser, town):
    promo_id = town.promo("Lamp", hours=1)
    admin = look_as("admin")
    admin.submit(f"{address(promo_id)}pause/", f"{address(promo_id)}pause/")
    assert "· admin" in words(part(admin.get(address(promo_id)).text, "timeline-heading"))
    seen = words(part(owner.get(address(promo_id)).text, "timeline-heading"))
    assert "the marketplace" in seen
    assert "admin" not in seen


def test_nobody_else_s_promo_is_found(look_as, town):
    promo_id = town.promo("Lamp", hours=1)
    cafe = look_as(OTHER)
    for path in ("", "now/", "pause/", "cancel/", "duplicate/"):
        assert cafe.get(f"{address(promo_id)}{path}").status_code == 404
    assert look_as(STAFF).get(address(promo_id)).status_code == 200
    assert cafe.get(address(10**18)).status_code == 404


def test_what_people_typed_is_only_ever_text(owner: Browser, town):
    for name in ('<script>alert("1")</script>', '"><img src=x onerror=alert(1)>', "{{1234567*7}}"):
        page = owner.get(address(town.promo(name, hours=-1))).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "49</h1>" not in page


def test_only_a_promo_that_lives_renews_its_page(owner: Browser, town):
    promo_id = town.promo("Lamp", hours=-1)
    assert "data-renew" in owner.get(address(promo_id)).text
    part_of_it = owner.get(f"{address(promo_id)}now/").text
    assert "<h1" not in part_of_it
    assert 'hx-swap-oob="true"' in part_of_it
    with town.app.app_context(), transaction():
        campaign.cancel(promo_id)
    assert "data-renew" not in owner.get(address(promo_id)).text
