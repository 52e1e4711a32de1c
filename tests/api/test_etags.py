"""Nobody overwrites what it has not seen, and nobody is sent twice what it has already."""

import gzip
from pathlib import Path

import pytest
from flask import Flask

from tests.api.conftest import Caller
from tests.api.test_promos import PROMOS, later, terms
from tests.conftest import Clock
from tests.story import statements
from tests.world import World

ME = "/api/users/clients-profiles/me/"
RESERVATIONS = "/api/promotions/promo-reservations/"


@pytest.fixture
def things(techshop: Caller, world: World) -> dict[str, tuple[str, dict]]:
    """One of each, and a change of it."""
    draft = techshop.post(PROMOS, terms(world, is_active=False)).headers["Location"]
    return {
        "store": (f"/api/market/stores/{world.store_id}/", {"name": "Other"}),
        "product": (f"/api/market/products/{world.product_id}/", {"name": "Other"}),
        "segment": (f"/api/users/user-segments/{world.new_users}/", {"name": "Other"}),
        "client": (f"/api/users/clients-profiles/{world.bob}/", {"opted_in": False}),
        "promo": (draft, {"promo_price": "450.00"}),
    }


KINDS = ["store", "product", "segment", "client", "promo"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_is_made_on_what_was_seen_only(operator: Caller, things, kind: str):
    path, change = things[kind]
    tag = operator.get(path).headers["ETag"]
    assert tag == operator.get(path).headers["ETag"]
    changed = operator.patch(path, change, headers={"If-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] == operator.get(path).headers["ETag"] != tag
    refused = operator.patch(path, change, headers={"If-Match": tag})
    assert (refused.status_code, refused.json["code"]) == (412, "precondition_failed")
    assert operator.patch(path, change).status_code == 200


@pytest.mark.parametrize("kind", KINDS)
def test_a_deletion_too(operator: Caller, things, kind: str):
    path, change = things[kind]
    stale = operator.get(path).headers["ETag"]
    operator.patch(path, change)
    if kind == "segment":
        operator.delete(things["promo"][0])
    assert operator.delete(path, headers={"If-Match": stale}).status_code == 412
    tag = operator.get(path).headers["ETag"]
    assert operator.delete(path, headers={"If-Match": f'"no", {tag}'}).status_code == 204


def test_a_client_changes_itself_as_it_has_seen_itself(alice: Caller):
    tag = alice.get(ME).headers["ETag"]
    assert alice.get(ME, headers={"If-None-Match": tag}).status_code == 304
    changed = alice.patch(ME, {"opted_in": False}, headers={"If-Match": tag})
    assert changed.headers["ETag"] == alice.get(ME).headers["ETag"] != tag
    refused = alice.patch(ME, {"opted_in": True}, headers={"If-Match": tag})
    assert (refused.status_code, refused.json["code"]) == (412, "precondition_failed")
    assert alice.get(ME).json["opted_in"] is False


@pytest.mark.parametrize("change", ["put", "delete"])
def test_members_are_managed_as_they_were_seen(operator: Caller, people, world: World, change: str):
    people.merchant("nora")
    members = f"/api/market/stores/{world.store_id}/members/"
    added = operator.post(members, {"username": "nora", "role": "staff"})
    path, tag = added.headers["Location"], added.headers["ETag"]
    assert operator.get(path).headers["ETag"] == tag
    made_owner = operator.put(path, {"role": "owner"}, headers={"If-Match": tag})
    people.merchant("max")
    operator.post(members, {"username": "max", "role": "owner"})
    sent = {"json": {"role": "staff"}} if change == "put" else {}
    refused = getattr(operator, change)(path, headers={"If-Match": tag}, **sent)
    assert (refused.status_code, refused.json["code"]) == (412, "precondition_failed")
    assert operator.get(path).json["role"] == "owner"
    taken = {"If-Match": made_owner.headers["ETag"]}
    assert getattr(operator, change)(path, headers=taken, **sent).status_code < 300
    gone = operator.delete(f"{members}999/", headers={"If-Match": "*"})
    assert (gone.status_code, gone.json["code"]) == (404, "not_found")


def test_any_version_will_do_and_a_weak_one_will_not(operator: Caller, things):
    path, change = things["store"]
    tag = operator.get(path).headers["ETag"]
    assert operator.patch(path, change, headers={"If-Match": f"W/{tag}"}).status_code == 412
    assert operator.patch(path, change, headers={"If-Match": ""}).status_code == 412
    assert operator.patch(path, change, headers={"If-Match": "*"}).status_code == 200
    missing = "/api/market/stores/999/"
    assert operator.patch(missing, change, headers={"If-Match": "*"}).status_code == 404


def test_what_is_created_carries_its_tag(operator: Caller):
    made = operator.post("/api/users/user-segments/", {"name": "New"})
    assert made.headers["ETag"] == operator.get(made.headers["Location"]).headers["ETag"]


def test_a_put_is_a_change_too(operator: Caller, things):
    path, _ = things["store"]
    whole = operator.get(path)
    put = operator.put(
        path, whole.json | {"name": "Put"}, headers={"If-Match": whole.headers["ETag"]}
    )
    assert (put.status_code, put.json["name"]) == (200, "Put")


@pytest.mark.parametrize("step", ["pause", "resume", "cancel"])
def test_a_step_is_taken_on_what_was_seen(techshop: Caller, world: World, step: str):
    path = techshop.post(PROMOS, terms(world)).headers["Location"]
    stale = techshop.get(path).headers["ETag"]
    techshop.patch(path, {"promo_price": "450.00"})
    refused = techshop.post(f"{path}{step}/", headers={"If-Match": stale})
    assert refused.status_code == 412
    tag = techshop.get(path).headers["ETag"]
    taken = techshop.post(f"{path}{step}/", headers={"If-Match": tag})
    assert taken.status_code == 200
    assert taken.headers["ETag"] == techshop.get(path).headers["ETag"]


def test_a_refused_condition_is_no_answer_to_a_key(techshop: Caller, world: World, rows):
    path = techshop.post(PROMOS, terms(world)).headers["Location"]
    headers = {"Idempotency-Key": "pause", "If-Match": '"stale"'}
    assert techshop.post(f"{path}pause/", headers=headers).status_code == 412
    headers["If-Match"] = techshop.get(path).headers["ETag"]
    paused = techshop.post(f"{path}pause/", headers=headers)
    again = techshop.post(f"{path}pause/", headers=headers)
    assert (paused.status_code, again.data) == (200, paused.data)
    assert again.headers["ETag"] == paused.headers["ETag"]


def test_the_tag_of_a_promo_follows_the_time(techshop: Caller, world: World, clock: Clock):
    path = techshop.post(PROMOS, terms(world, end_time=later(world, hours=1))).headers["Location"]
    seen = techshop.get(path)
    clock.advance(hours=1, seconds=1)
    now = techshop.get(path)
    assert (seen.json["state"], now.json["state"]) == ("running", "ended")
    assert seen.headers["ETag"] != now.headers["ETag"]


@pytest.mark.parametrize("kind", KINDS)
def test_who_has_it_already_is_not_sent_it(operator: Caller, things, kind: str):
    path, change = things[kind]
    tag = operator.get(path).headers["ETag"]
    for sent in (tag, f"W/{tag}", f'"other", {tag}'):
        again = operator.get(path, headers={"If-None-Match": sent})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == tag
        assert "Content-Type" not in again.headers
    operator.patch(path, change)
    assert operator.get(path, headers={"If-None-Match": tag}).status_code == 200


def test_a_reservation_has_a_tag(techshop: Caller, alice: Caller, world: World):
    promo_id = techshop.post(PROMOS, terms(world)).json["id"]
    held = alice.post(RESERVATIONS, {"promo_id": promo_id})
    tag = alice.get(held.headers["Location"]).headers["ETag"]
    assert alice.get(held.headers["Location"], headers={"If-None-Match": tag}).status_code == 304


ZIPPED = {"Accept-Encoding": "gzip"}


@pytest.fixture
def long_list(operator: Caller, world: World) -> str:
    for number in range(20):
        operator.post("/api/users/user-segments/", {"name": f"Segment {number}"})
    return "/api/users/user-segments/?page_size=100"


def test_sizable_json_is_compressed_for_who_asks(operator: Caller, long_list: str):
    plain, zipped = operator.get(long_list), operator.get(long_list, headers=ZIPPED)
    assert "Content-Encoding" not in plain.headers
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.data) == plain.data
    assert len(zipped.data) < len(plain.data) / 2
    for answer in (plain, zipped):
        assert {"Accept-Encoding", "Authorization"} <= set(answer.vary.as_set(preserve_casing=True))
    small = operator.get("/api/users/user-segments/1/", headers=ZIPPED)
    assert "Content-Encoding" not in small.headers


@pytest.mark.parametrize(
    ("accepted", "zipped"),
    [
        ("gzip;q=0", False),
        ("deflate, gzip;q=0", False),
        ("deflate", False),
        ("identity;q=1, *;q=0", False),
        ("gzip;q=0, *", False),
        ("gzip;q=0.1", True),
        ("*", True),
        ("", False),
    ],
)
def test_only_who_accepts_it_is_sent_it_compressed(
    operator: Caller, long_list: str, accepted: str, zipped: bool
):
    answer = operator.get(long_list, headers={"Accept-Encoding": accepted})
    assert (answer.headers.get("Content-Encoding") == "gzip") is zipped
    assert "Accept-Encoding" in answer.vary


def test_a_compressed_document_has_a_tag_of_its_own_that_stands_for_it(operator: Caller):
    long = {"name": "Long", "description": "all of them " * 100}
    path = operator.post("/api/users/user-segments/", long).headers["Location"]
    plain = operator.get(path).headers["ETag"]
    zipped = operator.get(path, headers=ZIPPED)
    tag = zipped.headers["ETag"]
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert tag != plain
    for sent in (plain, tag):
        again = operator.get(path, headers=ZIPPED | {"If-None-Match": sent})
        assert (again.status_code, again.headers["ETag"]) == (304, sent)
    changed = operator.patch(path, {"name": "Longer"}, headers={"If-Match": tag})
    assert changed.status_code == 200


def test_each_answer_says_who_may_keep_it(operator: Caller, world: World):
    def kept(answer) -> str:
        return answer.headers["Cache-Control"]

    path = f"/api/market/stores/{world.store_id}/"
    assert kept(operator.get(path)) == "private, no-cache"
    assert kept(operator.get(f"{PROMOS}running/")) == "private, no-cache"
    assert kept(operator.patch(path, {"name": "Other"})) == "no-store"
    for refused in (operator.get("/api/market/stores/999/"), operator.http.get(path)):
        assert kept(refused) == "no-store"
        assert "Authorization" in refused.headers["Vary"]


def test_only_what_has_its_version_in_its_name_is_kept_for_long(app: Flask, own_files: Path):
    http = app.test_client()
    for path, kept_for_long in (("plain.js", False), ("vendor/thing-1.2.3/thing.js", True)):
        (own_files / path).parent.mkdir(parents=True, exist_ok=True)
        (own_files / path).write_text("1")
        with http.get(f"/static/{path}") as found:
            assert found.status_code == 200
            assert ("immutable" in found.headers["Cache-Control"]) is kept_for_long
    with http.get("/static/vendor/none-1.2.3/none.js") as missing:
        assert "immutable" not in missing.headers.get("Cache-Control", "")


@pytest.fixture
def own_files(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Static files of this test alone."""
    monkeypatch.setattr(app, "static_folder", str(tmp_path))
    return tmp_path


def test_a_tag_costs_no_query_of_its_own(app: Flask, operator: Caller, world: World):
    path = f"/api/market/stores/{world.store_id}/"
    operator.get(path)
    with app.app_context(), statements() as sent:
        operator.get(path)
    assert len([each for each in sent if "auth_token" not in each]) == 1
