"""The rows that stand while somebody tries to get past a guard."""

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
INSERT INTO promo_claim (promo_id) VALUES (1);
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
INSERT INTO product_image (product_id, media_type, width, height, digest, content, thumbnail)
VALUES (1, 'image/png', 1, 1, sha256('x'), 'x', 'x');
INSERT INTO product_import (id, user_id, store_id, name, locale, content)
VALUES ('00000000-0000-7000-8000-000000000001', 1, 1, 'stock.csv', 'en_US', 'x');
INSERT INTO one_time_link (token_hash, purpose, username, email, created_at, expires_at)
VALUES ('\\x01', 'password', 'ann', 'ann@example.com', '2026-05-01Z', '2026-05-02Z');
INSERT INTO one_time_link (token_hash, purpose, email, store_id, role, created_at, expires_at)
VALUES ('\\x02', 'invitation', 'ben@example.com', 1, 'staff', '2026-05-01Z', '2026-05-02Z');
INSERT INTO letter (kind, username, email, language, created_at, deadline, next_attempt_at)
VALUES ('password', 'ann', 'ann@example.com', 'en', '2026-05-01Z', '2026-05-02Z', '2026-05-01Z');
INSERT INTO letter
  (kind, email, language, store_id, role, created_at, deadline, next_attempt_at)
VALUES ('invitation', 'ben@example.com', 'es', 1, 'staff', '2026-05-01Z', '2026-05-02Z',
        '2026-05-01Z');
INSERT INTO audit_event (actor_kind, door, action, subject_kind)
VALUES ('system', 'cli', 'store.created', 'store');
INSERT INTO tally VALUES ('flashpromo_notifications_total', '', 1);
INSERT INTO scheduler_trace VALUES ('host-1', '2026-05-01Z', '2026-05-01Z', '{}');
"""


def change(table: str, assignment: str) -> str:
    """Try it on every row of the table."""
    return f"UPDATE {table} SET {assignment}"
