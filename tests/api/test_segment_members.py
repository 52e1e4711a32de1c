"""/api/users/user-segments/{segment_id}/members/: clients put in and taken out, row by row."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from flashpromo.audience.models import Client, ClientExternal
from flashpromo.db import session, transaction
from tests.api.conftest import Caller
from tests.api.uploading import CSV, answered, sent
from tests.story import activate, broken_promises
from tests.world import World

SEGMENTS = "/api/users/user-segments/"


@pytest.fixture
def members(app, world: World) -> str:
    """The address of the members of *Frequent buyers*; Alice is known outside as `m-1`."""
    with app.app_context(), transaction():
        session().add(ClientExternal(external_id="m-1", client_id=world.alice))
    return f"{SEGMENTS}{world.frequent}/members/"


@pytest.fixture
def segments_of(app):
    def look_up(client_id: int) -> list[int]:
        with app.app_context():
            return session().get(Client, client_id).segment_ids

    return look_up


def test_says_of_each_row_what_became_of_it(operator, world, members, segments_of):
    rows = [
        {"external_id": "m-1"},
        {"client_id": world.dan, "member": False},
        {"client_id": world.bob, "member": False},
        {"external_id": "m-2"},
        {"client_id": 10**12},
        {"client_id": world.alice},
        {"external_id": "m-1", "client_id": world.alice},
        {"member": True},
        {"client_id": world.carol, "member": "perhaps"},
        {"client_id": -1},
    ]
    done = answered(operator, members, rows)
    assert done.statuses == ["added", "removed", "unchanged", *["rejected"] * 7]
    assert [each["id"] for each in done.rows[:3]] == [world.alice, world.dan, world.bob]
    assert done.messages == [
        "external_id names no client.",
        "client_id names no client.",
        "client_id names the client of line 1.",
        "client_id stands beside an external_id: name the client by one of them.",
        "external_id is missing.",
        "member 'perhaps' is neither true nor false.",
        "client_id -1 is not an id.",
    ]
    assert done.summary == {"added": 1, "removed": 1, "unchanged": 1, "rejected": 7}
    assert segments_of(world.alice) == sorted([world.new_users, world.frequent])
    assert (segments_of(world.dan), segments_of(world.bob)) == ([], [world.new_users])


def test_takes_csv_too(operator, world, members, segments_of):
    body = f"client_id,member\n{world.alice},yes\n{world.dan},no\n"
    assert answered(operator, members, body, CSV).statuses == ["added", "removed"]
    refused = sent(operator, members, "member\ntrue\n", CSV)
    assert refused.json["detail"] == "The column external_id or client_id is missing."


def test_changes_what_is_touched_only(app, operator, world, members):
    def version(client_id: int):
        with app.app_context():
            return session().get(Client, client_id).updated_at

    before = version(world.alice), version(world.dan)
    answered(operator, members, [{"client_id": world.alice}, {"client_id": world.dan}])
    assert version(world.alice) > before[0]
    assert version(world.dan) == before[1]


def test_who_comes_in_is_reached_at_once(app, operator, world, members, people):
    dan = people.client("dan", world.dan)
    with app.app_context():
        activate(world)
    eligible = "/api/promotions/flash-promos/eligible/"
    assert dan.get(eligible).json["count"] == 0
    answered(operator, f"{SEGMENTS}{world.new_users}/members/", [{"client_id": world.dan}])
    assert dan.get(eligible).json["count"] == 1
    with app.app_context():
        assert broken_promises() == set()


def test_lists_the_members_in_pages(operator, world, members):
    assert operator.get(members).json["results"] == [{"id": world.dan, "external_id": None}]
    answered(operator, members, [{"external_id": "m-1"}])
    first = operator.get(f"{members}?page_size=1").json
    assert (first["count"], first["results"]) == (2, [{"id": world.alice, "external_id": "m-1"}])
    assert first["next"].endswith("page=2")


def test_for_operators_only(techshop, alice, members):
    for caller in (techshop, alice):
        assert caller.get(members).status_code == 403
        assert sent(caller, members, [{"client_id": 1}]).status_code == 403


def test_a_segment_that_is_none(operator, world):
    path = f"{SEGMENTS}999/members/"
    assert operator.get(path).status_code == 404
    assert sent(operator, path, [{"client_id": world.alice}]).status_code == 404


def test_a_file_that_cannot_be_read_changes_nobody(operator, world, members, segments_of):
    body = json.dumps({"client_id": world.alice}).encode() + b"\n\xff\n"
    assert sent(operator, members, body).status_code == 400
    assert segments_of(world.alice) == [world.new_users]


def test_two_uploads_at_once_in_opposite_order_agree(app, operator, world, members):
    ids = list(world.clients.values())

    def upload(backwards: bool):
        caller = Caller(app.test_client(), operator.token)
        rows = [{"client_id": each} for each in (reversed(ids) if backwards else ids)]
        return answered(caller, members, rows).summary["added"]

    with ThreadPoolExecutor(4) as threads:
        added = list(threads.map(upload, [False, True, False, True]))
    assert sorted(added) == [0, 0, 0, len(ids) - 1]
