"""Leasing a batch: what waits is picked, looked at once more, and leased, put off or skipped.

A client that has opted out since it was told is not rung. Nor is one in its quiet hours just now:
its delivery is put off to their end, or skipped when the promo is over by then. The inbox rings
nobody and has the message anyway.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import Row, select, text

from flashpromo import config
from flashpromo.accounts import client_sign_ins
from flashpromo.audience import reach
from flashpromo.audience.clients import external_ids
from flashpromo.audience.models import Client
from flashpromo.db import session
from flashpromo.notify.channels.protocol import Message, Offer
from flashpromo.notify.models import Delivery
from flashpromo.notify.quiet import quiet_until
from flashpromo.promos.due import due_since
from flashpromo.promos.models import Promo
from flashpromo.tallies import counting, series

# Sorted keys and a compare-and-set: a rival that picked the same rows waits for the first one,
# finds them leased, and changes nothing. Rows that are not to be sent now are put off or skipped by
# the same statement, so that there is one order of locks; putting off is no attempt.
LEASE = text("""
UPDATE delivery AS d
SET state = CASE WHEN picked.skip IS NULL THEN 'pending' ELSE 'skipped' END,
    reason = coalesce(picked.skip, CASE WHEN picked.later IS NULL THEN d.reason ELSE :quiet END),
    finished_at = CASE WHEN picked.skip IS NOT NULL THEN CAST(:now AS timestamptz) END,
    lease_token = CASE WHEN picked.is_sent THEN CAST(:token AS uuid) END,
    attempts = d.attempts + CAST(picked.is_sent AS integer),
    next_attempt_at = CASE WHEN picked.is_sent THEN :until
                           ELSE coalesce(picked.later, d.next_attempt_at) END
FROM (SELECT *, skip IS NULL AND later IS NULL AS is_sent
      FROM unnest(:clients, CAST(:days AS date[]), CAST(:skips AS text[]),
                  CAST(:laters AS timestamptz[]))
           AS row (client_id, local_day, skip, later)) AS picked
WHERE d.client_id = picked.client_id AND d.local_day = picked.local_day AND d.channel = :channel
  AND d.state = 'pending' AND d.next_attempt_at <= :now AND d.local_day BETWEEN :first AND :last
RETURNING d.client_id, d.local_day, d.attempts, d.state, picked.is_sent,
  d.reason = :quiet AS was_put_off,
  (SELECT distance_m FROM notification AS n
   WHERE n.client_id = d.client_id AND n.local_day = d.local_day
     AND n.local_day BETWEEN :first AND :last) AS distance_m
""")
QUIET_HOURS: Final = "quiet_hours"
SKIPPED: Final = "skipped"
CLIENT_GONE: Final = "client_gone"
OPTED_OUT: Final = "opted_out"


@dataclass(frozen=True)
class Batch:
    """Messages under one lease; none when whatever was picked is put off, skipped or a rival's.

    `due_since` is when the promo was due, and `promised` are the places of those messages that no
    quiet hours have put off: what the promise of a minute is held against.
    """

    offer: Offer
    channel: str
    token: UUID
    messages: Sequence[Message]
    due_since: datetime | None = None
    promised: frozenset[int] = frozenset()


def lease(promo: Promo, channel: str, now: datetime) -> Batch | None:
    """Deal with the next rows that wait; None when none do."""
    settings = config.current()
    picked = sorted(_pick(promo, channel, now), key=lambda row: (row.client_id, row.local_day))
    if not picked:
        return None
    token, until = uuid4(), now + timedelta(seconds=settings.delivery_lease_seconds)
    fates = [_fate(row, promo.end_time, now) for row in picked]
    clients, days = [row.client_id for row in picked], [row.local_day for row in picked]
    names, sign_ins = external_ids(clients), client_sign_ins.by_client(clients)
    changed = session().execute(
        LEASE,
        {
            "now": now,
            "channel": channel,
            "token": token,
            "until": until,
            "quiet": QUIET_HOURS,
            "clients": clients,
            "days": days,
            "first": min(days),
            "last": max(days),
            "skips": [skip for skip, _ in fates],
            "laters": [later for _, later in fates],
        },
    )
    rows = changed.all()
    counting.count(series.DELIVERIES, channel, SKIPPED, by=sum(r.state == SKIPPED for r in rows))
    sent = [row for row in rows if row.is_sent]
    messages = [
        Message(
            row.client_id,
            row.local_day,
            channel,
            row.attempts,
            row.distance_m or 0.0,
            names.get(row.client_id),
            sign_ins[row.client_id].email if row.client_id in sign_ins else None,
        )
        for row in sent
    ]
    in_time = [index for index, row in enumerate(sent) if not row.was_put_off]
    return Batch(_offer(promo), channel, token, messages, _due_since(promo), frozenset(in_time))


def _pick(promo: Promo, channel: str, now: datetime) -> Sequence[Row[Any]]:
    """What has waited longest, and how its client stands to being rung just now.

    Nobody was told of a promo before there was one: the planner leaves all weeks before that out.
    """
    began = min(promo.created_at, promo.run.activated_at or now) - timedelta(days=2)
    due = (
        select(Delivery.client_id, Delivery.local_day)
        .where(
            Delivery.promo_id == promo.id,
            Delivery.channel == channel,
            Delivery.state == "pending",
            Delivery.next_attempt_at <= now,
            Delivery.local_day.between(began.date(), now.date() + timedelta(days=1)),
        )
        .order_by(Delivery.next_attempt_at, Delivery.client_id)
        .limit(config.current().delivery_batch_size)
        .subquery()
    )
    query = select(
        due.c.client_id,
        due.c.local_day,
        Client.id.is_not(None).label("is_there"),
        Client.opted_in,
        quiet_until(Client, reach.at(now)).label("quiet_until"),
    ).join(Client, Client.id == due.c.client_id, isouter=True)
    return session().execute(query).all()


def _fate(row: Row[Any], end_time: datetime, now: datetime) -> tuple[str | None, datetime | None]:
    """Why a row is never to be sent, and until when it is put off; neither: it is sent now."""
    if not row.is_there:
        return CLIENT_GONE, None
    if not row.opted_in:
        return OPTED_OUT, None
    if row.quiet_until is None or row.quiet_until <= now:
        return None, None
    return (QUIET_HOURS, None) if row.quiet_until >= end_time else (None, row.quiet_until)


def _due_since(promo: Promo) -> datetime | None:
    activated_at = promo.run.activated_at
    return None if activated_at is None else due_since(promo, activated_at)


def _offer(promo: Promo) -> Offer:
    return Offer(
        promo_id=promo.id,
        product_name=promo.product.name,
        store_name=promo.product.store.name,
        promo_price=promo.promo_price,
        regular_price=promo.regular_price,
        currency=promo.product.store.currency,
        end_time=promo.end_time,
        time_zone=promo.product.store.time_zone,
    )
