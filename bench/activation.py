"""Whole activations: from the start of a promo to the last notification that can be read.

First the work by itself, against one statement of plain SQL that writes the same rows. Then promos
that start by themselves, as scheduler and workers do it, one after the other.
"""

from functools import partial
from typing import Final

from bench import starts, waves
from bench.figures import Figure, Samples, compared
from bench.stage import Stage
from bench.statements import explained
from bench.timing import in_turn
from bench.town import offers
from bench.town.cities import CENTRE
from flashpromo.db import transaction

GROUP: Final = "activation"
RATIO: Final = 1.3
START_MS: Final = 2_000
WIDEST_KM: Final = 50.0
WHY: Final = (
    "beside the rows the service claims the run, counts what it told, and writes the audit log"
)
WHY_LATE: Final = (
    "rq-scheduler looks once a second, and a forked child has to begin before the wave can"
)


def run(stage: Stage) -> None:
    """Measure and show all of it."""
    km = radius(stage, stage.effort.told)
    figures = [_against_sql(stage, km)]
    stage.notes.show("Activation: the work", figures)
    plan = stage.psql.plan("wave.sql", _variables(stage, waves.due(stage, CENTRE, km)))
    stage.notes.show_plan("wave.sql", plan)
    waves.untell(stage)
    late = starts.run(stage, km)
    stage.notes.show("Activation: promos that start by themselves", _of_starts(late))
    with stage.app.app_context(), transaction():
        offers.remove()


def radius(stage: Stage, told: int) -> float:
    """Within how many kilometres of the main square so many clients can be told."""
    circle = {"latitude": CENTRE[0], "longitude": CENTRE[1], "nth": told}
    rows = stage.psql.rows("nth_distance.sql", circle)
    metres = float(rows[0][0]) if rows else WIDEST_KM * 1000
    # A promo's radius is kept to the millimetre.
    return min(WIDEST_KM, max(0.001, round(metres / 1000 + 1e-6, 6)))


def _against_sql(stage: Stage, km: float) -> Figure:
    ours, theirs = waves.due(stage, CENTRE, km), waves.due(stage, CENTRE, km)
    waves.tell(stage, ours)
    told = waves.told(stage, ours)
    waves.untell(stage)
    waves.tell_by_sql(stage, theirs)
    count = waves.demand_same(told, waves.told(stage, theirs))
    waves.untell(stage)
    works = {"wave": partial(_once, stage, km), "psql wave.sql": partial(_sql, stage, km)}
    taken = in_turn(works, stage.effort.rounds)
    name = f"{GROUP}: {count:,} of {stage.size.clients:,} clients"
    limit = taken["psql wave.sql"]
    figure = compared(name, taken["wave"], "psql wave.sql", limit, goal=RATIO)
    return figure.explained(lambda: f"{WHY}; {explained(stage.engine, works['wave'])}")


def _once(stage: Stage, km: float) -> float:
    taken = waves.tell(stage, waves.due(stage, CENTRE, km))
    waves.untell(stage)
    return taken


def _sql(stage: Stage, km: float) -> float:
    taken = waves.tell_by_sql(stage, waves.due(stage, CENTRE, km))
    waves.untell(stage)
    return taken


def _variables(stage: Stage, promo_id: int) -> dict[str, object]:
    with stage.app.app_context():
        return {"promo_id": promo_id, "now": starts.now().isoformat()}


def _of_starts(late: starts.Late) -> list[Figure]:
    """The median, and what 99 of 100 starts stay below; the worst one, of fewer."""
    seen, written = Samples(late.visible_ms), Samples(late.written_ms)
    about = f"{len(late.visible_ms)} starts of {late.told:,} clients"
    why = (
        f"{WHY_LATE}; the slowest rows were written {max(late.written_ms):,.0f} ms after the start"
    )
    return [
        Figure(f"{GROUP}: {about}, written", written.median, "ms", samples=written),
        Figure(f"{GROUP}: {about}, visible", seen.median, "ms", samples=seen),
        Figure(f"{GROUP}: {about}, visible, p99", seen.p99, "ms", goal=START_MS).explained(
            lambda: why
        ),
    ]
