"""A change by each form and each step of the operators' console."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from flashpromo import campaign
from flashpromo.accounts.models import SignIn
from flashpromo.checkout.hold import hold
from flashpromo.db import session, transaction
from tests.admin.operating import QUEUES
from tests.audit.api_changes import (
    a_client,
    a_member,
    a_newcomer,
    a_product,
    a_segment,
    a_store,
    paused,
    promo,
    segment,
)
from tests.audit.page_changes import product, store
from tests.audit.scene import OPERATOR, Change, Scene, Values

ADMIN: Final = "/admin/"
FAILED: Final = f"{ADMIN}queues/<queue>/failed/<handle>/"
HANDLE: Final = re.compile(r"/admin/queues/activation/failed/(\w{32})/requeue/")
ZONE: Final = {"time_zone": "", "opted_in": "y"}


def by_id(made):
    """The same thing, as the addresses of these pages name it."""
    return lambda scene: {"id": next(iter(made(scene).values()))}


def an_active_promo(scene: Scene) -> Values:
    at = promo(quantity=2)(scene)
    with scene.town.app.app_context(), transaction():
        assert campaign.activate_due([at["promo_id"]]).notified
    return at


def a_held_promo(scene: Scene) -> Values:
    at = an_active_promo(scene)
    a_hold(scene, at["promo_id"])
    return at


def a_hold(scene: Scene, promo_id: int | None = None) -> Values:
    """One of a client of its own: nobody holds many at once."""
    promo_id = promo_id or an_active_promo(scene)["promo_id"]
    with scene.town.app.app_context():
        with transaction():
            client_id = scene.town.world.add_client(scene.new("holder"), metres=10)
        with transaction():
            return {"reservation_id": hold(client_id, promo_id).id}


def a_user(scene: Scene) -> Values:
    name = scene.new("user")
    user_id = scene.caller(name).user_id
    with scene.town.app.app_context(), transaction():
        session().get_one(SignIn, name).email = "u@example.com"
    return {"user_id": user_id}


def kept_out(scene: Scene) -> Values:
    at = a_user(scene)
    out = Change(
        f"POST {ADMIN}user/action/",
        "user",
        at=lambda _: {"action": "deactivate", "id": at["user_id"]},
    )
    assert out.hole(scene) is None
    return at


def member(scene: Scene) -> Values:
    return {**a_newcomer(scene), "store_id": str(scene.town.world.store_id)}


def a_member_s_page(scene: Scene) -> Values:
    at = a_member(scene)
    return {"id": f"{at['store_id']},{at['user_id']}"}


def user(scene: Scene) -> Values:
    form = {"email": "", "password": "correct-horse", "kind": "merchant"}
    return {"username": scene.new("user"), **form}


def a_failed_job(scene: Scene) -> Values:
    with scene.town.app.app_context():
        scene.workshop.redis.delete("rq:failed:activation")
    scene.workshop.fail(scene.new("job"), ["activate", None, [17], {}])
    found = HANDLE.search(scene.browser(OPERATOR).get(QUEUES).text)
    assert found
    return {"queue": "activation", "handle": found[1]}


def failed_jobs(scene: Scene) -> Values:
    return {"queue": a_failed_job(scene)["queue"]}


def within(scene: Scene) -> Values:
    return {"way": "in", "named": "client_id", "clients": str(scene.town.world.bob)}


def steps(subject: str, made: Mapping[str, Callable[[Scene], Values]]) -> list[Change]:
    """Each step of a view, with what it is taken with."""
    route = f"POST {ADMIN}{subject}/action/"
    return [Change(route, subject, at=_taken(name, each)) for name, each in made.items()]


def _taken(name: str, made):
    return lambda scene: {"action": name, **by_id(made)(scene)}


PROMO_STEPS: Final = {
    "activate": promo(),
    "publish": promo(hours=5, publish=False),
    "withdraw": promo(hours=5),
    "pause": an_active_promo,
    "resume": paused,
    "release": a_held_promo,
    "cancel": an_active_promo,
}
RESERVATION_STEPS: Final = {"release": a_hold}
USER_STEPS: Final = {
    "activate": kept_out,
    "deactivate": a_user,
    "sign-out": a_user,
    "letter": a_user,
}

OPERATING: Final = [
    Change(f"POST {ADMIN}store/new/", "store", body=store),
    Change(f"POST {ADMIN}store/edit/", "store", at=by_id(a_store), body=store),
    Change(f"POST {ADMIN}store/delete/", "store", at=by_id(a_store)),
    Change(f"POST {ADMIN}product/new/", "product", body=product),
    Change(f"POST {ADMIN}product/edit/", "product", at=by_id(a_product), body=product),
    Change(f"POST {ADMIN}product/delete/", "product", at=by_id(a_product)),
    Change(f"POST {ADMIN}member/new/", "user", body=member),
    Change(
        f"POST {ADMIN}member/edit/", "user", at=a_member_s_page, body=lambda _: {"role": "owner"}
    ),
    Change(f"POST {ADMIN}member/delete/", "user", at=a_member_s_page),
    Change(f"POST {ADMIN}client/new/", "client", body=lambda _: ZONE),
    Change(
        f"POST {ADMIN}client/edit/", "client", at=by_id(a_client), body=lambda _: {"time_zone": ""}
    ),
    Change(f"POST {ADMIN}client/delete/", "client", at=by_id(a_client)),
    Change(f"POST {ADMIN}segment/new/", "segment", body=segment),
    Change(f"POST {ADMIN}segment/edit/", "segment", at=by_id(a_segment), body=segment),
    Change(f"POST {ADMIN}segment/delete/", "segment", at=by_id(a_segment)),
    Change(f"POST {ADMIN}segment/members/", "segment", at=by_id(a_segment), body=within),
    Change(f"POST {ADMIN}user/new/", "user", body=user),
    *steps("promo", PROMO_STEPS),
    *steps("reservation", RESERVATION_STEPS),
    *steps("user", USER_STEPS),
    Change(f"POST {FAILED}requeue/", "job", at=a_failed_job),
    Change(f"POST {FAILED}remove/", "job", at=a_failed_job),
    Change(f"POST {ADMIN}queues/<queue>/requeue-all/", "job", at=failed_jobs, is_crowd=True),
]
