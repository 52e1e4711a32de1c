"""Preview, funnel and explain: counts for merchants, names for operators only."""

from decimal import Decimal

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import text

from flashpromo import campaign, jobs
from flashpromo.audience import segments
from flashpromo.cli.rounds import TriesKeeper
from flashpromo.db import app_now, session, transaction
from flashpromo.notify import audiences
from flashpromo.notify.disclosure import Group, Question
from tests.api.conftest import Caller, People
from tests.api.test_promos import PROMOS, later, terms
from tests.api.test_reservations import RESERVATIONS
from tests.conftest import Clock
from tests.story import forget_hints
from tests.world import World

PREVIEW = f"{PROMOS}preview/"
NOBODY = {
    "location_too_old": 0,
    "not_in_segments": 0,
    "opted_out": 0,
    "already_notified_today": 0,
}
CROWD = text("""
INSERT INTO client (latitude, longitude, located_at, segment_ids, opted_in)
SELECT 19.4326, -99.1332, app_now(), ARRAY[1], n % 4 <> 0 FROM generate_series(1, :count) AS n
""")


def asked(world: World, **changes):
    return {"product_id": world.product_id, "segment_ids": [world.new_users]} | changes


@pytest.fixture
def crowd(app: Flask, world: World):
    """People at TechShop, a quarter of whom have muted promos."""

    def gather(count: int) -> None:
        with app.app_context(), transaction():
            session().execute(CROWD, {"count": count})

    return gather


@pytest.fixture
def promo_id(techshop: Caller, world: World) -> int:
    return techshop.post(PROMOS, terms(world)).json["id"]


@pytest.fixture
def path(promo_id: int) -> str:
    return f"{PROMOS}{promo_id}/"


@pytest.fixture
def start(app: Flask):
    """Let whatever is due begin, and its audience be counted."""

    def activate() -> dict[int, int]:
        with app.app_context():
            with transaction():
                told = campaign.activate_due().notified
            for promo_id in told:
                jobs.measure(promo_id)
        return told

    return activate


def test_operators_are_told_exactly_how_many_and_why_not(operator: Caller, world: World):
    """Of five near the store Alice is told; Bob is far and Frank is nowhere."""
    shown = operator.post(PREVIEW, asked(world)).json
    assert shown == {
        "audience": 1,
        "in_range": 4,
        "excluded": NOBODY | {"location_too_old": 1, "not_in_segments": 1, "opted_out": 1},
        "max_distance_km": 2.0,
        "exact": True,
        "rounded_to": 1,
        "minimum": 1,
    }
    wide = operator.post(PREVIEW, asked(world, max_distance_km="35.5")).json
    assert (wide["audience"], wide["in_range"]) == (2, 5)
    by_store = {"store_id": world.store_id, "segment_ids": [world.new_users, world.frequent]}
    assert operator.post(PREVIEW, by_store).json["audience"] == 2


def test_who_fails_in_several_ways_is_counted_once(operator: Caller, people: People, world: World):
    path = f"/api/users/clients-profiles/{world.erin}/"
    operator.patch(path, {"opted_in": False, "segment_ids": []})
    shown = operator.post(PREVIEW, asked(world)).json
    assert shown["excluded"]["location_too_old"] == 1
    assert shown["in_range"] == 4


@pytest.mark.parametrize("changes", [{}, {"segment_ids": [1, 2]}, {"max_distance_km": 40}])
def test_the_exact_preview_is_what_the_activation_then_writes(
    operator: Caller, world: World, start, rows, crowd, changes
):
    crowd(50)
    expected = operator.post(PREVIEW, asked(world, **changes)).json["audience"]
    created = operator.post(PROMOS, terms(world, **changes))
    assert operator.get(f"{created.headers['Location']}preview/").json["audience"] == expected
    assert start() == {created.json["id"]: expected}
    assert rows("notification") == expected > 30
    after = operator.get(f"{created.headers['Location']}preview/").json
    assert after["audience"] == 0
    assert after["excluded"]["already_notified_today"] == expected


def test_a_merchant_is_shown_rough_numbers_that_add_up(techshop: Caller, world: World, crowd):
    crowd(1234)
    shown = techshop.post(PREVIEW, asked(world)).json
    parts = [shown["audience"], *shown["excluded"].values()]
    assert shown["in_range"] == sum(parts)
    assert all(part % 10 == 0 for part in parts)
    assert abs(shown["audience"] - 927) < 10
    assert abs(shown["excluded"]["opted_out"] - 309) < 10
    assert (shown["exact"], shown["rounded_to"], shown["minimum"]) == (False, 10, 10)
    assert techshop.post(PREVIEW, asked(world)).json == shown


