"""Nobody gets past the guards, not even by plain SQL: each attempt is refused by the one meant."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import CheckConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.exc import DBAPIError, IntegrityError

from flashpromo.db import Base, db, session
from tests.audience.stage import stage

# What stands: a store, a product for 100.00, a promo from 17:00 to 19:00 with two units, of which
# client 7 has bought the first one; a client who was told on the 1st of May.
STANDING = """
INSERT INTO store (id, name, latitude, longitude, time_zone) VALUES (1, 'TechShop', 0, 0, 'UTC');
INSERT INTO product (id, store_id, name, regular_price) VALUES (1, 1, 'Radio', 100);
INSERT INTO segment (id, name) VALUES (1, 'New users');
INSERT INTO user_account (id) VALUES (1);
INSERT INTO promo (id, product_id, promo_price, regular_price, start_time, end_time, location,
                   segment_ids, published)
VALUES (1, 1, 50, 100, '2026-05-01 17:00Z', '2026-05-01 19:00Z', ST_Point(0, 0), '{1}', true);
INSERT INTO promo_run (promo_id) VALUES (1);
INSERT INTO promo_unit (promo_id, unit_no, fence) VALUES (1, 1, 1), (1, 2, 1);
INSERT INTO reservation
  (promo_id, id, reservation_id, client_id, unit_no, fence, price, created_at, expires_at)
VALUES (1, 1, '00000000-0000-7000-8000-000000000001', 7, 1, 1, 50,
        '2026-05-01 17:00Z', '2026-05-01 17:01Z');
INSERT INTO purchase (promo_id, unit_no, reservation_id, client_id, price, purchased_at)
VALUES (1, 1, '00000000-0000-7000-8000-000000000001', 7, 50, '2026-05-01 17:00:30Z');
INSERT INTO client (id, latitude, longitude, located_at, time_zone)
VALUES (7, 0, 0, '2026-05-01Z', 'UTC');
INSERT INTO client_external (external_id, client_id) VALUES ('c-7', 7);
INSERT INTO sign_in (username, password_hash, client_id) VALUES ('alice', 'x', 7);
INSERT INTO notification
  (client_id, local_day, promo_id, created_at, distance_m, segment_id, located_at)
VALUES (7, '2026-05-01', 1, '2026-05-01Z', 1, 1, '2026-05-01Z');
INSERT INTO delivery (client_id, local_day, channel, promo_id, next_attempt_at)
VALUES (7, '2026-05-01', 'log', 1, '2026-05-01Z');
INSERT INTO auth_token (token_hash, username, client_id, expires_at)
VALUES ('\\x01', 'alice', 7, '2026-05-02Z');
INSERT INTO client_fix (client_id, latitude, longitude, fixed_at) VALUES (7, 0, 0, '2026-05-01Z');
INSERT INTO promo_tries VALUES (1, '00000000-0000-7000-8000-000000000001', 3);
INSERT INTO kept_answer (owner, key, request_digest, status, body, created_at)
VALUES ('client:7', 'k', '\\x01', 201, '', '2026-05-01Z');
"""
ANOTHER_PROMO = """
INSERT INTO promo (id, product_id, promo_price, regular_price, start_time, end_time, location,
                   segment_ids, published)
VALUES (2, 1, 50, 100, '{start}', '{end}', ST_Point(0, 0), '{{1}}', true)
"""
ANOTHER_NOTIFICATION = """
INSERT INTO notification
  (client_id, local_day, promo_id, created_at, distance_m, segment_id, located_at)
VALUES (7, '2026-05-01', 2, '2026-05-01 20:00Z', 5, 1, '2026-05-01Z')
"""
ANOTHER_DELIVERY = """
INSERT INTO delivery (client_id, local_day, channel, promo_id, next_attempt_at)
VALUES (7, '2026-05-01', 'log', 2, '2026-05-01Z')
"""
ANOTHER_PURCHASE = """
INSERT INTO purchase (promo_id, unit_no, reservation_id, client_id, price, purchased_at)
VALUES (1, {unit}, '00000000-0000-7000-8000-00000000000{hold}', 8, 50, '2026-05-01 17:00:30Z')
"""
ANOTHER_RESERVATION = """
INSERT INTO reservation
  (promo_id, id, reservation_id, client_id, unit_no, fence, price, created_at, expires_at)
