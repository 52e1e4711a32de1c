"""What one client may hold: one unit of a promo, a few in all, and no parking on it.

All looks happen behind the lock on the client's row, so two requests of one client at the same
instant follow each other. An overdue reservation counts for nothing, swept or not.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from flashpromo import config
from flashpromo.checkout.errors import AlreadyHeld, CoolDown, ReservationLimit
from flashpromo.db import session

# Statements of one message: the last begins after the lock was waited for, so its time is the time
# behind it. What is asked next joins six tables by their keys: to look for another order takes the
# planner longer than to answer.
LOCK = text("""
SELECT FROM client WHERE id = :client_id FOR NO KEY UPDATE;
SET LOCAL join_collapse_limit = 1;
SELECT app_now()
""")

STANDING = text("""
SELECT
  count(*) FILTER (WHERE expires_at > :now) AS live,
  count(*) FILTER (WHERE expires_at > :now AND promo_id = :promo_id) AS live_here,
  max(expires_at) FILTER (WHERE expires_at <= :now AND promo_id = :promo_id) AS lapsed_at
FROM reservation
WHERE client_id = :client_id AND created_at > :since
  AND completed_at IS NULL AND released_at IS NULL
""")


def lock_client(client_id: int) -> datetime:
    """Let the requests of one client follow each other, until the transaction ends.

    Returns:
        The time, read behind the lock: aware UTC.
    """
    now: datetime = session().execute(LOCK, {"client_id": client_id}).scalar_one()
    return now.astimezone(UTC)


def demand(client_id: int, promo_id: int, now: datetime) -> None:
    """Refuse a client that holds this promo, holds too many, or has just let it lapse.

    Raises:
        AlreadyHeld, ReservationLimit, CoolDown
    """
    settings = config.current()
    cool_down = timedelta(seconds=settings.cool_down_seconds)
    # Nothing older than one hold and one cool-down can matter: the index on (client_id,
    # created_at) keeps this as cheap for a client with years of history.
    since = now - cool_down - timedelta(seconds=settings.hold_seconds) - timedelta(minutes=10)
    standing = (
        session()
        .execute(
            STANDING,
            {"client_id": client_id, "promo_id": promo_id, "now": now, "since": since},
        )
        .one()
    )
    if standing.live_here:
        raise AlreadyHeld("You hold this promo already.", held_by_you=True)
    if standing.live >= settings.max_live_reservations:
        raise ReservationLimit(limit=settings.max_live_reservations)
    if standing.lapsed_at is not None and standing.lapsed_at + cool_down > now:
        left = (standing.lapsed_at + cool_down - now).total_seconds()
        raise CoolDown(retry_after_seconds=int(left) + 1)
