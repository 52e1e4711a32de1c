"""Promos, their units, and what is on record of them."""

from tests.guards.standing import change

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

REFUSED = {
    "ck_promo_tries_tried_range": [change("promo_tries", "tried = -1")],
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
    "pk_promo_claim": ["INSERT INTO promo_claim (promo_id) VALUES (1)"],
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
