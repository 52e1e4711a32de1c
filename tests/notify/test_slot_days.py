"""The local day of a client: the database and Python's zoneinfo agree in every zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select

from flashpromo import time_zones
from flashpromo.audience import reach
from flashpromo.audience.models import Client
from flashpromo.db import session
from flashpromo.notify import fan_out
from flashpromo.notify.models import Notification
from flashpromo.notify.slot import local_day, slot_free
from tests.audience.stage import rehearsal, stage

INSTANTS = st.datetimes(
    datetime(2024, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone itself
    datetime(2027, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def days_at(now: datetime) -> dict[str, date]:
    """The local day of the client of each zone."""
    day = local_day(Client, reach.at(now))
    return {row.time_zone: row[1] for row in session().execute(select(Client.time_zone, day))}


def clients_with_a_free_slot(now: datetime) -> int:
    return session().scalar(
        select(func.count())
        .select_from(Client)
        .where(slot_free(Client, reach.at(now), now.astimezone(UTC).date()))
    )


def tell_everybody(now: datetime, days_off: int = 0) -> None:
    """Use the slot of each client's own day, or of one so many days later."""
    moment = reach.at(now)
    session().execute(
        insert(Notification).from_select(
            fan_out.COLUMNS,
            select(Client.id, local_day(Client, moment) + days_off, 1, moment, 0.0, 1, moment),
        )
    )


@pytest.fixture
def travellers(context) -> list[str]:
    """One client in each zone that may be stored; nothing of it is committed."""
    with stage():
        zones = sorted(time_zones.known())
        session().execute(insert(Client), [{"time_zone": zone} for zone in zones])
        yield zones


def test_the_local_day_is_what_the_calendar_there_says(travellers):
    # Half an hour around midnight on both sides of the date line, and days of 23 and 25 hours.
    @example(datetime(2026, 1, 1, 9, 59, 59, 999999, tzinfo=UTC))
    @example(datetime(2026, 1, 1, 10, 0, tzinfo=UTC))
    @example(datetime(2026, 1, 1, 11, 0, tzinfo=UTC))
    @example(datetime(2026, 3, 29, 1, 0, tzinfo=UTC))
    @example(datetime(2026, 4, 23, 22, 0, tzinfo=UTC))
    @example(datetime(2026, 10, 29, 21, 30, tzinfo=UTC))
    @example(datetime(2024, 2, 29, 23, 59, tzinfo=UTC))
    @settings(max_examples=40, derandomize=True, deadline=None, database=None)
    @given(INSTANTS)
    def agree(now):
        calendar = {zone: now.astimezone(ZoneInfo(zone)).date() for zone in travellers}
        assert days_at(now) == calendar

    agree()


def test_a_used_slot_is_seen_in_every_zone_and_only_on_its_day(travellers):
    @settings(max_examples=15, derandomize=True, deadline=None, database=None)
    @given(INSTANTS, st.sampled_from([0, 1, -1]))
    def agree(now, days_off):
        with rehearsal():
            tell_everybody(now, days_off)
            free = clients_with_a_free_slot(now)
        assert free == (0 if days_off == 0 else len(travellers))

    agree()


def test_no_zone_is_more_than_a_day_from_the_utc_day(travellers):
    for hour in range(24):
        now = datetime(2026, 7, 15, hour, tzinfo=UTC)
        assert {abs(day - now.date()) for day in days_at(now).values()} <= {
            timedelta(days=0),
            timedelta(days=1),
        }