def test_a_merchant_is_shown_nothing_of_a_few(techshop: Caller, world: World, promo_id: int, crowd):
    crowd(8)
    for shown in (
        techshop.post(PREVIEW, asked(world)).json,
        techshop.get(f"{PROMOS}{promo_id}/preview/").json,
    ):
        assert (shown["audience"], shown["in_range"], shown["excluded"]) == (0, 0, NOBODY)


def test_a_merchant_cannot_ask_between_the_steps(
    techshop: Caller, people: People, world: World, crowd
):
    """Not by a hair more of radius, nor by a store a few metres on, nor by a store of its own."""
    crowd(777)
    shown = techshop.post(PREVIEW, asked(world, max_distance_km=2)).json
    assert techshop.post(PREVIEW, asked(world, max_distance_km="2.04")).json == shown
    place = {"latitude": 19.43262, "longitude": -99.13318}
    other = techshop.post("/api/market/stores/", {"name": "Twin", **place}).json["id"]
    twin = techshop.post(PREVIEW, {"store_id": other, "segment_ids": [world.new_users]})
    assert twin.json == shown
    assert (
        techshop.post(PREVIEW, asked(world, max_distance_km="2.06")).json["max_distance_km"] == 2.1
    )


def test_segments_in_which_nobody_is_say_nothing_new(
    app: Flask, techshop: Caller, world: World, crowd
):
    """However often and by whatever sets of segments the same people are asked for."""
    crowd(37)
    with app.app_context(), transaction():
        empty = [segments.create(name=f"Empty {number}").id for number in range(4)]
    kinds = [
        [each for place, each in enumerate(empty) if number >> place & 1] for number in range(16)
    ]
    answers = [
        techshop.post(PREVIEW, asked(world, segment_ids=[world.new_users, *more])).json
        for more in kinds
    ]
    assert all(answer == answers[0] for answer in answers)


def test_what_is_said_of_a_set_depends_on_who_is_in_it_only(app: Flask, world: World, crowd):
    """Rows in another order are the same people; as many others are not."""

    def count() -> dict[str, Group]:
        with app.app_context(), transaction():
            return audiences.count(Question(19.4326, -99.1332, Decimal(2), (1,)), app_now())

    def change(*commands: str) -> None:
        with app.app_context(), transaction():
            for command in commands:
                session().execute(text(command))

    crowd(50)
    before = count()
    change("UPDATE client SET updated_at = updated_at WHERE id % 3 = 0")
    assert count() == before
    change("UPDATE client SET id = id + 1000000 WHERE id = (SELECT min(id) FROM client)")
    after = count()
    assert after["audience"].size == before["audience"].size
    assert after["audience"].who != before["audience"].who


def test_other_stores_are_not_there(cafe: Caller, alice: Caller, world: World, promo_id: int):
    assert cafe.post(PREVIEW, asked(world)).status_code == 404
    by_store = {"store_id": world.store_id, "segment_ids": [world.new_users]}
    assert cafe.post(PREVIEW, by_store).status_code == 404
    for what in ("preview", "funnel"):
        assert cafe.get(f"{PROMOS}{promo_id}/{what}/").status_code == 404
        assert alice.get(f"{PROMOS}{promo_id}/{what}/").status_code == 403
    assert alice.post(PREVIEW, asked(world)).status_code == 403


@pytest.mark.parametrize(
    ("changes", "status", "wrong"),
    [
        ({"product_id": None}, 422, {"product_id"}),
        ({"segment_ids": []}, 422, {"segment_ids"}),
        ({"segment_ids": [99]}, 422, {"segment_ids"}),
        ({"max_distance_km": 0}, 422, {"max_distance_km"}),
        ({"max_distance_km": "50.000001"}, 422, {"max_distance_km"}),
        ({"store_id": 99}, 422, {"store_id"}),
        ({"product_id": 99}, 404, set()),
        ({"product_id": None, "store_id": 99}, 404, set()),
    ],
)
def test_what_cannot_be_previewed(operator: Caller, world: World, changes, status, wrong):
    sent = {name: value for name, value in asked(world, **changes).items() if value is not None}
    answer = operator.post(PREVIEW, sent)
    assert answer.status_code == status
    assert set(answer.json.get("errors", {})) == wrong


@pytest.fixture
def pass_a_minute(clock: Clock, redis: Redis):
    """Let every hold run out, and the hints with it."""

    def advance() -> None:
        clock.advance(seconds=61)
        forget_hints(redis)

    return advance


@pytest.fixture
def write_down(app: Flask, world: World):
    """Gina opens her notification, and the scheduler writes down the tries."""

    def act() -> None:
        with app.app_context():
            with transaction():
                session().execute(
                    text("UPDATE notification SET opened_at = app_now() WHERE client_id = :id"),
                    {"id": world.gina},
                )
            TriesKeeper()()

    return act


