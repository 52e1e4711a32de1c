"""Two tabs send their change of the same version at the same instant: one of them is refused."""

import pytest
from flask import current_app

from tests.races import acts, checks, twins
from tests.races.crew import Call
from tests.story import publish

TABS = 4
ROUNDS = 5


@pytest.fixture(scope="module")
def crew(hire):
    return hire(TABS)


@pytest.fixture
def things(stage):
    """One of each, and a change of it that can be made again and again."""
    promo = publish(stage.world)
    return [
        (f"/api/market/stores/{stage.world.store_id}/", "name"),
        (f"/api/market/products/{stage.world.product_id}/", "name"),
        (f"/api/users/user-segments/{stage.world.new_users}/", "name"),
        (f"/api/users/clients-profiles/{stage.world.alice}/", "external_id"),
        (f"/api/promotions/flash-promos/{promo.id}/", "promo_price"),
    ]


def tag_of(token, path):
    app = current_app._get_current_object()
    with app.app_context():
        answer = app.test_client().get(path, headers={"Authorization": f"Bearer {token}"})
    return answer.headers["ETag"]


def edit_at_once(crew, token, path, field, number):
    """Each tab writes something else, in each round too; exactly one wins."""
    tag = tag_of(token, path)
    changes = [{field: str(100 + number * TABS + tab)} for tab in range(TABS)]
    calls = [Call(acts.edit, token, "PATCH", path, change, tag) for change in changes]
    came = sorted(answer.value for answer in crew.at_once(calls))
    checks.demand(came == [(200, "")] + [(412, "precondition_failed")] * (TABS - 1), came)


def test_of_two_tabs_with_one_version_one_wins(crew, things):
    token = acts.issue_token(None)
    for path, field in things:
        for number in range(ROUNDS):
            edit_at_once(crew, token, path, field, number)
    checks.nothing_is_broken()


def test_a_step_and_a_change_of_one_version_exclude_each_other(crew, things):
    token = acts.issue_token(None)
    path, _ = things[-1]
    for number in range(ROUNDS):
        tag = tag_of(token, path)
        step = ("POST", f"{path}{'resume' if number % 2 else 'pause'}/", None)
        change = ("PATCH", path, {"promo_price": str(100 + number)})
        answers = crew.at_once([Call(acts.edit, token, *each, tag) for each in (step, change)])
        statuses = [answer.value[0] for answer in answers]
        checks.demand(sorted(statuses) == [200, 412], statuses)
        if statuses[0] == 412:  # so that the next step is one
            acts.edit(token, *step, "*")


def test_a_look_before_the_lock_only_is_caught(hire, things):
    careless = hire(TABS, [twins.edits_without_a_second_look])
    token = acts.issue_token(None)
    path, field = things[0]
    rounds = iter(range(100))
    checks.assert_caught(
        lambda: edit_at_once(careless, token, path, field, next(rounds)), rounds=50
    )
