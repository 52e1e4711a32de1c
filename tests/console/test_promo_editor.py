"""The editor of promos: written, published, changed; what is wrong stands at its field."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from flashpromo.db import app_now
from flashpromo.promos import queries
from flashpromo.promos.models import Promo
from flashpromo.promos.states import State, state_at
from tests.console.conftest import OWNER, STAFF, Town
from tests.console.editor import Form, filled
from tests.pages.conftest import Browser


@pytest.fixture
def form(owner: Browser, town: Town) -> Form:
    return Form(owner, fields=filled(town))


def only_promo(town: Town) -> Promo:
    with town.app.app_context():
        (promo,) = queries.page(queries.EVERYTHING, app_now())[1]
        return promo


def count_promos(town: Town) -> int:
    with town.app.app_context():
        return queries.page(queries.EVERYTHING, app_now())[0]


def state_of(town: Town, promo: Promo) -> State:
    with town.app.app_context():
        return state_at(promo, app_now())


def test_a_draft_is_saved_as_it_was_filled_in(form: Form, town: Town):
    answer = form.send()
    promo = only_promo(town)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/console/promos/{promo.id}/")
    assert state_of(town, promo) is State.DRAFT
    assert promo.promo_price == Decimal("499.00")
    assert promo.start_time == datetime(2030, 5, 17, 23, tzinfo=UTC)
    assert promo.end_time == datetime(2030, 5, 18, 1, tzinfo=UTC)
    assert (promo.segment_ids, promo.quantity) == ([town.world.new_users], 3)
    assert promo.max_distance_km == 2


def test_it_can_be_published_at_once(form: Form, town: Town):
    form.send("publish")
    assert state_of(town, only_promo(town)) is State.SCHEDULED


@pytest.mark.parametrize("username", [OWNER, STAFF, "admin"])
def test_owners_staff_and_operators_write_promos(look_as, town: Town, username: str):
    assert Form(look_as(username), fields=filled(town)).send().status_code == 303
    assert count_promos(town) == 1
