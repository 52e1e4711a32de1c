"""The steps of a promo from its page: asked before they are taken, told when they are refused."""

import pytest

from flashpromo.promos.states import State
from flashpromo.promos.steps import Step
from tests.console.conftest import PROMOS
from tests.pages.conftest import Browser
from tests.story import state_of


@pytest.mark.parametrize(
    ("hours", "published", "step", "after"),
    [
        (1, False, Step.PUBLISH, State.SCHEDULED),
        (1, True, Step.WITHDRAW, State.DRAFT),
        (-1, True, Step.PAUSE, State.PAUSED),
        (-1, True, Step.CANCEL, State.CANCELLED),
    ],
)
def test_a_step_is_asked_for_and_taken(owner: Browser, town, hours, published, step, after):
    promo_id = town.promo("Headphones", hours=hours, publish=published)
    address = f"{PROMOS}{promo_id}/{step}/"
    assert "Headphones" in owner.get(address).text
    answer = owner.submit(address, address)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{PROMOS}{promo_id}/")
    with town.app.app_context():
        assert state_of(promo_id) is after
