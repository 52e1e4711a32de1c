"""A corruption of units, reservations and purchases is caught by exactly the check it breaks."""

import pytest

from tests.doctor.plants import findings, unguarded, update

IVANS_UNIT = "promo_id = :sale AND held_by = :ivan"
IVANS_HOLD = "promo_id = :sale AND client_id = :ivan"
HEIDIS_LAPSED = "promo_id = :shelf_4 AND client_id = :heidi"
GIVEN_BACK = "promo_id = :sale AND client_id = :grace"

SECOND_HOLDER = f"""
INSERT INTO reservation
  (promo_id, unit_no, reservation_id, client_id, fence, price, created_at, expires_at)
SELECT promo_id, unit_no, gen_random_uuid(), :mallory, 0, price, created_at, expires_at
FROM reservation WHERE {IVANS_HOLD}
"""
FREE_UNIT = """
(SELECT min(unit_no) FROM promo_unit
 WHERE promo_id = :{promo} AND sold_at IS NULL AND held_until IS NULL AND NOT closed)
"""
TAKE = """
WITH taken AS (
  UPDATE promo_unit SET held_by = :{client}, held_until = CAST(:now AS timestamptz) + '1 minute',
    reservation_id = gen_random_uuid(), fence = fence + 1
  WHERE promo_id = :{promo} AND unit_no = {free} RETURNING *)
INSERT INTO reservation
  (promo_id, unit_no, reservation_id, client_id, fence, price, created_at, expires_at)
SELECT promo_id, unit_no, reservation_id, held_by, fence, 499, :now, held_until FROM taken
"""


def take(client: str, promo: str) -> str:
    """A hold as it should be, but past the rules of the checkout."""
    return TAKE.format(client=client, promo=promo, free=FREE_UNIT.format(promo=promo))


PLANTS = {
    "one_holder": [[SECOND_HOLDER]],
    "holds_agree": [
        [update("promo_unit", "held_by = :mallory", IVANS_UNIT)],
        [update("promo_unit", "fence = fence + 1", IVANS_UNIT)],
        [
            update(
                "promo_unit",
                "held_by = NULL, held_until = NULL, reservation_id = NULL",
                IVANS_UNIT,
            )
        ],
        [update("reservation", "expires_at = expires_at + interval '1 second'", IVANS_HOLD)],
        [f"DELETE FROM reservation WHERE {IVANS_HOLD}"],
    ],
    "hold_recorded_once": [
        [
            *unguarded("reservation", "uq_reservation_promo_id_unit_no_fence"),
            f"""
            INSERT INTO reservation (promo_id, unit_no, reservation_id, client_id, fence, price,
                                     created_at, expires_at, released_at, release_reason)
            SELECT promo_id, unit_no, gen_random_uuid(), client_id, fence, price,
                   created_at, expires_at, released_at, release_reason
            FROM reservation WHERE {GIVEN_BACK}
            """,
        ]
    ],
    "fences": [[update("reservation", "fence = fence + 1", HEIDIS_LAPSED)]],
    "one_live_reservation": [[take("ivan", "sale")]],
    "live_limit": [[take("mallory", f"shelf_{number}") for number in (1, 2, 3, 4)]],
    "held_while_running": [
        [
            update(
                "promo",
                "start_time = (SELECT created_at + interval '1 second' FROM reservation"
                f" WHERE {HEIDIS_LAPSED})",
                "id = :shelf_4",
            )
        ]
    ],
    "closed_is_free": [
        [update("promo_unit", "closed = true", "promo_id = :cancelled AND sold_at IS NOT NULL")]
    ],
    "one_purchase": [
        [
            *unguarded("purchase", "pk_purchase", "uq_purchase_promo_id_reservation_id"),
            "INSERT INTO purchase SELECT * FROM purchase WHERE promo_id = :sale",
        ]
    ],
    "sold_unit_is_bought": [
        [update("promo_unit", "held_by = :mallory", "promo_id = :sale AND sold_at IS NOT NULL")],
        [
            update(
                "promo_unit",
                "sold_at = sold_at + interval '1 microsecond'",
                "promo_id = :sale AND sold_at IS NOT NULL",
            )
        ],
    ],
    "purchase_is_completed": [
        [update("reservation", "price = 1", "promo_id = :sale AND completed_at IS NOT NULL")]
    ],
    "completed_in_time": [
        [
            *unguarded("reservation", "ck_reservation_completed_before_expiry"),
            update("reservation", "expires_at = completed_at", "completed_at IS NOT NULL"),
        ]
    ],
    "one_outcome": [
        [
            *unguarded("reservation", "ck_reservation_release_has_reason"),
            update("reservation", "release_reason = NULL", GIVEN_BACK),
        ]
    ],
}


@pytest.mark.parametrize(
    ("name", "statements"), [(name, each) for name, ways in PLANTS.items() for each in ways]
)
def test_is_caught_by_exactly_its_check(app, town, name, statements):
    found = findings(app, town, *statements)
    assert [(finding.name, finding.status) for finding in found] == [(name, "violated")]
    assert 1 <= found[0].count == len(found[0].rows)


def test_a_lost_purchase_is_missed_from_both_sides(app, town):
    found = findings(app, town, "DELETE FROM purchase WHERE promo_id = :sale")
    assert [finding.name for finding in found] == ["sold_unit_is_bought", "purchase_is_completed"]


def test_a_unit_sold_twice_is_seen_as_two_holders(app, town):
    """Past holds count too: a hold on what was sold already."""
    sold = "(SELECT unit_no FROM promo_unit WHERE promo_id = :sale AND sold_at IS NOT NULL)"
    statement = f"""
    INSERT INTO reservation (promo_id, unit_no, reservation_id, client_id, fence, price,
                             created_at, expires_at)
    SELECT :sale, {sold}, gen_random_uuid(), :mallory, 99, 499,
           CAST(:now AS timestamptz) - interval '9 minutes',
           CAST(:now AS timestamptz) - interval '8 minutes'
    """
    assert "one_holder" in {finding.name for finding in findings(app, town, statement)}