VALUES (1, 2, '00000000-0000-7000-8000-00000000000{number}', 8, {unit}, {fence}, 50,
        '2026-05-01 17:00Z', '2026-05-01 17:01Z')
"""
HELD = """
UPDATE promo_unit SET held_by = 8, held_until = '2026-05-01 17:01Z',
  reservation_id = '00000000-0000-7000-8000-000000000002', sold_at = {sold_at} WHERE unit_no = 2
"""


def change(table: str, assignment: str) -> str:
    return f"UPDATE {table} SET {assignment}"


REFUSED = {
    "ck_store_latitude_range": [
        change("store", "latitude = 90.0001"),
        change("store", "latitude = -91"),
        change("store", "latitude = 'NaN'"),
        change("store", "latitude = 'Infinity'"),
    ],
    "ck_store_longitude_range": [
        change("store", "longitude = 200"),
        change("store", "longitude = -180.0001"),
        change("store", "longitude = 'NaN'"),
        change("store", "longitude = '-Infinity'"),
    ],
    "ck_store_name_length": [
        change("store", "name = ''"),
        change("store", "name = repeat('x', 201)"),
    ],
    "ck_client_latitude_range": [
        change("client", "latitude = 91"),
        change("client", "latitude = 'NaN'"),
    ],
    "ck_client_longitude_range": [
        change("client", "longitude = 200"),
        change("client", "longitude = 'NaN'"),
    ],
    "ck_client_location_whole": [
        change("client", "latitude = NULL"),
        change("client", "longitude = NULL"),
        change("client", "located_at = NULL"),
    ],
    "ck_client_next_zone_whole": [
        change("client", "next_time_zone = 'Asia/Kathmandu'"),
        change("client", "next_time_zone_from = '2026-05-02Z'"),
    ],
    "ck_client_quiet_hours_whole": [
        change("client", "quiet_from = '22:00'"),
        change("client", "quiet_until = '07:00'"),
    ],
    "ck_client_quiet_hours_some": [change("client", "quiet_from = '7:00', quiet_until = '7:00'")],
    "ck_client_fix_latitude_range": [change("client_fix", "latitude = 'NaN'")],
    "ck_client_fix_longitude_range": [change("client_fix", "longitude = 200")],
    "ck_client_fix_accuracy_range": [
        change("client_fix", "accuracy_m = -1"),
        change("client_fix", "accuracy_m = 'NaN'"),
    ],
    "ck_client_fix_fix_whole": [change("client_fix", "fixed_at = NULL")],
    "ck_client_fix_refusal_whole": [change("client_fix", "refused_as = 'too_coarse'")],
    "ck_auth_token_kind_known": [change("auth_token", "kind = 'cookie'")],
    "ck_auth_token_expires": [change("auth_token", "expires_at = NULL")],
    "ck_auth_token_name_length": [change("auth_token", "name = repeat('x', 101)")],
    "ck_kept_answer_key_length": [change("kept_answer", "key = ''")],
    "pk_kept_answer": [
        (
            "INSERT INTO kept_answer (owner, key, request_digest, status, body, created_at)"
            " SELECT owner, key, '', 409, '', created_at FROM kept_answer"
        )
    ],
    "ck_promo_tries_tried_range": [change("promo_tries", "tried = -1")],
    "ck_client_external_external_id_length": [change("client_external", "external_id = ''")],
    "pk_client_external": ["INSERT INTO client_external VALUES ('c-7', 8)"],
    "ck_segment_name_length": [change("segment", "name = ''")],
    "uq_segment_name_not_deleted": ["INSERT INTO segment (id, name) VALUES (2, 'New users')"],
    "ck_product_regular_price_range": [
        change("product", "regular_price = 0"),
        change("product", "regular_price = -1"),
        change("product", "regular_price = 'NaN'"),
    ],
    "ck_product_name_length": [change("product", "name = ''")],
    "ck_product_external_id_length": [change("product", "external_id = ''")],
    "uq_product_store_id_external_id_not_deleted": [
        change("product", "external_id = 'radio'")
        + "; INSERT INTO product (id, store_id, name, regular_price, external_id)"
        " VALUES (2, 1, 'Radio', 1, 'radio')"
    ],
    "fk_product_store_id_store": [change("product", "store_id = 2")],
    "ck_store_member_role_known": ["INSERT INTO store_member VALUES (1, 1, 'king')"],
    "ck_sign_in_username_form": [
        change("sign_in", "username = ''"),
        change("sign_in", "username = 'al ice'"),
        change("sign_in", "username = E'alice\\n'"),
        change("sign_in", "username = repeat('a', 151)"),
    ],
    "ck_sign_in_one_owner": [
        change("sign_in", "user_id = 1"),
        change("sign_in", "client_id = NULL"),
    ],
    "pk_sign_in": [
        "INSERT INTO sign_in (username, password_hash, client_id) VALUES ('alice', 'x', 8)"
    ],
    "ck_promo_price_range": [
        change("promo", "promo_price = 0"),
        change("promo", "promo_price = -5"),
        change("promo", "promo_price = 100"),
        change("promo", "promo_price = 'NaN'"),
    ],
    "ck_promo_regular_price_range": [change("promo", "regular_price = 'NaN'")],
    "ck_promo_window_order": [
        change("promo", "end_time = start_time"),
        change("promo", "end_time = start_time - interval '1 second', published = false"),
    ],
    "ck_promo_window_finite": [
        change("promo", "end_time = 'infinity'"),
        change("promo", "start_time = '-infinity'"),
    ],
    "ck_promo_distance_range": [
        change("promo", "max_distance_km = 0"),
        change("promo", "max_distance_km = -1"),
        change("promo", "max_distance_km = 50.000001"),
        change("promo", "max_distance_km = 'NaN'"),
    ],
    "ck_promo_quantity_range": [
        change("promo", "quantity = 0"),
        change("promo", "quantity = 100001"),
    ],
    "ck_promo_segments_some": [change("promo", "segment_ids = '{}'")],
    "ck_promo_deleted_unpublished": [change("promo", "deleted_at = '2026-05-01Z'")],
    "ex_promo_product_window": [
        ANOTHER_PROMO.format(start="2026-05-01 18:59:59Z", end="2026-05-01 20:00Z"),
        ANOTHER_PROMO.format(start="2026-05-01 17:30Z", end="2026-05-01 18:00Z"),
        ANOTHER_PROMO.format(start="2026-05-01 10:00Z", end="2026-05-02 10:00Z"),
    ],
    "fk_promo_product_id_product": [change("promo", "product_id = 2")],
    "fk_promo_segment_segment_id_segment": ["INSERT INTO promo_segment VALUES (1, 2)"],
    "pk_promo_run": ["INSERT INTO promo_run (promo_id) VALUES (1)"],
    "ck_promo_unit_unit_no_range": ["INSERT INTO promo_unit (promo_id, unit_no) VALUES (1, 0)"],
    "pk_promo_unit": ["INSERT INTO promo_unit (promo_id, unit_no) VALUES (1, 1)"],
    "ck_promo_unit_hold_whole": [
        change("promo_unit", "held_by = 8"),
        change("promo_unit", "held_until = '2026-05-01Z'"),
    ],
    "ck_promo_unit_sold_to_holder": [change("promo_unit", "sold_at = '2026-05-01Z'")],
    "ck_promo_unit_sold_before_expiry": [
        HELD.format(sold_at="'2026-05-01 17:01Z'"),
        HELD.format(sold_at="'2026-05-01 18:00Z'"),
    ],
    "uq_reservation_promo_id_unit_no_fence": [
        ANOTHER_RESERVATION.format(number=2, unit=1, fence=1)
    ],
    "uq_reservation_promo_id_reservation_id": [
        ANOTHER_RESERVATION.format(number=1, unit=2, fence=1)
    ],
    "fk_reservation_promo_id_unit_no_promo_unit": [
        ANOTHER_RESERVATION.format(number=2, unit=3, fence=1)
    ],
    "ck_reservation_window_order": [change("reservation", "expires_at = created_at")],
    "ck_reservation_completed_before_expiry": [
        change("reservation", "completed_at = expires_at"),
    ],
    "ck_reservation_one_outcome": [
        change(
            "reservation",
            "completed_at = created_at, released_at = created_at, release_reason = 'released'",
        )
    ],
    "ck_reservation_release_has_reason": [change("reservation", "released_at = created_at")],
    "pk_purchase": [
        ANOTHER_RESERVATION.format(number=2, unit=2, fence=1)
        + ";"
        + ANOTHER_PURCHASE.format(unit=1, hold=2)
    ],
    "uq_purchase_promo_id_reservation_id": [ANOTHER_PURCHASE.format(unit=2, hold=1)],
    "fk_purchase_promo_id_reservation_id_reservation": [ANOTHER_PURCHASE.format(unit=2, hold=9)],
    "ck_purchase_price_range": [change("purchase", "price = 0")],
    "notification_default_pkey": [ANOTHER_NOTIFICATION],
    "delivery_default_pkey": [ANOTHER_DELIVERY],
    "ck_delivery_state_known": [change("delivery", "state = 'lost', finished_at = '2026-05-01Z'")],
    "ck_delivery_finished_when_not_pending": [
        change("delivery", "state = 'sent'"),
        change("delivery", "finished_at = '2026-05-01Z'"),
    ],
    "ck_delivery_reason_given": [
        change("delivery", "state = 'skipped', finished_at = '2026-05-01Z'"),
        change("delivery", "state = 'failed', finished_at = '2026-05-01Z'"),
    ],
}
UNKNOWN_ZONES = [
    change("store", "time_zone = 'Mars/Olympus'"),
    change("client", "time_zone = 'Mars/Olympus'"),
    change("client", "time_zone = ''"),
    change("client", "next_time_zone = 'Nowhere', next_time_zone_from = '2026-05-02Z'"),
]
ALLOWED = {
    "a promo that begins as the other ends": ANOTHER_PROMO.format(
        start="2026-05-01 19:00Z", end="2026-05-01 20:00Z"
    ),
    "a draft in the same window": ANOTHER_PROMO.format(
        start="2026-05-01 17:00Z", end="2026-05-01 19:00Z"
    ).replace("true", "false"),
    "the poles and the antimeridian": change("client", "latitude = -90, longitude = -180"),
    "the largest radius": change("promo", "max_distance_km = 50"),
    "the smallest radius": change("promo", "max_distance_km = 0.000001"),
    "a name of a deleted segment": "UPDATE segment SET deleted_at = '2026-05-01Z';"
    "INSERT INTO segment (id, name) VALUES (2, 'New users')",
    "a sale in the last instant": HELD.format(sold_at="'2026-05-01 17:00:59.999999Z'"),
    "a notification on the next day": ANOTHER_NOTIFICATION.replace(
        "'2026-05-01',", "'2026-05-02',"
    ),
}


@pytest.fixture(scope="module")
def emptied(app) -> Flask:
    """Every act here is taken back, so the tables are emptied but once."""
    names = ", ".join(table.name for table in Base.metadata.sorted_tables)
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {names}"))
    return app


@pytest.fixture
def standing(emptied) -> Iterator[None]:
    with emptied.app_context(), stage():
        session().execute(text(STANDING))
        yield


@pytest.mark.parametrize(
    ("guard", "attempt"),
    [(guard, attempt) for guard, attempts in REFUSED.items() for attempt in attempts],
)
def test_a_guard_refuses(standing, guard, attempt):
    with pytest.raises(IntegrityError) as refusal:
        session().execute(text(attempt))
    assert refusal.value.orig.diag.constraint_name == guard


@pytest.mark.parametrize("attempt", UNKNOWN_ZONES)
def test_a_time_zone_that_the_database_does_not_know_is_refused(standing, attempt):
    with pytest.raises(DBAPIError, match="time zone"):
        session().execute(text(attempt))


@pytest.mark.parametrize("attempt", ALLOWED.values(), ids=ALLOWED)
def test_what_the_rules_allow_is_not_refused(standing, attempt):
    session().execute(text(attempt))


def test_every_check_of_the_models_is_attempted():
    checks = {
        str(constraint.name)
        for table in Base.metadata.sorted_tables
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint | ExcludeConstraint)
    }
    # What no zone database knows raises before its check is even false.
    assert {name for name in checks if not name.endswith("time_zone_known")} <= REFUSED.keys()
