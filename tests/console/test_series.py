"""Recurring promos: shown one by one, and made exactly as they were shown, or not at all."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from flashpromo.accounts.believed import believed
from flashpromo.db import session, transaction
from flashpromo.market.models import Product
from flashpromo.promos import catalogue, lifecycle
from flashpromo.promos.models import Promo
from tests.console.conftest import OTHER, STAFF, Town
from tests.pages.conftest import Browser
from tests.story import terms

NEW, PLAN = "/console/promos/series/new/", "/console/promos/series/plan/"
EVERY_DAY = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
MEXICO = "America/Mexico_City"
TOKEN = re.compile(r'name="csrf_token" value="([^"]*)"')
CARRIED = re.compile(r'name="(shown|shown_at)"\s+value="([^"]*)"')
ROW = re.compile(r'<th role="rowheader" scope="row">([^<]+)</th>(.*?)</tr>', re.DOTALL)


@dataclass
class Form:
    """The form of one person, filled in."""

    browser: Browser
    town: Town
    fields: dict[str, object]

    def send(self, step: str, path: str = NEW, **changes):
        """Send it as it stands but for some fields."""
        token = TOKEN.search(self.browser.get(NEW).text)[1]
        values = {**self.fields, **changes, "csrf_token": token, "step": step}
        return self.browser.http.post(path, data=values)

    def show(self, **changes):
        """Look at the promos, and keep what is carried along."""
        page = self.send("show", **changes)
        self.fields = {**self.fields, **changes, **dict(CARRIED.findall(page.text))}
        return page


@pytest.fixture
def tomorrow(town: Town) -> date:
    """On the clock of TechShop."""
    return town.world.now.astimezone(ZoneInfo(MEXICO)).date() + timedelta(days=1)


@pytest.fixture
def form(owner: Browser, town: Town, tomorrow: date) -> Form:
    """The headphones, every day from 17:00 to 19:00, for a week from tomorrow."""
    return Form(owner, town, filled(town, tomorrow, tomorrow + timedelta(days=6)))


def filled(town: Town, first: date, last: date) -> dict[str, object]:
    return {
        "product_id": str(town.world.product_id),
        "promo_price": "499.00",
        "quantity": "2",
        "segment_ids": [str(town.world.new_users)],
        "max_distance_km": "2",
        "weekdays": EVERY_DAY,
        "starts_at": "17:00",
        "ends_at": "19:00",
        "first_day": first.isoformat(),
        "last_day": last.isoformat(),
    }


def plain(html: str) -> str:
    """The words of a part of a page; blanks of any kind are one, and dashes plain."""
    words = unescape(re.sub(r"<[^>]+>", " ", html)).replace("\N{EN DASH}", "-")
    return " ".join(words.split())


def rows(page) -> list[tuple[str, str]]:
    """The days of the plan with what is said of them."""
    return [(plain(day), plain(rest)) for day, rest in ROW.findall(page.text)]


def made(town: Town) -> list[Promo]:
    with town.app.app_context():
        return list(session().scalars(select(Promo).order_by(Promo.start_time)))


def windows(town: Town) -> list[tuple[str, str]]:
    return [
        (
            f"{promo.start_time.astimezone(UTC):%m-%dT%H:%M}",
            f"{promo.end_time.astimezone(UTC):%dT%H:%M}",
        )
        for promo in made(town)
    ]


def error_at(text: str, name: str) -> str:
    return text.partition(f'id="{name}-error"')[2].partition("</div>")[0]


def test_every_promo_is_shown_before_any_is_made(form: Form, town: Town, tomorrow: date):
    page = form.show()
    assert page.status_code == 200
    shown = rows(page)
    assert len(shown) == 7
    assert [f"{tomorrow + timedelta(days=each):%a}" for each in range(7)] == [
        day.partition(",")[0] for day, _ in shown
    ]
    assert {said for _, said in shown} == {"5:00 PM - 7:00 PM"}
    assert "To be known" not in page.text
    words = plain(page.text)
    assert "Every day from 5:00 PM to 7:00 PM" in words
    assert ": 7 promos." in words
    assert "Units: 2 in each promo, 14 in all." in words
    assert "Publish 7 promos" in words
    assert made(town) == []


@pytest.mark.parametrize(("step", "said"), [("publish", "published"), ("drafts", "saved")])
def test_they_are_made_as_they_were_shown_and_listed(form: Form, town, tomorrow, step, said):
    town.promo("Another", hours=1)
    form.show()
    led = form.send(step)
    assert led.status_code == 303
    with town.app.app_context():
        of_series = session().scalars(select(Promo).where(Promo.quantity == 2)).all()
    assert len(of_series) == 7
    assert {each.published for each in of_series} == {step == "publish"}
    listed = form.browser.get(led.headers["Location"]).text
    assert f"7 {'promos are' if step == 'publish' else 'drafts are'} {said}." in plain(listed)
    assert listed.count('role="rowheader"') == 7
    assert "Another" not in listed


def test_the_times_are_those_of_the_store(form: Form, town: Town, tomorrow: date):
    form.show(first_day=f"{tomorrow}", last_day=f"{tomorrow}", starts_at="22:00", ends_at="02:00")
    assert form.send("publish").status_code == 303
    (promo,) = made(town)
    there = promo.start_time.astimezone(ZoneInfo(MEXICO))
    assert (there.date(), there.hour) == (tomorrow, 22)
    assert promo.end_time - promo.start_time == timedelta(hours=4)


def test_over_midnight_is_said(form: Form, tomorrow: date):
    page = form.show(starts_at="22:00", ends_at="02:00")
    assert "Every day from 10:00 PM to 2:00 AM of the next day" in plain(page.text)
    assert rows(page)[0][1] == "10:00 PM - 2:00 AM of the next day"


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (EVERY_DAY[:5], "Weekdays from"),
        (EVERY_DAY[5:], "Saturdays and Sundays from"),
        (["monday", "friday"], "Monday and Friday from"),
    ],
)
def test_the_days_are_said_in_words(form: Form, days: list[str], said: str):
    assert said in plain(form.show(weekdays=days).text)


def test_presets_choose_days_without_a_script(form: Form):
    for step, wanted in (("weekdays", EVERY_DAY[:5]), ("weekend", EVERY_DAY[5:])):
        page = form.send(step, weekdays=["monday"])
        assert re.findall(r'name="weekdays"\s+value="(\w+)"\s+checked', page.text) == wanted
        assert 'value="499.00"' in page.text


CHANGES = [
    pytest.param(
        *("America/New_York", "2027-03-14", ("17:00", "19:00")),
        [("03-13T22:00", "14T00:00"), ("03-14T21:00", "14T23:00"), ("03-15T21:00", "15T23:00")],
        "",
        id="New York in March: five stays five",
    ),
    pytest.param(
        *("America/New_York", "2027-03-14", ("02:30", "05:00")),
        [("03-13T07:30", "13T10:00"), ("03-14T07:00", "14T09:00"), ("03-15T06:30", "15T09:00")],
        "3:00 AM - 5:00 AM The clocks skip its start: it begins when they jump. "
        "The clocks change within it: it is shorter than usual.",
        id="New York in March: the start is skipped",
    ),
    pytest.param(
        *("America/New_York", "2027-03-14", ("02:10", "02:50")),
        [("03-13T07:10", "13T07:50"), ("03-15T06:10", "15T06:50")],
        "No promo The clocks skip all of it.",
        id="New York in March: all of it is skipped",
    ),
    pytest.param(
        *("America/New_York", "2027-11-07", ("17:00", "19:00")),
        [("11-06T21:00", "06T23:00"), ("11-07T22:00", "08T00:00"), ("11-08T22:00", "09T00:00")],
        "",
        id="New York in November: five stays five",
    ),
    pytest.param(
        *("America/New_York", "2027-11-07", ("01:30", "03:00")),
        [("11-06T05:30", "06T07:00"), ("11-07T05:30", "07T08:00"), ("11-08T06:30", "08T08:00")],
        "1:30 AM (GMT-04:00) - 3:00 AM "
        "The clocks pass its start twice: it begins at the first time. "
        "The clocks change within it: it is longer than usual.",
        id="New York in November: the start comes twice",
    ),
    pytest.param(
        *("Australia/Sydney", "2027-10-03", ("17:00", "19:00")),
        [("10-02T07:00", "02T09:00"), ("10-03T06:00", "03T08:00"), ("10-04T06:00", "04T08:00")],
        "",
        id="Sydney in October: five stays five",
    ),
    pytest.param(
        *("Australia/Sydney", "2027-10-03", ("01:00", "02:30")),
        [("10-01T15:00", "01T16:30"), ("10-02T15:00", "02T16:00"), ("10-03T14:00", "03T15:30")],
        "1:00 AM - 3:00 AM The clocks skip its end: it ends when they jump. "
        "The clocks change within it: it is shorter than usual.",
        id="Sydney in October: the end is skipped",
    ),
    pytest.param(
        *("Australia/Sydney", "2027-04-04", ("17:00", "19:00")),
        [("04-03T06:00", "03T08:00"), ("04-04T07:00", "04T09:00"), ("04-05T07:00", "05T09:00")],
        "",
        id="Sydney in April: five stays five",
    ),
    pytest.param(
        *("Australia/Sydney", "2027-04-04", ("02:15", "02:45")),
        [("04-02T15:15", "02T15:45"), ("04-03T15:15", "03T15:45"), ("04-04T16:15", "04T16:45")],
        "2:15 AM (GMT+11:00) - 2:45 AM (GMT+11:00) "
        "The clocks pass its start twice: it begins at the first time. "
        "The clocks pass its end twice: it ends at the first time.",
        id="Sydney in April: within the hour that comes twice",
    ),
]


@pytest.mark.parametrize(("zone", "change", "times", "instants", "said"), CHANGES)
def test_when_the_clocks_change(form: Form, town, zone, change, times, instants, said):
    with town.app.app_context(), transaction():
        catalogue.change_store(town.world.store_id, None, time_zone=zone)
    day = date.fromisoformat(change)
    span = {
        "first_day": f"{day - timedelta(days=1)}",
        "last_day": f"{day + timedelta(days=1)}",
    }
    page = form.show(starts_at=times[0], ends_at=times[1], **span)
    assert [day for day, _ in rows(page)] == [
        f"{each:%a, %b} {each.day}, {each.year}"
        for each in (day - timedelta(days=1), day, day + timedelta(days=1))
    ]
    assert rows(page)[1][1] == (said or "5:00 PM - 7:00 PM")
    noticed = f"Look at these days: {day:%b} {day.day}, {day.year}."
    assert (noticed in plain(page.text)) is bool(said)
    assert form.send("publish").status_code == 303
    assert windows(town) == instants


def test_a_window_that_is_over_meanwhile_makes_nothing(form: Form, town: Town, clock, tomorrow):
    shown = form.show()
    assert len(rows(shown)) == 7
    clock.advance(days=1, hours=24)
    believed.forget_all()
    form.browser.sign_in()
    page = form.send("publish")
    assert page.status_code == 409
    assert "is over meanwhile" in page.text or "are over meanwhile" in page.text
    assert f"{tomorrow.day}, {tomorrow.year}" in page.text.partition('id="different"')[2][:900]
    assert rows(page)[0][1].startswith("No promo It is already over.")
    assert made(town) == []
    form.fields |= dict(CARRIED.findall(page.text))
    assert form.send("publish").status_code == 303
    assert 5 <= len(made(town)) < 7


def test_a_window_that_somebody_takes_meanwhile_makes_nothing(form: Form, town: Town, tomorrow):
    form.show()
    start = datetime.combine(tomorrow + timedelta(days=2), datetime.min.time(), ZoneInfo(MEXICO))
    with town.app.app_context(), transaction():
        rival = lifecycle.create(
            terms(
                town.world,
                start_time=start + timedelta(hours=18),
                end_time=start + timedelta(hours=20),
            ),
            publish=True,
        ).id
    page = form.send("publish")
    assert page.status_code == 409
    assert "Nothing was made: a published promo of the product is in the way of" in page.text
    assert rows(page)[2][1] == f"5:00 PM - 7:00 PM Overlaps promo {rival}"
    assert "To be known" in page.text
    assert f'href="/console/promos/{rival}/"' in page.text
    assert "Publish 7 promos" not in plain(page.text)
    assert "Save 7 drafts" in plain(page.text)
    assert len(made(town)) == 1
    form.fields |= dict(CARRIED.findall(page.text))
    assert form.send("drafts").status_code == 303
    assert len(made(town)) == 8


@pytest.mark.parametrize(
    "changes",
    [
        {"ends_at": "20:00"},
        {"quantity": "3"},
        {"promo_price": "1.00"},
        {"weekdays": ["monday"]},
        {"max_distance_km": "50"},
    ],
)
def test_what_was_changed_after_it_was_shown_is_shown_again(form: Form, town: Town, changes):
    form.show()
    page = form.send("publish", **changes)
    assert page.status_code == 409
    assert "this is not what was shown before" in page.text
    assert made(town) == []


def test_a_price_that_has_fallen_meanwhile_is_told_at_its_field(form: Form, town: Town):
    form.show()
    with town.app.app_context(), transaction():
        catalogue.change_product(town.world.product_id, None, regular_price=Decimal("400.00"))
    page = form.send("publish")
    assert page.status_code == 422
    assert "Must be below the regular price of" in error_at(page.text, "promo_price")
    assert made(town) == []


def test_a_store_s_zone_that_changes_meanwhile_is_noticed(form: Form, town: Town):
    form.show()
    with town.app.app_context(), transaction():
        catalogue.change_store(town.world.store_id, None, time_zone="Europe/Madrid")
    page = form.send("publish")
    assert page.status_code == 409
    assert made(town) == []


def test_nothing_is_made_unseen(form: Form, town: Town):
    for forged in ({}, {"shown": "x" * 32, "shown_at": "x"}, {"shown_at": "0001-01-01T00:00:00Z"}):
        assert form.send("publish", **forged).status_code == 409
    assert made(town) == []


@pytest.mark.parametrize(
    ("changes", "name", "said"),
    [
        ({"weekdays": []}, "weekdays", "Choose at least one day of the week."),
        ({"weekdays": ["<script>"]}, "weekdays", "Choose at least one day of the week."),
        ({"starts_at": ""}, "starts_at", "Must be a time of the day, like 17:30."),
        ({"ends_at": "25:00"}, "ends_at", "Must be a time of the day, like 17:30."),
        ({"first_day": "soon"}, "first_day", "Must be a day, like 2026-12-20."),
        ({"first_day": "1900-01-01"}, "first_day", "Must be from 1970-01-02 to 2199-12-30."),
        ({"last_day": "2020-01-01"}, "last_day", "Must not be before the first day."),
        ({"last_day": "2199-12-30"}, "last_day", "More than 366 days match."),
        ({"quantity": "20000"}, "quantity", "together have 140,000 units, more than 100,000."),
        ({"promo_price": "999"}, "promo_price", "Must be below the regular price of"),
        ({"segment_ids": []}, "segment_ids", "At least one segment is needed."),
        ({"product_id": ""}, "product_id", "Choose a product."),
        ({"max_distance_km": "51"}, "max_distance_km", "Must be above 0 and at most 50."),
    ],
)
def test_what_is_wrong_stands_at_its_field(form: Form, town: Town, changes, name, said):
    assert form.send("publish", **changes).status_code in {409, 422}
    page = form.send("show", **changes)
    assert page.status_code == 422
    assert said in error_at(page.text, name)
    typed = {"promo_price": "499.00", "starts_at": "17:00", "quantity": "2"}
    for field, value in typed.items():
        if field not in changes:
            assert f'value="{value}"' in page.text.partition(f'id="{field}"')[2].partition(">")[0]
    assert "<script>" not in page.text.partition("<body>")[2]
    assert made(town) == []


def test_days_that_are_all_over(form: Form, town: Town):
    page = form.send("show", first_day="2020-01-01", last_day="2020-01-31")
    assert page.status_code == 422
    assert "Every window is already over." in error_at(page.text, "last_day")


def test_the_live_part_follows_the_form_and_complains_gently(form: Form, town: Town):
    part = form.send("", PLAN)
    assert part.status_code == 200
    assert "<html" not in part.text
    assert len(rows(part)) == 7
    assert "Publish 7 promos" in plain(part.text)
    assert dict(CARRIED.findall(part.text)).keys() == {"shown", "shown_at"}
    half = form.send("", PLAN, promo_price="", segment_ids=[])
    assert len(rows(half)) == 7
    assert "Fill in what is missing above" in half.text
    assert CARRIED.findall(half.text) == []
    assert "every single promo is shown here" in form.send("", PLAN, starts_at="").text
    assert "More than 366 days match." in form.send("", PLAN, last_day="2199-12-30").text


def test_what_the_live_part_has_shown_can_be_made(form: Form, town: Town):
    form.fields |= dict(CARRIED.findall(form.send("", PLAN).text))
    assert form.send("publish").status_code == 303
    assert len(made(town)) == 7


def test_a_year_can_be_shown(form: Form, tomorrow: date):
    page = form.show(last_day=f"{tomorrow + timedelta(days=365)}")
    assert len(rows(page)) == 366


def test_who_may(form: Form, look_as, town: Town):
    form.show()
    assert Form(look_as(STAFF), town, form.fields).send("publish").status_code == 303
    foreign = Form(look_as(OTHER), town, form.fields)
    page = foreign.send("publish")
    assert page.status_code == 422
    assert "Choose a product." in error_at(page.text, "product_id")
    assert "Headphones" not in page.text
    assert foreign.browser.get(f"{NEW}?product={town.world.product_id}").status_code == 404
    assert len(made(town)) == 7


def test_it_may_begin_with_a_product(owner: Browser, town: Town):
    page = owner.get(f"{NEW}?product={town.world.product_id}")
    assert "Headphones XYZ" in page.text
    for odd in ("?product=x", "?product="):
        assert owner.get(f"{NEW}{odd}").status_code == 200


def test_names_are_only_ever_text(form: Form, town: Town):
    attack = '"><img onerror=alert(1)><script>alert(1)</script>{{1234567*7}}'
    with town.app.app_context(), transaction():
        session().get_one(Product, town.world.product_id).name = attack
    for page in (form.show(), form.send("", PLAN), form.send("find", product_words=attack)):
        assert "<script>alert" not in page.text
        assert "<img onerror" not in page.text
