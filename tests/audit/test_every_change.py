"""Every change by anybody, by any door, is in the log: who, by which door, and what was changed.

A route that may change something stands either in a table of changes, each made here, or among
those that leave nothing worth a record, with the reason.
"""

from typing import Final

import pytest
from flask import Flask
from redis import Redis

from flashpromo.admin.views.accounts import UserView
from flashpromo.admin.views.checkout import ReservationView
from flashpromo.admin.views.promos import PromoView
from tests.api.conftest import People
from tests.audit.admin_changes import OPERATING, PROMO_STEPS, RESERVATION_STEPS, USER_STEPS
from tests.audit.api_changes import API
from tests.audit.page_changes import PAGES
from tests.audit.scene import Change, Scene
from tests.letters.sending import with_settings
from tests.world import World

CHANGES: Final[list[Change]] = [*API, *PAGES, *OPERATING]
WRITING: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})

COMES_AND_GOES = "A token or a session comes or goes; it has a record of its own while it lasts."
PREVIEW = "It shows what would be, and writes nothing."
ELSEWHERE = "Reservations and purchases are their own record, with who and when."
LOCATION = "A device says where it is; no history of places is kept."
READ = "What somebody has read is nobody else's business."
WAITS = "A file waits to be looked at; only carrying it out changes products."
TASTE = "What somebody sees, not what there is."

UNRECORDED: Final = {
    "POST /sign-in/": COMES_AND_GOES,
    "POST /sign-out/": COMES_AND_GOES,
    "POST /api/auth/token/": COMES_AND_GOES,
    "DELETE /api/auth/token/": COMES_AND_GOES,
    "DELETE /api/auth/tokens/<uuid:token_id>/": COMES_AND_GOES,
    "POST /forgotten-password/": "Nobody is looked for yet; a letter that comes of it is recorded.",
    "POST /language/": TASTE,
    "POST /console/store/": TASTE,
    "POST /console/promos/audience/": PREVIEW,
    "POST /console/promos/told/": PREVIEW,
    "POST /console/promos/series/plan/": PREVIEW,
    "POST /api/promotions/flash-promos/preview/": PREVIEW,
    "POST /api/promotions/flash-promos/recurring/preview/": PREVIEW,
    "POST /console/products/import/": WAITS,
    "POST /console/products/import/<uuid:import_id>/discard/": WAITS,
    "POST /api/promotions/promo-reservations/": ELSEWHERE,
    "POST /api/promotions/promo-reservations/<reservation:key>/complete/": ELSEWHERE,
    "POST /api/promotions/promo-reservations/<reservation:key>/release/": ELSEWHERE,
    "PUT /api/users/clients-profiles/me/location/": LOCATION,
    "DELETE /api/users/clients-profiles/me/location/": LOCATION,
    "POST /shop/promos/<int:promo_id>/reserve/": ELSEWHERE,
    "POST /shop/reservations/<reservation:key>/complete/": ELSEWHERE,
    "POST /shop/reservations/<reservation:key>/release/": ELSEWHERE,
    "POST /shop/place/": LOCATION,
    "POST /shop/place/withdraw/": LOCATION,
    "POST /shop/inbox/read/": READ,
    "POST /shop/inbox/<day:day>/read/": READ,
    "POST /api/users/clients-profiles/me/inbox/read/": READ,
    "POST /api/users/clients-profiles/me/inbox/<day:day>/read/": READ,
}
"""Routes that change nothing worth a record, with the reason."""


@pytest.fixture
def scene(app: Flask, people: People, world: World, redis: Redis, monkeypatch) -> Scene:
    """With mail that nobody sends: letters wait."""
    with_settings(
        app, monkeypatch, smtp_host="127.0.0.1", mail_from="a@b.example", public_url="https://b"
    )
    return Scene.set(app, people, world, redis)


def test_each_route_that_may_change_something_is_told_of(app: Flask):
    routes = {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) & WRITING
    }
    made = {each.route for each in CHANGES}
    assert routes - made - set(UNRECORDED) == set()
    assert (made | set(UNRECORDED)) - routes == set()
    assert made & set(UNRECORDED) == set()


def test_each_step_of_an_operator_is_told_of():
    for view, made in (
        (PromoView, PROMO_STEPS),
        (ReservationView, RESERVATION_STEPS),
        (UserView, USER_STEPS),
    ):
        assert {each.name for each in view.actions} == set(made)


def test_every_change_is_in_the_log(scene: Scene):
    holes = [f"{each.route}: {hole}" for each in CHANGES if (hole := each.hole(scene))]
    assert not holes, "\n".join(holes)
