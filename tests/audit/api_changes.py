"""A change by each route of the API."""

from typing import Any, Final

from tests.api.test_promo_series import EVERY_DAY
from tests.api.test_promos import later, terms
from tests.audit.scene import CLIENT, OWNER, Change, Scene, Values

STORES, PRODUCTS = "/api/market/stores/", "/api/market/products/"
MEMBERS, PROMOS = f"{STORES}<int:store_id>/members/", "/api/promotions/flash-promos/"
CLIENTS, SEGMENTS = "/api/users/clients-profiles/", "/api/users/user-segments/"
KEYS = "/api/auth/keys/"
ONE_STORE, ONE_PRODUCT = f"{STORES}<int:store_id>/", f"{PRODUCTS}<int:product_id>/"
ONE_PROMO, ONE_CLIENT = f"{PROMOS}<int:promo_id>/", f"{CLIENTS}<int:client_id>/"
ONE_SEGMENT, ONE_MEMBER = f"{SEGMENTS}<int:segment_id>/", f"{MEMBERS}<int:user_id>/"
KEY = {"name": "till", "scopes": ["promos:read"]}


def named(noun: str):
    return lambda scene: {"name": scene.new(noun)}


def store(scene: Scene) -> Values:
    place = {"latitude": 19.4, "longitude": -99.1, "time_zone": "America/Mexico_City"}
    return {"name": scene.new("store"), **place}


def a_store(scene: Scene) -> Values:
    return {"store_id": scene.made(STORES, store(scene))}


def product(scene: Scene) -> Values:
    store_id = scene.town.world.store_id
    return {"name": scene.new("product"), "store_id": store_id, "regular_price": "999.00"}


def a_product(scene: Scene) -> Values:
    return {"product_id": scene.made(PRODUCTS, product(scene))}


def segment(scene: Scene) -> Values:
    return {"name": scene.new("segment"), "description": ""}


def a_segment(scene: Scene) -> Values:
    return {"segment_id": scene.made(SEGMENTS, segment(scene))}


def a_client(scene: Scene) -> Values:
    return {"client_id": scene.made(CLIENTS, {"external_id": scene.new("m")})}


def a_member(scene: Scene) -> Values:
    """Of TechShop, on its staff."""
    name, store_id = scene.new("member"), scene.town.world.store_id
    user_id = scene.caller(name).user_id
    path = f"{STORES}{store_id}/members/"
    answer = scene.caller(OWNER).post(path, {"username": name, "role": "staff"})
    assert answer.status_code == 201, answer.text
    return {"store_id": store_id, "user_id": user_id}


def a_newcomer(scene: Scene) -> Values:
    name = scene.new("newcomer")
    scene.caller(name)
    return {"username": name, "role": "staff"}


def promo(**how: Any):
    """A promo of its own product, made as `Town.promo` does."""
    return lambda scene: {"promo_id": scene.town.promo(scene.new("promo"), **how)}


def paused(scene: Scene) -> Values:
    at = promo(hours=-1)(scene)
    assert scene.caller(OWNER).post(f"{PROMOS}{at['promo_id']}/pause/").status_code == 200
    return at


def offer(scene: Scene) -> Values:
    return terms(scene.town.world, is_active=False)


def series(scene: Scene) -> Values:
    world = scene.town.world
    days = {"first_day": later(world, days=1)[:10], "last_day": later(world, days=3)[:10]}
    clock = {"weekdays": EVERY_DAY, "starts_at": "17:00", "ends_at": "19:00"}
    about = {"product_id": world.product_id, "promo_price": "499.00", "quantity": 1}
    return {**about, **clock, **days, "segment_ids": [world.new_users]}


def a_key(scene: Scene) -> Values:
    return {"key_id": scene.caller(OWNER).post(KEYS, KEY).json["id"]}


def passwords(_: Scene) -> Values:
    return {"old_password": "flash-demo", "new_password": "correct-horse"}


def also_signed_in(scene: Scene) -> Values:
    """In a browser too, which is what ends."""
    scene.browser("roamer")
    return {}


