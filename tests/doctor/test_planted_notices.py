"""A corruption of notifications, deliveries and their weeks is caught by exactly its check."""

import pytest

from tests.doctor.plants import findings, unguarded, update

OF_ALICE = "client_id = :alice"
OF_MOVED = "client_id = :told_by_moved"  # told under terms that the promo has no longer
PUT_OFF = "next_attempt_at = (SELECT end_time FROM promo WHERE id = :paused)"
A_MONTH_BEFORE = "created_at = created_at - interval '30 days'"


def both(assignment: str, where: str) -> list[str]:
    """The notification and its delivery alike."""
    return [update(table, assignment, where) for table in ("notification", "delivery")]


PLANTS = {
    "once_a_day": [
        [
            *unguarded("notification", "pk_notification"),
            f"INSERT INTO notification SELECT * FROM notification WHERE {OF_MOVED}",
        ]
    ],
    "local_day": [
        both("local_day = local_day + 2", OF_MOVED),
        both("local_day = local_day - 2", OF_MOVED),
    ],
    "of_a_promo": [
        both("promo_id = 9999", OF_MOVED),
        [update("promo", "created_at = :now", "id = :moved")],
    ],
    "by_the_activation": [
        [update("promo_run", "activated_at = NULL, notified_count = NULL", "promo_id = :ended")]
    ],
    "in_the_window": [
        [update("promo", "start_time = start_time + interval '1 minute'", "id = :ended")],
        [
            update(
                "promo",
                "start_time = start_time - interval '1 hour',"
                " end_time = start_time - interval '1 second'",
                "id = :ended",
            )
        ],
    ],
    "not_after_the_end": [
        [
            update(
                "promo_run",
                "cancelled_at = activated_at - interval '2 minutes'",
                "promo_id = :cancelled",
            )
        ]
    ],
    "within_the_radius": [
        [update("notification", "distance_m = 2000.1", OF_ALICE)],
        [update("notification", "distance_m = 50001", OF_MOVED)],
        [update("notification", "distance_m = 'NaN'", OF_MOVED)],
        [update("notification", "distance_m = -1", OF_MOVED)],
    ],
    "in_a_segment": [
        [update("notification", "segment_id = 2", OF_ALICE)],
        [update("notification", "segment_id = 9999", OF_MOVED)],
    ],
    "fix_was_young": [
        [update("notification", "located_at = created_at - interval '30 days'", OF_ALICE)]
    ],
    "counted": [[update("promo_run", "notified_count = notified_count + 1", "promo_id = :ended")]],
    "of_a_notification": [
        [f"DELETE FROM notification WHERE {OF_MOVED}"],
        [update("delivery", "promo_id = :ended", OF_ALICE)],
    ],
    "once_a_channel": [
        [
            *unguarded("delivery", "pk_delivery"),
            f"INSERT INTO delivery SELECT * FROM delivery WHERE {OF_ALICE}",
        ]
    ],
    "finished": [
        [
            *unguarded("delivery", "ck_delivery_finished_when_not_pending"),
            update("delivery", "finished_at = NULL", OF_ALICE),
        ],
        [
            *unguarded("delivery", "ck_delivery_reason_given"),
            update("delivery", "state = 'skipped', reason = NULL", OF_ALICE),
        ],
    ],
    "reachable": [[update("delivery", "channel = 'fax'", "client_id = :told_by_paused")]],
    "taken_up": [
        [update("delivery", "state = 'pending', finished_at = NULL", OF_ALICE)],
        [update("promo_run", "paused_at = NULL", "promo_id = :paused")],
        [
            update("promo_run", "cancelled_at = :now", "promo_id = :paused"),
            update("promo_unit", "closed = true", "promo_id = :paused"),
        ],
    ],
    "in_time": [
        [update("delivery", PUT_OFF, "client_id = :told_by_paused")],
    ],
    "default_empty": [
        [
            update("promo", A_MONTH_BEFORE, "id = :moved"),
            *both("local_day = local_day - 30", OF_MOVED),
            update(
                "notification",
                f"{A_MONTH_BEFORE}, located_at = located_at - interval '30 days'",
                OF_MOVED,
            ),
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


def test_a_week_that_is_missing_is_named(app, town):
    """Told by its absence alone: its rows are elsewhere, so they would be missed too."""
    found = findings(
        app, town, "DELETE FROM delivery", "DELETE FROM notification", *detached(town.weeks)
    )
    assert {finding.name for finding in found} == {"weeks_exist", "counted"}


def detached(weeks: list[str]) -> list[str]:
    return [f"ALTER TABLE {week.split('_')[0]} DETACH PARTITION {week}" for week in weeks]
