"""Deliveries: each belongs to a notification, and none waits for ever."""

from collections.abc import Sequence
from typing import Final

from flashpromo.doctor.check import Check

OF_A_NOTIFICATION = """
SELECT d.client_id, d.local_day, d.channel, d.promo_id, told.promo_id AS promo_id_of_notification
FROM delivery AS d
LEFT JOIN notification AS told ON told.client_id = d.client_id AND told.local_day = d.local_day
WHERE told.promo_id IS DISTINCT FROM d.promo_id
"""

ONCE_A_CHANNEL = """
SELECT client_id, local_day, channel, count(*) AS deliveries
FROM delivery GROUP BY client_id, local_day, channel HAVING count(*) > 1
"""

FINISHED = """
SELECT client_id, local_day, channel, promo_id, state, reason, finished_at FROM delivery
WHERE (state = 'pending') <> (finished_at IS NULL)
  OR (state IN ('skipped', 'failed') AND reason IS NULL)
  OR state NOT IN ('pending', 'sent', 'skipped', 'failed')
"""

REACHABLE = """
SELECT client_id, local_day, channel, promo_id, next_attempt_at
FROM delivery WHERE state = 'pending' AND NOT channel = ANY (CAST(:channels AS text[]))
"""

# The sweep takes up what is due after seconds; a paused promo keeps its deliveries waiting.
TAKEN_UP = """
SELECT d.client_id, d.local_day, d.channel, d.promo_id, d.attempts, d.next_attempt_at,
  promo.end_time, run.sold_out_at, run.cancelled_at
FROM delivery AS d JOIN promo ON promo.id = d.promo_id
JOIN promo_run AS run ON run.promo_id = d.promo_id
WHERE d.state = 'pending' AND d.next_attempt_at < :now - interval '5 minutes'
  AND d.channel = ANY (CAST(:channels AS text[]))
  AND NOT (promo.published AND run.paused_at IS NOT NULL AND promo.end_time > :now
           AND run.sold_out_at IS NULL AND run.cancelled_at IS NULL)
"""

# A lease ends when it ends. A promo that was changed since may end earlier than was known then.
IN_TIME = """
SELECT d.client_id, d.local_day, d.channel, d.promo_id, d.next_attempt_at, promo.end_time
FROM delivery AS d JOIN promo ON promo.id = d.promo_id
JOIN notification AS told ON told.client_id = d.client_id AND told.local_day = d.local_day
WHERE d.state = 'pending' AND d.lease_token IS NULL
  AND d.next_attempt_at >= promo.end_time AND promo.updated_at <= told.created_at
"""

CHECKS: Final[Sequence[Check]] = (
    Check(
        "of_a_notification",
        "A delivery carries a notification of the same client, day and promo.",
        OF_A_NOTIFICATION,
    ),
    Check(
        "once_a_channel",
        "A notification goes over each channel once.",
        ONCE_A_CHANNEL,
    ),
    Check(
        "finished",
        "A delivery is pending, or has ended at a time and, unless it was sent, for a reason.",
        FINISHED,
    ),
    Check("reachable", "Every pending delivery waits for a channel that is served.", REACHABLE),
    Check(
        "taken_up",
        "A delivery that is due is sent or skipped within minutes, unless its promo is paused.",
        TAKEN_UP,
    ),
    Check(
        "in_time",
        "No delivery is put off, or tried again, past the end of its promo.",
        IN_TIME,
    ),
)
