"""Stores: one's own in a list, a new one, changing and deleting one."""

import re

import pytest

from flashpromo.db import session, transaction
from flashpromo.market.models import Member, Store
from flashpromo.promos import catalogue, lifecycle
from flashpromo.promos.models import Promo
from tests.console.conftest import NOBODY, OTHER, STAFF, Town
from tests.pages.conftest import Browser

STORES = "/console/stores/"
NEW = f"{STORES}new/"
CORNER = {
    "name": "Corner",
    "latitude": "19.4",
    "longitude": "-99.1",
    "time_zone": "America/Mexico_City",
    "currency": "MXN",
}
TYPED = re.compile(r'<input[^>]*id="(name|latitude|longitude)"[^>]*value="([^"]*)"')
CHOSEN = re.compile(r'<option value="([^"]+)"\s+selected')
SEEN = re.compile(r'name="seen" value="([^"]*)"')


def page_of(town: Town) -> str:
    return f"{STORES}{town.world.store_id}/"


def kept(town: Town, store_id: int | None = None) -> Store:
    with town.app.app_context():
        return session().get_one(Store, store_id or town.world.store_id)


def save(browser: Browser, path: str, seen: str | None = None, **changes: str):
    """Change some fields of the form as it stands, and send it."""
    shown = browser.get(path).text
    (zone, currency) = CHOSEN.findall(shown)
    present = dict(TYPED.findall(shown)) | {"time_zone": zone, "currency": currency}
    seen = SEEN.search(shown)[1] if seen is None else seen
    return browser.submit(path, path, **present | {"seen": seen} | changes)


def error_at(text: str, name: str) -> str:
    return text.partition(f'id="{name}-error"')[2].partition("</div>")[0]


def test_the_list_says_role_zone_money_and_what_runs(owner: Browser, town: Town):
    town.promo("Now", hours=-1)
    town.promo("Later", hours=5)
    town.promo("Draft", publish=False)
    page = owner.get(STORES).text
    plain = " ".join(re.sub("<[^>]+>", " ", page).split())
    assert "TechShop Mexico City · USD Owner 1 runs now 1 scheduled 1 draft" in plain
    assert "Café" not in page


def test_who_has_no_store_may_open_one_and_owns_it(look_as, town: Town):
    newcomer = look_as(NOBODY)
    assert "You are a member of no store yet" in newcomer.get(STORES).text
    led = newcomer.submit(NEW, NEW, **CORNER)
    assert (led.status_code, led.headers["Location"]) == (303, STORES)
    page = newcomer.get(STORES).text
    assert "Corner is open." in page
    assert "Owner" in page
    with town.app.app_context():
        store = session().query(Store).filter_by(name="Corner").one()
        assert (store.latitude, store.longitude) == (19.4, -99.1)
        assert (store.time_zone, store.currency) == ("America/Mexico_City", "MXN")


