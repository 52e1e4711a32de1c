"""Recurring promos over the API: shown before they are made, and made together."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.api.conftest import Caller
from tests.world import World

PROMOS = "/api/promotions/flash-promos/"
RECURRING = f"{PROMOS}recurring/"
PREVIEW = f"{RECURRING}preview/"
EVERY_DAY = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


@pytest.fixture
def tomorrow(world: World) -> date:
    """On the clock of the store."""
    return world.now.astimezone(ZoneInfo("America/Mexico_City")).date() + timedelta(days=1)


@pytest.fixture
def body(world: World, tomorrow: date):
    """The headphones, every day 17:00 to 19:00 for a week from tomorrow."""
    return {
        "product_id": world.product_id,
        "promo_price": "499.00",
        "segment_ids": [world.new_users],
        "quantity": 2,
        "weekdays": EVERY_DAY,
        "starts_at": "17:00",
        "ends_at": "19:00",
        "first_day": tomorrow.isoformat(),
        "last_day": (tomorrow + timedelta(days=6)).isoformat(),
        "is_active": True,
    }


def test_the_preview_shows_local_times_and_makes_nothing(techshop: Caller, body, tomorrow, rows):
    answer = techshop.post(PREVIEW, body)
    assert answer.status_code == 200
    shown = answer.json
    assert (shown["time_zone"], shown["count"]) == ("America/Mexico_City", 7)
    assert shown["left_out"] == []
    after = tomorrow + timedelta(days=1)
    assert shown["results"][0] == {
        "day": f"{tomorrow}",
        "local_start": f"{tomorrow}T17:00:00-06:00",
        "local_end": f"{tomorrow}T19:00:00-06:00",
        "start_time": f"{tomorrow}T23:00:00Z",
        "end_time": f"{after}T01:00:00Z",
        "remarks": [],
        "overlaps": [],
    }
    assert rows("promo") == 0


def test_the_preview_names_what_is_in_the_way(techshop: Caller, body, tomorrow):
    one = body | {"first_day": f"{tomorrow}", "last_day": f"{tomorrow}"}
    (made,) = techshop.post(RECURRING, one).json["results"]
    techshop.post(RECURRING, one | {"is_active": False})
    shown = techshop.post(PREVIEW, body | {"starts_at": "18:00", "ends_at": "20:00"}).json
    assert [each["overlaps"] for each in shown["results"]] == [[made["id"]], *[[]] * 6]
    refused = techshop.post(RECURRING, body)
    assert (refused.status_code, refused.json["promo_ids"]) == (409, [made["id"]])
    techshop.post(f"{PROMOS}{made['id']}/cancel/")
    shown = techshop.post(PREVIEW, body).json
    assert [each["overlaps"] for each in shown["results"]] == [[]] * 7


def test_the_preview_looks_at_the_rule_only(techshop: Caller, body):
    for term in ("promo_price", "segment_ids", "quantity", "is_active"):
        del body[term]
    assert techshop.post(PREVIEW, body).json["count"] == 7


def test_the_preview_says_what_the_clocks_do(operator: Caller, techshop: Caller, world, body):
    operator.patch(f"/api/market/stores/{world.store_id}/", {"time_zone": "Europe/Madrid"})
    # The last Sundays of March and October, whatever year it is.
    year = world.now.year + 1
    march = max(date(year, 3, day) for day in range(25, 32) if date(year, 3, day).weekday() == 6)
    october = max(
        date(year, 10, day) for day in range(25, 32) if date(year, 10, day).weekday() == 6
    )
    for day, times, remarks in (
        (march, ("01:30", "02:30"), ["end_skipped", "shorter"]),
        (october, ("02:15", "02:45"), ["start_repeated", "end_repeated"]),
    ):
        asked = dict(zip(("starts_at", "ends_at"), times, strict=True))
        days = {"first_day": f"{day}", "last_day": f"{day}"}
        shown = techshop.post(PREVIEW, body | asked | days).json
        assert shown["time_zone"] == "Europe/Madrid"
        assert [each["code"] for each in shown["results"][0]["remarks"]] == remarks
        assert all(each["text"] for each in shown["results"][0]["remarks"])
    saturday = march - timedelta(days=1)
    asked = {"starts_at": "02:10", "ends_at": "02:50", "first_day": f"{saturday}"}
    shown = techshop.post(PREVIEW, body | asked | {"last_day": f"{march}"}).json
    assert [each["day"] for each in shown["results"]] == [f"{saturday}"]
    assert [(each["day"], each["remark"]["code"]) for each in shown["left_out"]] == [
        (f"{march}", "skipped")
    ]


def test_promos_are_made_as_they_were_shown(techshop: Caller, body):
    windows = techshop.post(PREVIEW, body).json["results"]
    answer = techshop.post(RECURRING, body)
    assert (answer.status_code, answer.json["count"]) == (201, 7)
    made = answer.json["results"]
    plain = [{**each, "id": 0, "overlaps": []} for each in made]
    assert plain == [{**each, "id": 0} for each in windows]
    for each in made:
        promo = techshop.get(f"{PROMOS}{each['id']}/").json
        assert (promo["state"], promo["quantity"]) == ("scheduled", 2)
        assert (promo["start_time"], promo["end_time"]) == (each["start_time"], each["end_time"])


def test_they_are_drafts_unless_said(techshop: Caller, body):
    del body["is_active"]
    first = techshop.post(RECURRING, body).json["results"][0]
    assert techshop.get(f"{PROMOS}{first['id']}/").json["state"] == "draft"


def test_a_repeated_request_makes_them_once(techshop: Caller, body, rows):
    key = {"Idempotency-Key": "december"}
    first, again = (techshop.post(RECURRING, body, headers=key) for _ in range(2))
    assert first.data == again.data
    assert again.headers["Idempotency-Replayed"] == "true"
    assert rows("promo") == 7


def test_an_overlap_names_the_day_and_the_promo(techshop: Caller, body, tomorrow, rows):
    day = f"{tomorrow + timedelta(days=2)}"
    rival = techshop.post(RECURRING, body | {"first_day": day, "last_day": day}).json["results"][0]
    refused = techshop.post(RECURRING, body)
    assert (refused.status_code, refused.json["code"]) == (409, "promo_overlaps")
    assert (refused.json["day"], refused.json["promo_ids"]) == (day, [rival["id"]])
    assert rows("promo") == 1


def test_a_product_may_be_given_as_it_is_shown(techshop: Caller, body):
    body["product"] = {"id": body.pop("product_id")}
    assert techshop.post(RECURRING, body).status_code == 201


@pytest.mark.parametrize("path", [PREVIEW, RECURRING])
def test_who_may(cafe: Caller, alice: Caller, operator: Caller, body, path):
    assert cafe.post(path, body).status_code == 404
    assert alice.post(path, body).status_code == 403
    unknown = operator.post(path, body | {"product_id": 999})
    assert (unknown.status_code, set(unknown.json["errors"])) == (422, {"product_id"})
    assert operator.post(path, body).status_code in {200, 201}


NO_DAYS = [None, 0, True, "", "x", "2030-1-1", "2030-02-30", "2030-01-01T00:00:00Z", "1" * 9999, []]
WRONG = {
    "weekdays": [
        None,
        [],
        "monday",
        ["Monday"],
        ["mon"],
        [0],
        [None],
        [True],
        {},
        ["monday"] * 101,
    ],
    "starts_at": [None, "", "24:00", "7:00", 17, "17:00:00"],
    "ends_at": [None, "", "24:00", "7:00", 17, "17:00:00"],
    "first_day": [*NO_DAYS, "1969-12-31"],
    "last_day": [*NO_DAYS, "2000-01-01", "9999-12-31", "2199-01-01"],
}


@pytest.mark.parametrize("path", [PREVIEW, RECURRING])
@pytest.mark.parametrize("field", sorted(WRONG))
def test_rules_that_are_none(operator: Caller, body, rows, path, field):
    for value in WRONG[field]:
        answer = operator.post(path, body | {field: value})
        assert (answer.status_code, set(answer.json["errors"])) == (422, {field}), value
    assert rows("promo") == 0


def test_terms_that_are_none(operator: Caller, body, rows):
    for field, value in {"promo_price": "999.00", "quantity": 0, "segment_ids": []}.items():
        answer = operator.post(RECURRING, body | {field: value})
        assert (answer.status_code, set(answer.json["errors"])) == (422, {field}), value
    assert rows("promo") == 0
