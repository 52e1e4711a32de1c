"""After a year of notifications: an activation, an inbox, and a claim of deliveries as on day one.

The rows of a year are really there. Ten times as many are pretended to the planner, by what the
catalogue says of each partition: the plans and their time must stay the same.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Final

from sqlalchemy import text

from bench import report, waves
from bench.activation import radius
from bench.figures import compared
from bench.stage import Stage
from bench.statements import explained
from bench.timing import Work, in_turn, timed
from bench.town import offers
from bench.town.cities import CENTRE
from flashpromo.db import app_now, session, transaction
from flashpromo.notify import delivery, inbox, partitions, pending

GROUP: Final = "growth"
DAYS: Final = 365
WEEKS_AT_ONCE: Final = 2
PRETENDED: Final = 10
AUDIENCE: Final = 10_000
FLAT: Final = 1.5
SHOPPER: Final = 1
WAVE, INBOX, WAITING = f"activation of {AUDIENCE:,}", "inbox of one client", "deliveries that wait"
WHY: Final = {
    WAVE: "every statement of the wave is planned over more partitions, though it reads three",
    INBOX: "an inbox has no first day: it is looked for in the partition of every week",
    WAITING: "the weeks before the first day of which anything waits are left out by the planner",
}
FILL: Final = text("""
INSERT INTO notification
  (client_id, local_day, promo_id, created_at, distance_m, segment_id, located_at)
SELECT client_id, CAST(:day AS date), :promo_id, CAST(:day AS date) + interval '12 hours', 500, 1,
  CAST(:day AS date)
FROM generate_series(1, :clients) AS client_id
""")
PRETEND: Final = """
UPDATE pg_class SET reltuples = reltuples * {factor}
WHERE relname ~ '^notification_w' AND reltuples > 0
"""


def run(stage: Stage) -> None:
    """Measure on day one, after a year, and with ten years pretended."""
    if not stage.effort.year:
        return
    waves.forget_all(stage)
    works = _works(stage)
    one = in_turn(works, stage.effort.rounds)
    report.say(f"a year of {stage.effort.year:,} notifications")
    _fill(stage)
    after = in_turn(works, stage.effort.rounds)
    with _pretended(stage):
        pretended = in_turn(works, stage.effort.rounds)
    figures = []
    rows = stage.effort.year
    for name in works:
        for about, samples in (
            (f"{rows:,} rows", after[name]),
            (f"{rows * PRETENDED:,} pretended", pretended[name]),
        ):
            told = f"{GROUP}: {name}, {about}"
            figure = compared(told, samples, "day one", one[name], goal=FLAT)
            figures.append(figure.explained(partial(_why, stage, name, works[name])))
    stage.notes.show("Growth: after a year of notifications", figures)


def _works(stage: Stage) -> dict[str, Work]:
    km = radius(stage, AUDIENCE)
    page = partial(inbox.page, SHOPPER, limit=10, offset=0)
    return {
        WAVE: partial(_wave, stage, km),
        INBOX: partial(_timed_in, stage, page),
        WAITING: partial(_waiting, stage),
    }


def _wave(stage: Stage, km: float) -> float:
    taken = waves.tell(stage, waves.due(stage, CENTRE, km))
    waves.forget_all(stage)
    with stage.app.app_context(), transaction():
        offers.remove()
    return taken


def _timed_in(stage: Stage, read: Callable[[], object]) -> float:
    with stage.app.app_context():
        taken = timed(read)
        session().rollback()
    return taken


def _waiting(stage: Stage) -> float:
    """The look of each second; on which day it begins is looked for once a minute."""
    with stage.app.app_context():
        now = app_now()
        first_day = pending.first_day(now)
        taken = timed(lambda: delivery.waiting(now, first_day))
        session().rollback()
    return taken


def _fill(stage: Stage) -> None:
    """Every day the first of the clients were told of a promo, the oldest day first."""
    with stage.app.app_context():
        today = app_now().date()
        session().rollback()
        for age in range(DAYS + 14, 0, -7 * WEEKS_AT_ONCE):
            with transaction(timeout_seconds=600):
                partitions.ensure(today - timedelta(days=age))
        daily = stage.effort.year // DAYS
        for age in range(DAYS, 7, -1):
            with transaction(timeout_seconds=600):
                day = today - timedelta(days=age)
                session().execute(FILL, {"day": day, "promo_id": age, "clients": daily})
    stage.tidy("notification")


@contextmanager
def _pretended(stage: Stage) -> Iterator[None]:
    """Let the planner believe in ten times the rows."""
    _pretend(stage, str(PRETENDED))
    try:
        yield
    finally:
        _pretend(stage, f"1.0 / {PRETENDED}")


def _pretend(stage: Stage, factor: str) -> None:
    with stage.app.app_context(), transaction():
        session().execute(text(PRETEND.format(factor=factor)))
    stage.engine.dispose()


def _why(stage: Stage, name: str, work: Work) -> str:
    return f"{WHY[name]}; {explained(stage.engine, work)}"