def test_a_store_of_an_operator_has_no_owner(look_as, town: Town):
    admin = look_as("admin")
    assert admin.submit(NEW, NEW, **CORNER).status_code == 303
    with town.app.app_context():
        store = session().query(Store).filter_by(name="Corner").one()
        assert session().query(Member).filter_by(store_id=store.id).count() == 0


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "  ", "Must have 1 to 200 characters."),
        ("name", "x" * 201, "Must have 1 to 200 characters."),
        ("name", "a\x07b", "Control characters"),
        ("latitude", "", "Must be between -90 and 90 degrees."),
        ("latitude", "90.1", "Must be between -90 and 90 degrees."),
        ("latitude", "north", "Must be between -90 and 90 degrees."),
        ("latitude", "sNaN", "Must be between -90 and 90 degrees."),
        ("longitude", "1e999999999", "Must be between -180 and 180 degrees."),
        ("longitude", "-Infinity", "Must be between -180 and 180 degrees."),
        ("time_zone", "Mexico", "Must be the name of a time zone"),
        ("time_zone", "<script>", "Must be the name of a time zone"),
        ("currency", "DEM", "Must be the code of a currency"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(
    owner: Browser, town: Town, field: str, value: str, said: str
):
    for path in (NEW, page_of(town)):
        page = owner.submit(path, path, **CORNER | {"seen": now_seen(owner, path), field: value})
        assert page.status_code == 422
        assert said in error_at(page.text, field)
        assert page.text.count('aria-invalid="true"') == 1
        typed = dict(TYPED.findall(page.text))
        wanted = {name: text for name, text in CORNER.items() if name in typed and name != field}
        assert wanted.items() <= typed.items()
        assert "<script>" not in page.text
    assert kept(town).name == "TechShop"


def now_seen(browser: Browser, path: str) -> str:
    return SEEN.search(browser.get(path).text)[1]


def test_several_wrong_fields_are_told_at_once(owner: Browser):
    page = owner.submit(NEW, NEW, **CORNER | {"name": "", "latitude": "", "currency": ""})
    assert page.text.count('aria-invalid="true"') == 3


def test_staff_may_change_a_store(look_as, town: Town):
    tess = look_as(STAFF)
    assert save(tess, page_of(town), name="TechShop Centro").status_code == 303
    assert "TechShop Centro is saved." in tess.get(STORES).text
    store = kept(town)
    assert (store.name, store.currency) == ("TechShop Centro", "USD")
    assert store.latitude == pytest.approx(19.432608)


def test_a_zone_by_an_older_name_stays(owner: Browser, town: Town):
    with town.app.app_context(), transaction():
        catalogue.change_store(town.world.store_id, None, time_zone="Mexico/General")
    assert save(owner, page_of(town), name="Older").status_code == 303
    assert kept(town).time_zone == "Mexico/General"


def test_moving_says_what_it_means_and_moves_the_promos(owner: Browser, town: Town):
    assert "moves with the store" not in owner.get(page_of(town)).text
    promo_id = town.promo("Later", hours=5)
    assert "One published promo moves with the store" in owner.get(page_of(town)).text
    assert save(owner, page_of(town), latitude="19.5").status_code == 303
    with town.app.app_context():
        moved = session().get_one(Promo, promo_id)
        place = session().get_one(Store, town.world.store_id).location
        assert str(moved.location) == str(place)


def test_the_currency_stays_while_a_promo_is_published(owner: Browser, town: Town):
    promo_id = town.promo("Later", hours=5)
    page = save(owner, page_of(town), currency="MXN", name="Renamed")
    assert page.status_code == 422
    assert f"Must stay USD until promo {promo_id} is over." in error_at(page.text, "currency")
    assert kept(town).name == "TechShop"
    with town.app.app_context(), transaction():
        lifecycle.change(promo_id, {}, is_active=False)
    assert save(owner, page_of(town), currency="MXN").status_code == 303
    assert kept(town).currency == "MXN"


def test_the_second_of_two_tabs_is_told_and_loses_nothing(owner: Browser, town: Town):
    path = page_of(town)
    opened = now_seen(owner, path)
    save(owner, path, name="By the first")
    page = save(owner, path, seen=opened, name="By the second", latitude="19.6")
    assert page.status_code == 412
    assert "Somebody else has changed this store" in page.text
    assert "By the first</strong>" in page.text
    assert dict(TYPED.findall(page.text))["name"] == "By the second"
    assert kept(town).name == "By the first"
    again = SEEN.search(page.text)[1]
    assert save(owner, path, seen=again, name="By the second").status_code == 303
    assert kept(town).name == "By the second"
    for forged in ("", "yesterday", "2020-01-01"):
        assert save(owner, path, seen=forged, name="Forged").status_code == 412


def test_an_owner_deletes_a_store_with_products_and_drafts(owner: Browser, town: Town):
    town.promo("Draft", publish=False)
    path = f"{page_of(town)}delete/"
    asked = " ".join(re.sub("<[^>]+>", " ", owner.get(path).text).split())
    assert "Delete TechShop?" in asked
    assert "2 products 1 draft of a promo" in asked
    led = owner.submit(path, path)
    assert (led.status_code, led.headers["Location"]) == (303, STORES)
    assert "TechShop is deleted." in owner.get(STORES).text
    assert owner.get(page_of(town)).status_code == 404
    assert kept(town).deleted_at is not None


def test_a_store_with_a_promo_that_is_not_over_is_kept(owner: Browser, town: Town):
    path = f"{page_of(town)}delete/"
    owner.get(path)
    town.promo("Now", hours=-1)
    refused = owner.submit(path, path)
    assert refused.status_code == 409
    for page in (refused.text, owner.get(path).text):
        assert "TechShop cannot be deleted yet" in page
        assert "One of its promos is published and not over." in page
        assert "Delete the store" not in page
    assert kept(town).deleted_at is None


def test_staff_may_not_delete(look_as, town: Town):
    tess, path = look_as(STAFF), f"{page_of(town)}delete/"
    assert path not in tess.get(page_of(town)).text
    assert tess.get(path).status_code == 403
    assert tess.submit(page_of(town), path).status_code == 403
    assert kept(town).deleted_at is None


def test_stores_of_others_are_not_found(look_as, town: Town):
    cafe = look_as(OTHER)
    for path in (page_of(town), f"{page_of(town)}delete/", f"{STORES}999999/"):
        assert cafe.get(path).status_code == 404
        assert cafe.submit(STORES, path, **CORNER).status_code == 404
    assert kept(town).name == "TechShop"


def test_an_operator_changes_and_deletes_any(look_as, town: Town):
    admin = look_as("admin")
    assert save(admin, page_of(town), name="By the operator").status_code == 303
    page = admin.get(STORES).text
    assert "Café" in page
    assert "Operator" in page
    path = f"{page_of(town)}delete/"
    assert admin.submit(path, path).status_code == 303


@pytest.mark.parametrize(
    "attack", ["<script>alert(1)</script>", '"><img onerror=x>', "{{1234567*7}}"]
)
def test_a_name_is_only_ever_text(owner: Browser, town: Town, attack: str):
    save(owner, page_of(town), name=attack)
    delete = f"{page_of(town)}delete/"
    for path in (STORES, page_of(town), delete, "/console/store/", "/console/"):
        text = owner.get(path).text
        assert "<script>alert" not in text
        assert "<img onerror" not in text
        assert ">49<" not in text
    with town.app.app_context():
        assert session().get_one(Store, town.world.store_id).name == attack


def test_the_list_leads_to_what_a_store_has(look_as, town: Town):
    admin = look_as("admin")
    page = admin.get(STORES).text
    assert f'href="{page_of(town)}members/"' in page
    for path in ("/console/promos/", "/console/products/"):
        assert f'name="next" value="{path}"' in page
        sent = {"store": str(town.world.store_id), "next": path}
        assert admin.submit(STORES, "/console/store/", **sent).headers["Location"] == path
        assert "Cold brew" not in admin.get(path).text


def test_many_stores_are_searched_and_paged(look_as, town: Town):
    with town.app.app_context(), transaction():
        place = {"latitude": 0, "longitude": 0, "time_zone": "UTC"}
        session().add_all(Store(name=f"Branch {each:02}", **place) for each in range(25))
    admin = look_as("admin")
    assert "Branch 24" not in admin.get(STORES).text
    assert "Branch 24" in admin.get(f"{STORES}?page=2").text
    assert admin.get(f"{STORES}?q=branch 1").text.count('/">Branch 1') == 10
    assert "No store fits" in admin.get(f"{STORES}?q=%25").text


def test_the_browser_may_tell_where_it_is_to_us_alone(owner: Browser):
    assert "geolocation=(self)" in owner.get(NEW).headers["Permissions-Policy"]


def test_a_new_store_begins_with_the_clock_and_money_of_the_one_at_hand(owner: Browser):
    assert CHOSEN.findall(owner.get(NEW).text) == ["America/Mexico_City", "USD"]
