"""Deliveries: claimed in batches under a lease, sent outside of any transaction, then settled.

The row is the work order. A worker that dies leaves its lease to run out, and the rows are sent
again under the same idempotency key; a worker that comes back after its lease finds that its token
changes nothing. Before each batch the promo is looked at again: what is over is skipped with the
reason. So is each client's clock: in its quiet hours nobody is rung.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import text

from flashpromo import config
from flashpromo.db import app_now, session
from flashpromo.notify import pending
from flashpromo.notify.channels.protocol import Message, Outcome
from flashpromo.notify.leases import SKIPPED, Batch, lease
from flashpromo.notify.pending import IS_KEPT, PAIRS
from flashpromo.promos.models import Promo
from flashpromo.promos.states import State, state_at
from flashpromo.tallies import counting, series

SETTLE = text("""
UPDATE delivery AS d
SET state = done.state, reason = done.reason, lease_token = NULL,
    next_attempt_at = coalesce(done.next_attempt_at, d.next_attempt_at),
    finished_at = CASE WHEN done.state = 'pending' THEN NULL ELSE CAST(:now AS timestamptz) END
FROM unnest(:clients, CAST(:days AS date[]), CAST(:states AS text[]), CAST(:reasons AS text[]),
            CAST(:retries AS timestamptz[]))
     AS done (client_id, local_day, state, reason, next_attempt_at)
WHERE d.client_id = done.client_id AND d.local_day = done.local_day AND d.channel = :channel
  AND d.lease_token = :token AND d.state = 'pending' AND d.local_day BETWEEN :first AND :last
RETURNING d.state
""")
# Rows under a lease are left to whoever holds it; what is put off or to be tried again is under
# none, and waits for nothing any more. A bounded piece at a time: a promo with a million of
# them must not run into the timeout and start over for ever.
SKIP = text("""
WITH skipped AS (
UPDATE delivery AS d
SET state = 'skipped', reason = :reason, finished_at = :now, lease_token = NULL
FROM (
    SELECT client_id, local_day, channel FROM delivery
    WHERE promo_id = :promo_id AND state = 'pending'
      AND (next_attempt_at <= :now OR lease_token IS NULL)
    LIMIT :limit FOR UPDATE SKIP LOCKED) AS due
WHERE d.client_id = due.client_id AND d.local_day = due.local_day AND d.channel = due.channel
RETURNING d.channel)
SELECT channel, count(*) AS found FROM skipped GROUP BY channel
""")
SKIPPED_AT_ONCE = 50_000
# One more index probe for each pair: nobody is woken for what a paused promo keeps.
WAITING = text(f"""
WITH RECURSIVE {PAIRS}
SELECT pair.promo_id, min(first.next_attempt_at) AS due_since FROM pair, LATERAL (
  SELECT d.next_attempt_at FROM delivery AS d
  WHERE d.promo_id = pair.promo_id AND d.channel = pair.channel AND d.state = 'pending'
    AND d.local_day >= :since
  ORDER BY d.next_attempt_at LIMIT 1) AS first
WHERE first.next_attempt_at <= :now AND NOT {IS_KEPT}
GROUP BY pair.promo_id ORDER BY pair.promo_id
""")  # noqa: S608 - constants of ours

SKIP_REASONS = {
    State.DRAFT: "promo_withdrawn",
    State.SCHEDULED: "promo_moved",
    State.ENDED: "promo_ended",
    State.SOLD_OUT: "promo_sold_out",
    State.CANCELLED: "promo_cancelled",
}


def claim(promo: Promo, channel: str) -> Batch | None:
    """Lease the next batch of a running promo; None when there is nothing to send now.

    A paused promo keeps its deliveries waiting; one that is over, withdrawn or moved has them
    skipped. What is for a client in its quiet hours is put off to their end, or skipped if the
    promo is over by then.
    """
    now = app_now()
    state = state_at(promo, now)
    if state in SKIP_REASONS:
        skip(promo.id, SKIP_REASONS[state], now)
    if state is not State.RUNNING:
        return None
    return lease(promo, channel, now)


def skip(promo_id: int, reason: str, now: datetime) -> None:
    """Record why waiting deliveries will never be sent; of very many, the sweep asks again."""
    values = {"promo_id": promo_id, "reason": reason, "now": now, "limit": SKIPPED_AT_ONCE}
    for row in session().execute(SKIP, values):
        counting.count(series.DELIVERIES, row.channel, SKIPPED, by=row.found)


def settle(batch: Batch, outcomes: Sequence[Outcome]) -> int:
    """Record what came of a batch: sent, failed for good, or to be tried again before the end.

    Returns:
        How many rows were changed; fewer than the batch has when its lease had run out.
    """
    now = app_now()
    done = [
        _verdict(message, outcome, batch.offer.end_time, now)
        for message, outcome in zip(batch.messages, outcomes, strict=True)
    ]
    states, reasons, retries = zip(*done, strict=True)
    days = [message.local_day for message in batch.messages]
    result = session().execute(
        SETTLE,
        {
            "now": now,
            "first": min(days),
            "last": max(days),
            "token": batch.token,
            "channel": batch.channel,
            "clients": [message.client_id for message in batch.messages],
            "days": days,
            "states": list(states),
            "reasons": list(reasons),
            "retries": list(retries),
        },
    )
    changed = Counter(result.scalars())
    for state in changed.keys() - {"pending"}:
        counting.count(series.DELIVERIES, batch.channel, state, by=changed[state])
    if changed.total() == len(batch.messages):  # else its lease had run out: another one tells it
        _tell_pace(batch, states, now)
    return changed.total()


def _tell_pace(batch: Batch, states: Sequence[str], now: datetime) -> None:
    """How soon the clients of a batch were told."""
    if batch.due_since is not None:
        told = sum(state == "sent" and at in batch.promised for at, state in enumerate(states))
        seconds = max(0.0, (now - batch.due_since).total_seconds())
        counting.observe(series.TIME_TO_NOTIFY, seconds, batch.channel, times=told)


def waiting(now: datetime, first_day: date | None = None) -> list[tuple[int, datetime]]:
    """Promos whose deliveries wait to be sent, and since when the first of each has been due.

    Args:
        now: the time of the look.
        first_day: before which nothing is pending; None looks for it (see `pending.first_day`).
    """
    values = {"now": now, "since": first_day or pending.first_day(now)}
    return [(row.promo_id, row.due_since) for row in session().execute(WAITING, values)]


def _verdict(
    message: Message, outcome: Outcome, end_time: datetime, now: datetime
) -> tuple[str, str | None, datetime | None]:
    """State, reason and next attempt of one message; pauses double, and never pass the end."""
    if outcome.error is None:
        return "sent", None, None
    if outcome.skipped:
        return "skipped", outcome.error, None
    pause = _pause(message.attempt)
    if outcome.permanent or now + pause >= end_time:
        return "failed", outcome.error, None
    return "pending", outcome.error, now + pause


def _pause(attempt: int) -> timedelta:
    """How long to wait after the failed `attempt`, counted from 1."""
    settings = config.current()
    doublings = min(attempt - 1, 20)  # far past every limit, and no number grows without bound
    doubled = settings.delivery_retry_seconds * 2**doublings
    return timedelta(seconds=min(doubled, settings.delivery_longest_retry_seconds))