def of_techshop(scene: Scene) -> Values:
    return {"store_id": scene.town.world.store_id}


API: Final = [
    Change("POST /api/auth/password/", "user", "hasty", body=passwords),
    Change(f"POST {KEYS}", "key", OWNER, body=lambda _: KEY),
    Change(f"DELETE {KEYS}<uuid:key_id>/", "key", OWNER, at=a_key),
    Change("DELETE /api/auth/tokens/", "user", "roamer", at=also_signed_in),
    Change(f"POST {STORES}", "store", body=store),
    Change(f"PUT {ONE_STORE}", "store", at=a_store, body=store),
    Change(f"PATCH {ONE_STORE}", "store", at=a_store, body=named("store")),
    Change(f"DELETE {ONE_STORE}", "store", at=a_store),
    Change(f"POST {MEMBERS}", "user", OWNER, at=of_techshop, body=a_newcomer),
    Change(f"PUT {ONE_MEMBER}", "user", OWNER, at=a_member, body=lambda _: {"role": "owner"}),
    Change(f"DELETE {ONE_MEMBER}", "user", OWNER, at=a_member),
    Change(f"POST {PRODUCTS}", "product", OWNER, body=product),
    Change(f"PUT {ONE_PRODUCT}", "product", OWNER, at=a_product, body=product),
    Change(f"PATCH {ONE_PRODUCT}", "product", OWNER, at=a_product, body=named("product")),
    Change(f"DELETE {ONE_PRODUCT}", "product", OWNER, at=a_product),
    Change(
        f"POST {PRODUCTS}bulk/",
        "product",
        OWNER,
        body=lambda scene: [product(scene) | {"external_id": scene.new("sku")}],
        is_crowd=True,
    ),
    Change(f"POST {SEGMENTS}", "segment", body=segment),
    Change(f"PUT {ONE_SEGMENT}", "segment", at=a_segment, body=segment),
    Change(f"PATCH {ONE_SEGMENT}", "segment", at=a_segment, body=named("segment")),
    Change(f"DELETE {ONE_SEGMENT}", "segment", at=a_segment),
    Change(
        f"POST {ONE_SEGMENT}members/",
        "segment",
        at=a_segment,
        body=lambda scene: [{"client_id": scene.town.world.bob}],
    ),
    Change(f"POST {CLIENTS}", "client", body=lambda scene: {"external_id": scene.new("m")}),
    Change(f"PUT {ONE_CLIENT}", "client", at=a_client, body=lambda _: {"opted_in": False}),
    Change(f"PATCH {ONE_CLIENT}", "client", at=a_client, body=lambda _: {"opted_in": False}),
    Change(f"DELETE {ONE_CLIENT}", "client", at=a_client),
    Change(
        f"POST {CLIENTS}bulk/",
        "client",
        body=lambda scene: [{"external_id": scene.new("m")}],
        is_crowd=True,
    ),
    Change(f"PATCH {CLIENTS}me/", "client", CLIENT, body=lambda _: {"opted_in": False}),
    Change(f"DELETE {CLIENTS}me/", "client", "frank", at=lambda _: {"confirm": "frank"}),
    Change(f"POST {PROMOS}", "promo", OWNER, body=offer),
    Change(f"PUT {ONE_PROMO}", "promo", OWNER, at=promo(publish=False), body=offer),
    Change(
        f"PATCH {ONE_PROMO}",
        "promo",
        OWNER,
        at=promo(publish=False),
        body=lambda _: {"promo_price": "1.00"},
    ),
    Change(f"DELETE {ONE_PROMO}", "promo", OWNER, at=promo(hours=5)),
    Change(f"POST {ONE_PROMO}cancel/", "promo", OWNER, at=promo(hours=-1)),
    Change(f"POST {ONE_PROMO}pause/", "promo", OWNER, at=promo(hours=-1)),
    Change(f"POST {ONE_PROMO}resume/", "promo", OWNER, at=paused),
    Change(f"POST {ONE_PROMO}duplicate/", "promo", OWNER, at=promo(hours=5), makes_another=True),
    Change(f"POST {PROMOS}recurring/", "product", OWNER, body=series),
]
