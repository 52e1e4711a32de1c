"""A change by each form of the console and of the public pages."""

from datetime import timedelta
from typing import Final

from sqlalchemy import text

from flashpromo.accounts import links
from flashpromo.accounts.models import SignIn
from flashpromo.audience import opting_out as opting_out_links
from flashpromo.db import session, transaction
from tests.api.test_promos import later
from tests.audit.api_changes import (
    a_member,
    a_newcomer,
    a_product,
    a_store,
    of_techshop,
    paused,
    promo,
)
from tests.audit.scene import OPERATOR, OWNER, VISITOR, Change, Scene, Values
from tests.console.editor import filled
from tests.console.test_product_images import png
from tests.console.test_product_import import HEAD, stage
from tests.console.test_series import EVERY_DAY
from tests.console.test_series import Form as SeriesForm
from tests.console.test_stores import CORNER

CONSOLE: Final = "/console/"
PRODUCT, STORE = f"{CONSOLE}products/<int:product_id>/", f"{CONSOLE}stores/<int:store_id>/"
PROMO, PROMOS = f"{CONSOLE}promos/<int:promo_id>/", f"{CONSOLE}promos/"
MEMBERS = f"{STORE}members/"
INVITATION = f"{MEMBERS}invitations/<int:invitation_id>/"
IMPORT = f"{CONSOLE}products/import/"
NEW_PASSWORD = {"password": "correct-horse", "repeated_password": "correct-horse"}


def product(scene: Scene) -> Values:
    sent = {"name": scene.new("product"), "regular_price": "999.00", "external_id": ""}
    return {**sent, "store_id": scene.town.world.store_id}


def a_pictured_product(scene: Scene) -> Values:
    at = a_product(scene)
    path = f"{CONSOLE}products/{at['product_id']}/image/"
    put = Change(f"POST {path}", "product", OWNER, body=lambda _: {"picture": png()})
    assert put.hole(scene) is None
    return at


def store(_: Scene) -> Values:
    return CORNER


def a_store_of_the_owner(scene: Scene) -> Values:
    at = a_store(scene)
    body = {"username": OWNER, "role": "owner"}
    path = f"/api/market/stores/{at['store_id']}/members/"
    assert scene.caller(OPERATOR).post(path, body).status_code == 201
    return at


def a_file(scene: Scene) -> Values:
    text = f"{HEAD}{scene.new('sku')},Radio,5\n"
    led = stage(scene.browser(OWNER), scene.town, text).headers["Location"]
    return {"import_id": led.rstrip("/").rpartition("/")[2]}


def invitation(scene: Scene) -> Values:
    email = f"{scene.new('ben')}@example.com"
    return {"email": email, "invited_role": "staff", "letter_language": "en"}


def an_invitation(scene: Scene) -> Values:
    made = Change(f"POST {MEMBERS}invitations/", "invitation", OWNER, of_techshop, invitation)
    assert made.hole(scene) is None
    with scene.town.app.app_context():
        newest = session().scalar(text("SELECT max(id) FROM letter"))
    return {**of_techshop(scene), "invitation_id": newest}


def offer(scene: Scene) -> Values:
    return filled(scene.town) | {"step": "draft"}


def series(scene: Scene) -> Values:
    world = scene.town.world
    fields = {
        "product_id": str(world.product_id),
        "promo_price": "499.00",
        "quantity": "2",
        "segment_ids": [str(world.new_users)],
        "max_distance_km": "2",
        "weekdays": EVERY_DAY,
        "starts_at": "17:00",
        "ends_at": "19:00",
        "first_day": later(world, days=1)[:10],
        "last_day": later(world, days=3)[:10],
    }
    form = SeriesForm(scene.browser(OWNER), scene.town, fields)
    form.show()
    return form.fields | {"step": "drafts"}


def password(_: Scene) -> Values:
    new = {"new_password": "correct-horse", "repeated_password": "correct-horse"}
    return {"old_password": "flash-demo", **new}


def another_browser(scene: Scene) -> Values:
    """The token of the API is one place, and the browser another."""
    scene.caller("elsewhere")
    return {}


def forgotten(scene: Scene) -> Values:
    """A link for a new password, as a letter has it."""
    name = scene.new("forgetful")
    scene.caller(name)
    with scene.town.app.app_context(), transaction():
        session().get_one(SignIn, name).email = "f@example.com"
        token = links.make_for_password(name, "f@example.com", timedelta(hours=1))
    return {"token": token}