@pytest.fixture
def shoppers(app: Flask, people: People, world: World) -> list[Caller]:
    """Alice, Carol and Gina."""
    with app.app_context(), transaction():
        world.add_client("gina", metres=120)
    return [people.client(name, world.clients[name]) for name in ("alice", "carol", "gina")]


def test_the_funnel_of_a_whole_story(
    operator: Caller, shoppers: list[Caller], path: str, start, pass_a_minute, write_down
):
    """Alice lets it lapse, Carol gives it back, Gina buys one, and Alice loses to Carol twice."""
    alice, carol, gina = shoppers
    before = operator.get(f"{path}funnel/").json
    assert (before["audience"], before["activated_at"], before["lateness_seconds"]) == (
        None,
        None,
        None,
    )
    assert (before["notified"], before["reserved"], before["sold"]) == (0, 0, 0)
    start()
    reserve = {"promo_id": before["promo_id"]}
    assert alice.post(RESERVATIONS, reserve).status_code == 201
    pass_a_minute()
    held = carol.post(RESERVATIONS, reserve).json
    for _ in range(2):
        assert gina.post(RESERVATIONS, reserve).json["code"] == "already_held"
    assert operator.get(f"{path}funnel/").json["held"] == 1
    carol.post(f"{RESERVATIONS}{held['id']}/release/")
    bought = gina.post(RESERVATIONS, reserve).json
    gina.post(f"{RESERVATIONS}{bought['id']}/complete/")
    write_down()
    shown = operator.get(f"{path}funnel/").json
    assert shown.pop("activated_at").endswith("Z")
    assert 0 <= shown.pop("lateness_seconds") < 60
    assert shown == {
        "promo_id": reserve["promo_id"],
        "audience": 3,
        "notified": 2,
        "opened": 1,
        "reserved": 3,
        "held": 0,
        "released": 1,
        "lapsed": 1,
        "sold": 1,
        "tried_while_held": 2,
        "rough": [],
        "rounded_to": 1,
        "minimum": 1,
    }


def test_a_merchant_is_not_told_of_the_few_that_were_reached_but_not_told(
    techshop: Caller, operator: Caller, path: str, start
):
    """Carol, who has muted promos."""
    start()
    assert operator.get(f"{path}funnel/").json["audience"] == 2
    assert techshop.get(f"{path}funnel/").json["audience"] == 1


def test_a_merchant_is_told_roughly_whom_else_it_reached(
    techshop: Caller, operator: Caller, world: World, promo_id: int, start, crowd
):
    crowd(400)
    start()
    exact = operator.get(f"{PROMOS}{promo_id}/funnel/").json
    assert (exact["audience"], exact["notified"]) == (402, 301)
    rough = techshop.get(f"{PROMOS}{promo_id}/funnel/").json
    assert rough["notified"] == 301
    assert (rough["audience"] - 301) % 10 == 0
    assert abs(rough["audience"] - 402) < 10


NARROW = {"max_distance_km": "0.999999"}
TOLD = ("notified", "opened", "tried_while_held")


@pytest.fixture
def opened(app: Flask):
    """Everybody reads the message."""

    def read() -> None:
        with app.app_context(), transaction():
            session().execute(text("UPDATE notification SET opened_at = app_now()"))

    return read


def test_in_a_narrow_circle_a_merchant_is_not_told_of_the_few_who_were_notified(
    techshop: Caller, operator: Caller, world: World, start, opened
):
    """Else a grid of stores with narrow promos would find out where Alice stands."""
    path = techshop.post(PROMOS, terms(world, **NARROW)).headers["Location"]
    start()
    opened()
    exact = operator.get(f"{path}funnel/").json
    assert (exact["audience"], exact["notified"], exact["opened"]) == (2, 1, 1)
    assert (exact["rough"], exact["rounded_to"], exact["minimum"]) == ([], 1, 1)
    shown = techshop.get(f"{path}funnel/").json
    assert (shown["audience"], shown["notified"], shown["opened"]) == (0, 0, 0)
    assert shown["rough"] == ["audience", *TOLD]
    assert (shown["rounded_to"], shown["minimum"]) == (10, 10)


def test_in_a_narrow_circle_a_merchant_is_told_roughly(
    techshop: Caller, operator: Caller, world: World, start, opened, crowd
):
    crowd(400)
    path = techshop.post(PROMOS, terms(world, **NARROW)).headers["Location"]
    start()
    opened()
    shown = techshop.get(f"{path}funnel/").json
    assert abs(shown["notified"] - 301) < 10
    assert abs(shown["opened"] - 301) < 10
    assert abs(shown["audience"] - 402) < 20
    assert {shown[name] % 10 for name in ("audience", *TOLD)} == {0}
    assert techshop.get(f"{path}funnel/").json == shown


