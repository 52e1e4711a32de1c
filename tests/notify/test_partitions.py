"""The weeks of notifications and deliveries: made ahead, once, and nothing is refused without."""

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from flashpromo.db import session, transaction
from flashpromo.notify import partitions
from tests.audience.stage import stage

SUNDAY, MONDAY = date(2031, 6, 1), date(2031, 6, 2)
WEEKS = ["20310526", "20310602", "20310609", "20310616"]
NAMES = sorted(f"{table}_w{week}" for table in ("notification", "delivery") for week in WEEKS)

NOTIFICATION = text("""
INSERT INTO notification
  (client_id, local_day, promo_id, created_at, distance_m, segment_id, located_at)
VALUES (:client_id, :day, 1, now(), 1, 1, now())
""")
DELIVERY = text("""
INSERT INTO delivery (client_id, local_day, channel, promo_id, next_attempt_at)
VALUES (:client_id, :day, 'log', 1, now())
""")
WEEKS_MADE = text("""
SELECT inhrelid::regclass::text FROM pg_inherits
WHERE inhparent IN ('notification'::regclass, 'delivery'::regclass)
  AND inhrelid::regclass::text ~ '_w2031' ORDER BY 1
""")


def tell(client_id: int, day: date) -> None:
    for row in (NOTIFICATION, DELIVERY):
        session().execute(row, {"client_id": client_id, "day": day})


def homes(table: str) -> dict[int, str]:
    """In which partition the row of each client lies."""
    rows = session().execute(text(f"SELECT client_id, tableoid::regclass::text FROM {table}"))
    return {row[0]: row[1] for row in rows}


def weeks_made() -> list[str]:
    return list(session().scalars(WEEKS_MADE))


@pytest.fixture
def act(context):
    """Whatever is made is taken back: other tests find no strange weeks."""
    with stage():
        yield


@pytest.mark.parametrize("today", [MONDAY, MONDAY + timedelta(days=3), SUNDAY + timedelta(days=6)])
def test_makes_the_weeks_from_yesterdays_to_two_ahead_for_both_tables(act, today):
    made = partitions.ensure(today)
    assert sorted(made) == weeks_made()
    first = today - timedelta(days=1 + (today - timedelta(days=1)).weekday())
    assert f"notification_w{first:%Y%m%d}" in made
    assert f"delivery_w{first:%Y%m%d}" in made
    last = max(date.fromisoformat(name[-8:]) for name in made)
    wanted = today + timedelta(days=1, weeks=partitions.WEEKS_AHEAD)
    assert last <= wanted < last + timedelta(weeks=1)


def test_on_a_monday_last_week_is_there_for_those_who_live_in_yesterday(act):
    assert sorted(partitions.ensure(MONDAY)) == NAMES


def test_a_second_call_makes_nothing(act):
    partitions.ensure(MONDAY)
    assert partitions.ensure(MONDAY) == []
    assert weeks_made() == NAMES


def test_a_row_through_the_parent_lands_in_its_week(act):
    partitions.ensure(MONDAY)
    tell(1, SUNDAY)
    tell(2, MONDAY)
    tell(3, MONDAY + timedelta(days=6))
    assert homes("notification") == {
        1: "notification_w20310526",
        2: "notification_w20310602",
        3: "notification_w20310602",
    }
    assert homes("delivery")[2] == "delivery_w20310602"


def test_what_no_week_takes_goes_to_the_default(act):
    partitions.ensure(MONDAY)
    tell(1, date(2031, 1, 1))
    tell(2, date(2031, 12, 31))
    assert homes("notification") == dict.fromkeys([1, 2], "notification_default")
    assert homes("delivery") == dict.fromkeys([1, 2], "delivery_default")


def test_rows_in_the_default_move_into_their_week_when_it_is_made(act):
    tell(1, MONDAY)
    tell(2, date(2031, 12, 31))
    partitions.ensure(MONDAY)
    assert homes("notification") == {1: "notification_w20310602", 2: "notification_default"}
    assert homes("delivery") == {1: "delivery_w20310602", 2: "delivery_default"}


@pytest.mark.parametrize("table", ["notification", "delivery"])
def test_a_week_has_the_guards_and_indexes_of_its_table(act, table):
    partitions.ensure(MONDAY)
    guards = text("""
    SELECT contype::text, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = CAST(:name AS regclass) ORDER BY 1, 2
    """)
    indexes = text("""
    SELECT regexp_replace(indexdef, '^.* USING', '') FROM pg_indexes
    WHERE tablename = :name ORDER BY 1
    """)
    for question in (guards, indexes):
        week, default = (
            session().execute(question, {"name": f"{table}_{part}"}).all()
            for part in ("w20310602", "default")
        )
        assert week == default
        assert week


@pytest.fixture
def drop_weeks(context, engine):
    """For stories that must commit."""
    yield
    with engine.begin() as connection:
        for name in connection.scalars(WEEKS_MADE).all():
            connection.execute(text(f"DROP TABLE {name}"))


def test_two_schedulers_at_once_make_each_week_once_and_neither_fails(app, drop_weeks):
    start, made, failures = threading.Barrier(4), [], []

    def ensure() -> None:
        with app.app_context():
            start.wait(10)
            try:
                with transaction():
                    made.extend(partitions.ensure(MONDAY))
            except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
                failures.append(error)

    threads = [threading.Thread(target=ensure) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    assert sorted(made) == weeks_made() == NAMES


def test_the_oldest_week_goes_when_all_of_it_is_past_its_time(act):
    partitions.ensure(MONDAY)
    tell(1, SUNDAY)
    early, due = MONDAY + timedelta(days=29), MONDAY + timedelta(days=30)
    assert partitions.forget_old(early, 30) is None
    gone = [partitions.forget_old(due, 30) for _ in range(2)]
    assert gone == [f"{table}_w20310526" for table in ("notification", "delivery")]
    assert partitions.forget_old(due, 30) is None
    assert homes("notification") == {}
    assert "notification_w20310602" in weeks_made()
