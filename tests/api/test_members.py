"""Members of a store over the API: who sees them, who lets others in, and who stays."""

import pytest

from flashpromo.market.members import Role
from tests.api.conftest import Caller, People
from tests.world import World


@pytest.fixture
def members(world: World) -> str:
    return f"/api/market/stores/{world.store_id}/members/"


@pytest.fixture
def staff(people: People, world: World) -> Caller:
    return people.merchant("sam", world.store_id, role=Role.STAFF)


@pytest.fixture
def newcomer(people: People) -> Caller:
    """A merchant without any store."""
    return people.merchant("nora")


def listed(caller: Caller, members: str) -> dict[str, str]:
    return {each["username"]: each["role"] for each in caller.get(members).json["results"]}


def test_members_see_each_other(techshop: Caller, staff: Caller, operator: Caller, members: str):
    for caller in (techshop, staff, operator):
        assert listed(caller, members) == {"techshop": "owner", "sam": "staff"}
    page = staff.get(f"{members}?page_size=1").json
    assert (page["count"], len(page["results"])) == (2, 1)
    assert page["results"] == [
        {"user_id": techshop.user_id, "username": "techshop", "role": "owner"}
    ]


def test_an_owner_lets_somebody_in_and_out(
    techshop: Caller, newcomer: Caller, members: str, world: World
):
    store = f"/api/market/stores/{world.store_id}/"
    assert newcomer.get(store).status_code == 404
    added = techshop.post(members, {"username": "nora", "role": "staff"})
    assert added.status_code == 201
    assert added.json == {"user_id": newcomer.user_id, "username": "nora", "role": "staff"}
    path = added.headers["Location"]
    assert techshop.get(path).json == added.json
    assert newcomer.get(store).status_code == 200
    assert techshop.put(path, {"role": "owner"}).json["role"] == "owner"
    assert newcomer.delete(f"{members}{techshop.user_id}/").status_code == 204
    assert listed(newcomer, members) == {"nora": "owner"}
    assert techshop.get(members).status_code == 404


def test_operators_manage_members_too(operator: Caller, newcomer: Caller, members: str):
    added = operator.post(members, {"username": "nora", "role": "owner"})
    assert added.status_code == 201
    assert operator.put(added.headers["Location"], {"role": "owner"}).status_code == 200


def test_the_last_owner_stays(techshop: Caller, staff: Caller, members: str):
    own = f"{members}{techshop.user_id}/"
    for refused in (techshop.delete(own), techshop.put(own, {"role": "staff"})):
        assert (refused.status_code, refused.json["code"]) == (409, "last_owner")
    techshop.put(f"{members}{staff.user_id}/", {"role": "owner"})
    assert techshop.delete(own).status_code == 204


def test_staff_manage_nobody(techshop: Caller, staff: Caller, newcomer: Caller, members: str):
    assert staff.post(members, {"username": "nora", "role": "staff"}).status_code == 403
    for user_id in (staff.user_id, techshop.user_id):
        assert staff.put(f"{members}{user_id}/", {"role": "owner"}).status_code == 403
        assert staff.delete(f"{members}{user_id}/").status_code == 403


def test_other_stores_have_no_members_to_see(
    cafe: Caller, alice: Caller, techshop: Caller, members: str
):
    path = f"{members}{techshop.user_id}/"
    role = {"role": "staff"}
    assert cafe.get(members).status_code == 404
    assert cafe.get(path).status_code == 404
    assert cafe.post(members, {"username": "cafe"} | role).status_code == 404
    assert cafe.put(path, role).status_code == 404
    assert cafe.delete(path).status_code == 404
    assert alice.get(members).status_code == 403
    assert alice.delete(path).status_code == 403


def test_who_is_in_cannot_be_let_in_again(techshop: Caller, staff: Caller, members: str):
    again = techshop.post(members, {"username": "sam", "role": "owner"})
    assert (again.status_code, again.json["code"]) == (409, "already_member")
    assert listed(techshop, members)["sam"] == "staff"


@pytest.mark.parametrize("name", ["nobody", "alice", "admin", "no name", ""])
def test_only_merchants_become_members(
    techshop: Caller, alice: Caller, operator: Caller, members: str, name: str
):
    refused = techshop.post(members, {"username": name, "role": "staff"})
    assert (refused.status_code, set(refused.json["errors"])) == (422, {"username"})


@pytest.mark.parametrize("role", ["boss", "", None, 1])
def test_there_are_two_roles(techshop: Caller, newcomer: Caller, members: str, role):
    refused = techshop.post(members, {"username": "nora", "role": role})
    assert (refused.status_code, set(refused.json["errors"])) == (422, {"role"})


def test_who_is_no_member_has_no_role(techshop: Caller, newcomer: Caller, members: str):
    for user_id in (newcomer.user_id, 999):
        path = f"{members}{user_id}/"
        assert techshop.get(path).status_code == 404
        assert techshop.put(path, {"role": "staff"}).status_code == 404
        assert techshop.delete(path).status_code == 404
