"""One activation, from the call to the commit: as the service does it, and as one statement."""

from collections.abc import Callable, Sequence
from typing import Final

from sqlalchemy import text

from bench.stage import Stage
from bench.timing import timed
from bench.town import offers
from bench.town.offers import Offer, Place
from flashpromo import campaign
from flashpromo.db import app_now, session, transaction

Tell = Callable[[Stage, int], float]
"""Activates a promo; milliseconds until everything is committed."""
TOLD: Final = text(
    "SELECT client_id FROM notification WHERE promo_id = :promo_id ORDER BY client_id"
)
UNTELL: Final = "DELETE FROM {table} WHERE promo_id >= :first AND local_day > current_date - 2"
TABLES: Final = ("notification", "delivery")


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


def told(stage: Stage, promo_id: int) -> Sequence[int]:
    """Whom the promo has told."""
    with stage.app.app_context():
        return session().scalars(TOLD, {"promo_id": promo_id}).all()


def untell(stage: Stage) -> None:
    """Forget whom the promos of the benchmark have told, as if that had never been written."""
    with stage.app.app_context(), transaction():
        for table in TABLES:
            session().execute(text(UNTELL.format(table=table)), {"first": offers.FIRST})
    stage.tidy(*TABLES)


def _activate(promo_id: int) -> None:
    with transaction(timeout_seconds=600):
        campaign.activate_due([promo_id])
