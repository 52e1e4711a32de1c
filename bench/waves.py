"""One activation, from the call to the commit: as the service does it, and as one statement."""

from collections.abc import Callable
from typing import Final, NamedTuple

from sqlalchemy import text

from bench import same
from bench.stage import Stage
from bench.timing import timed
from bench.town import offers
from bench.town.offers import Offer, Place
from flashpromo import campaign
from flashpromo.db import app_now, session, transaction

Tell = Callable[[Stage, int], float]
"""Activates a promo; milliseconds until everything is committed."""
TABLES: Final = ("notification", "delivery")
TOLD: Final = text("""
SELECT count(*) AS clients, coalesce(bit_xor(hashint8extended(client_id, 0)), 0) AS who
FROM notification WHERE promo_id = :promo_id AND local_day > current_date - 2
""")
UNTELL: Final = "DELETE FROM {week} WHERE promo_id >= :first"
WEEKS: Final = text("""
SELECT DISTINCT format('%s_w%s', name, to_char(date_trunc('week', day), 'YYYYMMDD'))
FROM unnest(CAST(:names AS text[])) AS name,
  generate_series(current_date - 1, current_date + 1, interval '1 day') AS day
""")
"""The partitions in which anybody is told of anything these days."""


class Told(NamedTuple):
    """How many clients, and a number of that very set."""

    clients: int
    who: int


def due(stage: Stage, place: Place, km: float) -> int:
    """A promo that should have started a second ago; its id."""
    with stage.app.app_context(), transaction():
        return offers.start([place], Offer(km=km, is_due=True))[0]


def tell(stage: Stage, promo_id: int) -> float:
    """Activate it; milliseconds until everything is committed."""
    with stage.app.app_context():
        return timed(lambda: _activate(promo_id))


def tell_by_sql(stage: Stage, promo_id: int) -> float:
    """The same by `wave.sql`; milliseconds."""
    with stage.app.app_context():
        now = app_now().isoformat()
        session().rollback()
    return stage.psql.milliseconds("wave.sql", {"promo_id": promo_id, "now": now})


def told(stage: Stage, promo_id: int) -> Told:
    """Whom the promo has told."""
    with stage.app.app_context():
        found = Told(*session().execute(TOLD, {"promo_id": promo_id}).one())
        session().rollback()
    return found


def demand_same(ours: Told, theirs: Told) -> int:
    """How many both have told; raises `OtherWork` if these were not the same clients."""
    if ours != theirs:
        raise same.OtherWork(f"wave: {ours} in ours, {theirs} in plain SQL")
    return ours.clients


def weeks() -> list[str]:
    """The names of the partitions of these days."""
    return list(session().scalars(WEEKS, {"names": list(TABLES)}))


def untell(stage: Stage) -> None:
    """Forget whom the promos of the benchmark have told, as if that had never been written."""
    with stage.app.app_context(), transaction(timeout_seconds=600):
        of_these_days = weeks()
        for week in of_these_days:
            session().execute(text(UNTELL.format(week=week)), {"first": offers.FIRST})
    stage.tidy(*of_these_days)


def forget_all(stage: Stage) -> None:
    """Nobody at all has been told of anything these days."""
    with stage.app.app_context(), transaction(timeout_seconds=600):
        session().execute(text(f"TRUNCATE {', '.join(weeks())}"))


def _activate(promo_id: int) -> None:
    with transaction(timeout_seconds=600):
        campaign.activate_due([promo_id])
