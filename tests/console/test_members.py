"""Who acts for a store: owners let others in and out, staff look on, nobody else sees it."""

import re

import pytest

from flashpromo.market import members
from flashpromo.market.members import Role
from tests.console.conftest import NOBODY, OTHER, OWNER, STAFF, Town
from tests.pages.conftest import Browser

WORST = [
    '<script>alert("x")</script>',
    '"><img src=x onerror=alert(1)>',
    "{{1234567*7}}",
    "javascript:",
]


@pytest.fixture
def at(town: Town) -> str:
    return f"/console/stores/{town.world.store_id}/members/"


def roles(town: Town) -> dict[str, Role]:
    with town.app.app_context():
        _, found = members.page(town.world.store_id, limit=50, offset=0)
        return {each.username: each.role for each in found}


def user_id(town: Town, username: str) -> int:
    with town.app.app_context():
        _, found = members.page(town.world.store_id, limit=50, offset=0)
        return next(each.user_id for each in found if each.username == username)


def add(browser: Browser, at: str, username: str, role: str = "staff"):
    return browser.submit(at, at, username=username, role=role)


def test_an_owner_sees_the_members_and_every_step(look_as, town: Town, at: str):
    look_as(STAFF)
    page = look_as(OWNER).get(at).text
    assert page.count("<h1") == 1
    for username in (OWNER, STAFF):
        assert username in page
        assert f"{at}{user_id(town, username)}/remove/" in page
        assert f"{at}{user_id(town, username)}/role/" in page
    assert re.search(rf'{OWNER}\s*<span class="oneself">you</span>', page)


def test_staff_see_the_members_and_no_step(look_as, town: Town, at: str):
    look_as(OWNER)
    staff = look_as(STAFF)
    page = staff.get(at).text
    assert OWNER in page
    assert 'href="/console/stores/"' in page.partition("<main")[2]
    assert "<form" not in page.partition("<main")[2]
    assert "/remove/" not in page
    someone = f"{at}{user_id(town, OWNER)}"
    for path in (f"{someone}/remove/", f"{someone}/role/"):
        assert staff.get(path).status_code == 403
    for path in (at, f"{someone}/remove/", f"{someone}/role/staff/"):
        assert staff.submit("/console/settings/", path, username=OWNER).status_code == 403
    assert roles(town)[OWNER] is Role.OWNER


@pytest.mark.parametrize("username", [OTHER, NOBODY])
def test_a_foreign_store_is_not_there(look_as, town: Town, at: str, username: str):
    look_as(OWNER)
    stranger = look_as(username)
    someone = f"{at}{user_id(town, OWNER)}"
    for path in (at, f"{someone}/remove/", f"{someone}/role/"):
        assert stranger.get(path).status_code == 404
    for path in (at, f"{someone}/remove/", f"{someone}/role/staff/"):
        assert stranger.submit("/console/settings/", path, username=username).status_code == 404
    assert stranger.get("/console/stores/999999/members/").status_code == 404


def test_clients_and_strangers_stay_outside(look_as, app, at: str):
    assert look_as("alice").get(at).status_code == 403
    assert Browser(app.test_client()).get(at).status_code == 303


def test_an_operator_manages_the_members_of_every_store(look_as, town: Town, at: str):
    look_as(OWNER)
    look_as(NOBODY)
    operator = look_as("admin")
    assert add(operator, at, NOBODY, "owner").status_code == 303
    assert roles(town) == {OWNER: Role.OWNER, NOBODY: Role.OWNER}


def test_a_merchant_is_let_in_by_name(look_as, town: Town, at: str):
    newcomer, owner = look_as(NOBODY), look_as(OWNER)
    assert newcomer.get(at).status_code == 404
    answer = add(owner, at, f" {NOBODY} ")
    assert (answer.status_code, answer.headers["Location"]) == (303, at)
    assert f"{NOBODY} is a member now." in owner.get(at).text
    assert roles(town)[NOBODY] is Role.STAFF
    assert newcomer.get(at).status_code == 200


@pytest.mark.parametrize(
    ("username", "status", "said"),
    [
        ("nobody.of.this.name", 422, "There is no merchant of that name."),
        ("", 422, "There is no merchant of that name."),
        ("alice", 422, "There is no merchant of that name."),
        ("admin", 422, "There is no merchant of that name."),
        (OWNER, 409, "This user is a member of the store already."),
        *((each, 422, "There is no merchant of that name.") for each in WORST),
    ],
)
def test_who_cannot_be_let_in_is_told_at_the_field(
    look_as, town: Town, at: str, username: str, status: int, said: str
):
    owner = look_as(OWNER)
    town.account("alice")
    town.account("admin")
    page = add(owner, at, username, "owner")
    assert page.status_code == status
    error = page.text.partition('id="username-error"')[2].partition("</div>")[0]
    assert said in error
    assert page.text.count("<h1") == 1
    assert "<script>alert" not in page.text
    assert "<img" not in page.text.partition("<main")[2]
    assert "8641969" not in page.text.partition('id="username"')[2].partition(">")[0]
    assert roles(town) == {OWNER: Role.OWNER}


def test_a_role_is_changed_after_saying_what_it_means(look_as, town: Town, at: str):
    owner = look_as(OWNER)
    look_as(STAFF)
    step = f"{at}{user_id(town, STAFF)}/role/"
    asked = owner.get(step).text
    assert f"Make {STAFF} an owner?" in asked
    assert "removes members, other owners too" in asked
    assert roles(town)[STAFF] is Role.STAFF
    assert owner.submit(step, f"{step}owner/").status_code == 303
    assert roles(town)[STAFF] is Role.OWNER
    assert f"Make {STAFF} staff?" in owner.get(step).text
    assert owner.submit(step, f"{step}king/").status_code == 404


def test_a_member_is_removed_and_sees_the_store_no_more(look_as, town: Town, at: str):
    owner, staff = look_as(OWNER), look_as(STAFF)
    step = f"{at}{user_id(town, STAFF)}/remove/"
    assert f"{STAFF} sees TechShop no more" in owner.get(step).text
    answer = owner.submit(step, step)
    assert (answer.status_code, answer.headers["Location"]) == (303, at)
    assert STAFF not in roles(town)
    assert staff.get(at).status_code == 404
    assert owner.get(step).status_code == 404


def test_an_owner_may_leave_when_there_is_another(look_as, town: Town, at: str):
    owner = look_as(OWNER)
    look_as(STAFF)  # and a second owner with it
    step = f"{at}{user_id(town, OWNER)}/remove/"
    assert "Leave TechShop?" in owner.get(step).text
    answer = owner.submit(step, step)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/")
    assert owner.get(at).status_code == 404


@pytest.mark.parametrize("step", ["remove/", "role/staff/"])
def test_the_last_owner_stays(look_as, town: Town, at: str, step: str):
    owner = look_as(OWNER)
    form = f"{at}{user_id(town, OWNER)}/{step.split('/', maxsplit=1)[0]}/"
    assert "This is the only owner of TechShop." in owner.get(form).text
    refused = owner.submit(form, f"{at}{user_id(town, OWNER)}/{step}")
    assert refused.status_code == 409
    assert "Make somebody else an owner first." in refused.text
    assert roles(town) == {OWNER: Role.OWNER}


def test_no_other_site_sends_these_forms(owner: Browser, town: Town, at: str):
    for path in (at, f"{at}{user_id(town, OWNER)}/remove/"):
        assert owner.http.post(path, data={"username": NOBODY}).status_code == 400
