"""The fan-out: one statement writes a notification for every client of every promo of a wave.

Clients are inserted in the order of their id, so that two waves at the same instant wait for each
other instead of deadlocking; whoever comes second finds the slot taken. Which promo wins a client's
slot of the day is a stated rule: the deepest discount, then the nearest store, then the older
promo.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT, distinct_on, insert
from sqlalchemy.exc import IntegrityError

from flashpromo.audience import reach
from flashpromo.audience.models import Client
from flashpromo.db import session
from flashpromo.notify.models import Notification
from flashpromo.notify.slot import local_day, notifiable
from flashpromo.promos.models import Promo

UNIQUE_VIOLATION = "23505"
COLUMNS = (
    "client_id",
    "local_day",
    "promo_id",
    "created_at",
    "distance_m",
    "segment_id",
    "located_at",
)

# The rows of this wave, found by their common created_at: side by side in the table, see the index.
WAVE = """
FROM notification
WHERE created_at = :now AND promo_id = ANY(:promo_ids) AND local_day BETWEEN :first AND :last
"""
COUNT = text(f"SELECT promo_id, count(*) AS told {WAVE} GROUP BY promo_id")
ORDER_DELIVERIES = text(f"""
INSERT INTO delivery (client_id, local_day, channel, promo_id, next_attempt_at)
SELECT client_id, local_day, channel, promo_id, :now
FROM (SELECT client_id, local_day, promo_id {WAVE}) AS told, unnest(:channels) AS channel
ORDER BY client_id ON CONFLICT DO NOTHING
""").bindparams(bindparam("channels", type_=ARRAY(TEXT)))  # noqa: S608 - constants of this module

DELIVERIES_BACK = text("""
DELETE FROM delivery
WHERE promo_id = ANY(:promo_ids) AND next_attempt_at = :now AND state = 'pending'
  AND local_day BETWEEN :first AND :last
""")
NOTIFICATIONS_BACK = text(f"DELETE {WAVE}")

# Compiling the wave costs more than it saves, and parallel workers cannot insert.
PLANNER = text("SELECT set_config('jit', 'off', true), set_config(:name, '0', true)").bindparams(
    name="max_parallel_workers_per_gather"
)


def fan_out(promo_ids: Sequence[int], now: datetime, channels: Sequence[str]) -> dict[int, int]:
    """Record the notifications of a wave, and order their deliveries.

    Args:
        promo_ids: the promos whose activation the caller has claimed.
        now: the time of the wave; becomes `created_at` of every row.
        channels: names of the channels that get a delivery for each notification.

    Returns:
        How many clients each promo notified.
    """
    session().execute(PLANNER)
    _write(promo_ids, now)
    values = _of_wave(promo_ids, now)
    if channels:
        session().execute(ORDER_DELIVERIES, values | {"channels": list(channels)})
    told = {row.promo_id: row.told for row in session().execute(COUNT, values)}
    return {promo_id: told.get(promo_id, 0) for promo_id in promo_ids}


def _write(promo_ids: Sequence[int], now: datetime) -> None:
    """Insert the rows of a wave: without asking for conflicts, unless there is one.

    The audience has none whose slot is used, so only a wave at the same instant can be in the way.
    To ask for each row costs an eighth of the statement.
    """
    wave = insert(Notification).from_select(COLUMNS, audience(promo_ids, now))
    try:
        with session().begin_nested():
            session().execute(wave)
    except IntegrityError as error:
        if getattr(error.orig, "pgcode", None) != UNIQUE_VIOLATION:
            raise
        session().execute(wave.on_conflict_do_nothing())


def take_back(promo_ids: Collection[int], now: datetime) -> None:
    """Undo what the open transaction's wave has written for promos that are not to start after all.

    Nobody has seen it, and their clients' slots of the day are free again.
    """
    if promo_ids:
        for statement in (DELIVERIES_BACK, NOTIFICATIONS_BACK):
            session().execute(statement, _of_wave(promo_ids, now))


def _of_wave(promo_ids: Collection[int], now: datetime) -> dict[str, Any]:
    day = timedelta(days=1)
    return {
        "now": now,
        "promo_ids": list(promo_ids),
        "first": now.date() - day,
        "last": now.date() + day,
    }


def audience(promo_ids: Sequence[int], now: datetime) -> Select[*tuple[object, ...]]:
    """One row for each client to be told, with the promo that wins its slot, by client id."""
    moment = reach.at(now)
    return (
        select(
            Client.id,
            local_day(Client, moment),
            Promo.id,
            moment,
            reach.distance_m(Client, Promo),
            reach.matched_segment(Client, Promo),
            Client.located_at,
        )
        .ext(distinct_on(Client.id))
        .select_from(Promo)
        .join(Client, notifiable(Client, Promo, moment, now.date()))
        .where(Promo.id.in_(promo_ids))
        .order_by(
            Client.id,
            Promo.promo_price / Promo.regular_price,
            reach.distance_m(Client, Promo),
            Promo.id,
        )
    )