def test_in_a_wide_circle_a_merchant_is_told_exactly_whom_it_paid_for(
    techshop: Caller, world: World, start, opened
):
    path = techshop.post(PROMOS, terms(world, max_distance_km=1)).headers["Location"]
    start()
    opened()
    shown = techshop.get(f"{path}funnel/").json
    assert (shown["notified"], shown["opened"], shown["rough"]) == (1, 1, ["audience"])


def test_what_was_done_at_the_store_is_counted_in_any_circle(
    techshop: Caller, alice: Caller, world: World, start
):
    created = techshop.post(PROMOS, terms(world, **NARROW))
    start()
    assert alice.post(RESERVATIONS, {"promo_id": created.json["id"]}).status_code == 201
    shown = techshop.get(f"{created.headers['Location']}funnel/").json
    assert (shown["reserved"], shown["held"]) == (1, 1)


def test_the_lateness_of_a_promo_published_after_its_start(
    operator: Caller, world: World, start, clock: Clock
):
    path = operator.post(
        PROMOS, terms(world, is_active=False, start_time=later(world, minutes=1))
    ).headers["Location"]
    clock.advance(minutes=31)
    operator.patch(path, {"is_active": True})
    clock.advance(seconds=5)
    start()
    assert 5 <= operator.get(f"{path}funnel/").json["lateness_seconds"] < 25
    operator.patch(path, {"promo_price": "1.00"})
    assert operator.get(f"{path}funnel/").json["lateness_seconds"] > 1800


def test_an_operator_is_told_all_about_a_client(
    operator: Caller, people: People, world: World, promo_id: int, start
):
    people.client("alice", world.alice)
    operator.patch(f"/api/users/clients-profiles/{world.alice}/", {"external_id": "A-1"})
    path = f"{PROMOS}{promo_id}/explain/"
    before = operator.get(f"{path}?client_id={world.alice}").json
    assert (before["reached"], before["notifiable"], before["reasons"]) == (True, True, [])
    assert (before["notified"], before["notifications"]) == (False, [])
    assert before["distance_m"] == pytest.approx(100, abs=1)
    assert before["radius_m"] == 2000
    start()
    shown = operator.get(f"{path}?username=alice").json
    assert operator.get(f"{path}?external_id=A-1").json == shown
    assert shown["reasons"] == ["already_notified_today"]
    assert [each["reason"] for each in shown["parts"] if not each["passed"]] == shown["reasons"]
    assert shown["notified"] is True
    (told,) = shown["notifications"]
    assert (told["promo_id"], told["segment_id"]) == (promo_id, world.new_users)
    (delivery,) = told["deliveries"]
    assert (delivery["channel"], delivery["state"], delivery["reason"]) == ("log", "pending", None)


def test_the_promo_that_took_the_day_is_named(
    operator: Caller, app: Flask, world: World, promo_id: int, start
):
    start()
    with app.app_context(), transaction():
        keyboard = world.add_product("Keyboard")
    second = operator.post(PROMOS, terms(world, product_id=keyboard)).json["id"]
    start()
    shown = operator.get(f"{PROMOS}{second}/explain/?client_id={world.alice}").json
    assert shown["notified"] is False
    assert [each["promo_id"] for each in shown["notifications"]] == [promo_id]


def test_why_a_delivery_was_not_made(
    operator: Caller, app: Flask, world: World, promo_id: int, start
):
    start()
    operator.post(f"{PROMOS}{promo_id}/cancel/")
    with app.app_context():
        jobs.deliver(promo_id)
    shown = operator.get(f"{PROMOS}{promo_id}/explain/?client_id={world.alice}").json
    (delivery,) = shown["notifications"][0]["deliveries"]
    assert (delivery["state"], delivery["reason"]) == ("skipped", "promo_cancelled")


def test_others_are_told_nothing_about_a_client(
    techshop: Caller, alice: Caller, world: World, promo_id: int
):
    path = f"{PROMOS}{promo_id}/explain/?client_id={world.alice}"
    assert techshop.get(path).status_code == 403
    assert alice.get(path).status_code == 403


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("client_id=1&username=alice", 400),
        ("client_id=x", 400),
        ("external_id=%00", 400),
        ("username=a%20b", 400),
        ("client_id=999", 404),
        ("external_id=nobody", 404),
        ("username=nobody", 404),
        ("username=admin", 404),
    ],
)
def test_a_client_that_cannot_be_found(operator: Caller, promo_id: int, query: str, status: int):
    assert operator.get(f"{PROMOS}{promo_id}/explain/?{query}").status_code == status
