"""A corruption of promos, their copies and the clients is caught by exactly the check it breaks."""

import pytest

from tests.doctor.plants import findings, unguarded, update

LINK_OF_NOBODY = """
INSERT INTO one_time_link (token_hash, purpose, username, email, created_at, expires_at)
VALUES ('\\x01', 'password', 'nobody', 'no@body.example', :now,
        CAST(:now AS timestamptz) + interval '1 hour')
"""
LINK_TO_NOWHERE = """
INSERT INTO one_time_link (token_hash, purpose, email, store_id, role, created_at, expires_at)
VALUES ('\\x01', 'invitation', 'no@body.example', 9999, 'staff', :now,
        CAST(:now AS timestamptz) + interval '1 hour')
"""
FORGOTTEN_LETTER = """
INSERT INTO letter (kind, username, email, language, created_at, deadline, next_attempt_at)
VALUES ('password', 'alice', 'a@b.example', 'en', '2026-05-01Z', '2026-05-02Z', '2026-05-01Z')
"""

PLANTS = {
    "promo_has_run": [["DELETE FROM promo_run WHERE promo_id = :draft"]],
    "no_overlap": [
        [
            *unguarded("promo", "ex_promo_product_window"),
            update("promo", "product_id = :product_shelf_2", "id = :shelf_3"),
        ]
    ],
    "quantity": [
        [update("promo", "quantity = quantity + 1", "id = :shelf_2")],
        ["DELETE FROM promo_unit WHERE promo_id = :shelf_2 AND unit_no = 2"],
    ],
    "sold_out": [
        [update("promo_run", "sold_out_at = :now", "promo_id = :shelf_2")],
        [
            # Its store has moved since it was over.
            update("promo", "location = (SELECT location FROM store)", "id = :sold_out"),
            update("promo_run", "sold_out_at = NULL", "promo_id = :sold_out"),
        ],
    ],
    "audience_holds_the_told": [
        [update("promo_run", "audience_count = 1", "promo_id = :draft")],
        [update("promo_run", "audience_count = notified_count - 1", "promo_id = :shelf_2")],
    ],
    "cancelled_holds_nothing": [
        [update("promo_run", "cancelled_at = :now", "promo_id = :shelf_2")]
    ],
    "one_end": [
        [update("promo_run", "ended_at = :now", "promo_id = :cancelled")],
        [
            update(
                "promo_run",
                "ended_at = (SELECT end_time - interval '1 second' FROM promo WHERE id = :ended)",
                "promo_id = :ended",
            )
        ],
    ],
    "finished_withdrawn": [[update("promo", "published = true", "id = :ended")]],
    "not_activated_early": [
        [update("promo_run", "activated_at = :now, notified_count = 0", "promo_id = :draft")]
    ],
    "activated": [
        [update("promo_run", "activated_at = NULL, notified_count = NULL", "promo_id = :shelf_2")]
    ],
    "place_of_store": [
        [update("promo", "location = ST_Point(-99.1, 19.4)::geography", "id = :draft")]
    ],
    "price_of_product": [[update("promo", "regular_price = 998", "id = :draft")]],
    "segments_agree": [
        [update("promo", "segment_ids = segment_ids || 2", "id = :draft")],
        ["DELETE FROM promo_segment WHERE promo_id = :draft"],
    ],
    "needed_is_there": [
        [update("product", "deleted_at = :now", "id = :product_shelf_2")],
        [update("store", "deleted_at = :now", "true")],
        [update("segment", "deleted_at = :now", "name = 'New users'")],
    ],
    "prices": [
        [
            *unguarded("promo", "ck_promo_price_range"),
            update("promo", "promo_price = regular_price", "id = :ended"),
        ]
    ],
    "sign_ins": [[update("sign_in", "client_id = 9999", "username = 'grace'")]],
    "one_sign_in": [
        ["INSERT INTO sign_in VALUES ('grace2', 99, '', 'no hash', NULL, :grace, :now)"]
    ],
    "external_ids": [["INSERT INTO client_external VALUES ('crm-nobody', 9999)"]],
    "fixes": [["INSERT INTO client_fix (client_id) VALUES (9999)"]],
    "one_external_id": [["INSERT INTO client_external VALUES ('crm-again', :grace)"]],
    "tokens": [
        [update("auth_token", "client_id = :grace", "true")],
        [update("auth_token", "username = 'nobody'", "true")],
    ],
    "links": [[LINK_OF_NOBODY], [LINK_TO_NOWHERE]],
    "letters": [[FORGOTTEN_LETTER]],
    "client_segments": [[update("client", "segment_ids = '{1,9999}'", "id = :bob")]],
    "place_whole": [
        [
            *unguarded("client", "ck_client_location_whole"),
            update("client", "latitude = 1", "id = :frank"),
        ]
    ],
}


@pytest.mark.parametrize(
    ("name", "statements"), [(name, each) for name, ways in PLANTS.items() for each in ways]
)
def test_is_caught_by_exactly_its_check(app, town, name, statements):
    found = findings(app, town, *statements)
    assert [(finding.name, finding.status) for finding in found] == [(name, "violated")]
    assert found[0].rows


def test_a_client_that_is_gone_leaves_its_names_behind(app, town):
    found = findings(app, town, "DELETE FROM client WHERE id = :alice")
    assert [finding.name for finding in found] == ["sign_ins", "external_ids"]