def opting_out(scene: Scene) -> Values:
    """A link as a mail about a promo has it."""
    with scene.town.app.app_context(), transaction():
        weary = scene.town.world.add_client(scene.new("weary"), metres=1)
        return {"token": opting_out_links.token(weary)}


def invited(scene: Scene) -> Values:
    """A link into TechShop, as a letter has it."""
    with scene.town.app.app_context(), transaction():
        store_id, life = scene.town.world.store_id, timedelta(hours=1)
        token = links.make_for_invitation(store_id, "new@example.com", "staff", None, life)
    return {"token": token}


def account(scene: Scene) -> Values:
    return {"username": scene.new("reader"), **NEW_PASSWORD}


PAGES: Final = [
    Change(f"POST {CONSOLE}stores/new/", "store", OWNER, body=store),
    Change(f"POST {STORE}", "store", OWNER, a_store_of_the_owner, store),
    Change(f"POST {STORE}delete/", "store", OWNER, a_store_of_the_owner),
    Change(f"POST {MEMBERS}", "user", OWNER, of_techshop, a_newcomer),
    Change(
        f"POST {MEMBERS}<int:user_id>/role/<any(owner, staff):role>/",
        "user",
        OWNER,
        lambda scene: {**a_member(scene), "role": "owner"},
    ),
    Change(f"POST {MEMBERS}<int:user_id>/remove/", "user", OWNER, a_member),
    Change(f"POST {MEMBERS}invitations/", "invitation", OWNER, of_techshop, invitation),
    Change(f"POST {INVITATION}resend/", "invitation", OWNER, an_invitation, makes_another=True),
    Change(f"POST {INVITATION}withdraw/", "invitation", OWNER, an_invitation),
    Change(f"POST {CONSOLE}products/new/", "product", OWNER, body=product),
    Change(f"POST {PRODUCT}", "product", OWNER, a_product, product),
    Change(f"POST {PRODUCT}delete/", "product", OWNER, a_product),
    Change(f"POST {PRODUCT}image/", "product", OWNER, a_product, lambda _: {"picture": png()}),
    Change(f"POST {PRODUCT}image/remove/", "product", OWNER, a_pictured_product),
    Change(f"POST {IMPORT}<uuid:import_id>/", "product", OWNER, a_file, is_crowd=True),
    Change(f"POST {PROMOS}new/", "promo", OWNER, body=offer),
    Change(f"POST {PROMO}edit/", "promo", OWNER, promo(publish=False), offer),
    Change(f"POST {PROMOS}series/new/", "product", OWNER, body=series),
    Change(f"POST {PROMO}publish/", "promo", OWNER, promo(hours=5, publish=False)),
    Change(f"POST {PROMO}withdraw/", "promo", OWNER, promo(hours=5)),
    Change(f"POST {PROMO}pause/", "promo", OWNER, promo(hours=-1)),
    Change(f"POST {PROMO}resume/", "promo", OWNER, paused),
    Change(f"POST {PROMO}cancel/", "promo", OWNER, promo(hours=-1)),
    Change(f"POST {PROMO}duplicate/", "promo", OWNER, promo(hours=5), makes_another=True),
    Change(f"POST {PROMO}delete/", "promo", OWNER, promo(hours=5)),
    Change(f"POST {CONSOLE}settings/password/", "user", "wary", body=password),
    Change(f"POST {CONSOLE}settings/sign-out-elsewhere/", "user", "elsewhere", another_browser),
    Change(
        "POST /shop/settings/",
        "client",
        "carol",
        body=lambda _: {"quiet_from": "22:00", "quiet_until": "07:00"},
    ),
    Change("POST /shop/settings/password/", "client", "dan", body=password),
    Change("POST /shop/settings/erase/", "client", "erin", body=lambda _: {"confirm": "erin"}),
    Change("POST /opt-out/<token>/", "client", VISITOR, opting_out),
    Change("POST /link/<token>/password/", "user", VISITOR, forgotten, lambda _: NEW_PASSWORD),
    Change("POST /link/<token>/join/", "user", "joiner", invited),
    # The last one of the visitor: it leaves the new member signed in.
    Change("POST /link/<token>/account/", "user", VISITOR, invited, account),
]
