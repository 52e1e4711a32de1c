"""Selecting an audience: counting it for the editor, and reading it as an activation does.

The same is done by plain SQL in psql, and both must find the same clients. What else could find
them is looked at where the number of clients grows, see `bench/peers.py`.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Final

from bench import same, waves
from bench.figures import Figure, Samples, compared
from bench.stage import Stage
from bench.statements import explained
from bench.timing import Work, in_turn, timed
from bench.town import offers
from bench.town.cities import CENTRE
from flashpromo.db import app_now, session, transaction
from flashpromo.notify import audiences, fan_out
from flashpromo.notify.disclosure import Question

GROUP: Final = "audience"
RADII_KM: Final = (2, 10, 50)
RATIO: Final = 1.3
COUNT_MS: Final = 50
WHY_COUNT: Final = (
    "the count makes sure by a hash of all ids that its rounding cannot be averaged away, which the"
    " plain SQL does not"
)


def run(stage: Stage) -> None:
    """Measure and show all of it."""
    promos = {km: waves.due(stage, CENTRE, km) for km in RADII_KM}
    for km, promo_id in promos.items():
        _demand_same(stage, promo_id, km)
    works: dict[str, Work] = {}
    for km, promo_id in promos.items():
        works |= _works(stage, km, promo_id)
    taken = in_turn(works, stage.effort.rounds)
    figures = [each for km in RADII_KM for each in _figures(stage, km, works, taken)]
    stage.notes.show("Audience: who is in it", figures)
    plan = stage.psql.plan("audience.sql", _circle(RADII_KM[0]))
    stage.notes.show_plan(f"audience.sql, {RADII_KM[0]} km", plan)
    with stage.app.app_context(), transaction():
        offers.remove()


def _works(stage: Stage, km: int, promo_id: int) -> dict[str, Work]:
    sql = partial(stage.psql.milliseconds, "audience.sql", _circle(km))
    return {
        f"count {km} km": partial(_count, stage, km),
        f"psql audience.sql {km} km": sql,
        f"select {km} km": lambda: timed(partial(_selected, stage, promo_id)),
        f"psql select.sql {km} km": lambda: stage.psql.milliseconds(
            "select.sql", _promo(stage, promo_id)
        ),
    }


def _figures(
    stage: Stage, km: int, works: Mapping[str, Work], taken: Mapping[str, Samples]
) -> list[Figure]:
    pairs = {f"count {km} km": "audience.sql", f"select {km} km": "select.sql"}
    figures = []
    for name, file in pairs.items():
        limit = f"psql {file} {km} km"
        figure = compared(f"{GROUP}: {name}", taken[name], limit, taken[limit], goal=RATIO)
        why = WHY_COUNT if "count" in name else "rows become Python objects, which psql never makes"
        figures.append(figure.explained(partial(_why, stage, why, works[name])))
    if km == RADII_KM[0]:
        name, samples = f"count {km} km", taken[f"count {km} km"]
        figure = Figure(f"{GROUP}: {name}, time", samples.median, "ms", goal=COUNT_MS)
        figures.append(figure.explained(partial(_why, stage, WHY_COUNT, works[name])))
    return figures


def _why(stage: Stage, known: str, work: Work) -> str:
    return f"{known}; {explained(stage.engine, work)}"


def _demand_same(stage: Stage, promo_id: int, km: int) -> None:
    """Both selections find the same clients, and so do both counts."""
    rows = stage.psql.rows("select.sql", _promo(stage, promo_id))
    found = [int(row[0]) for row in rows]
    same.demand(f"select {km} km", _selected(stage, promo_id), found)
    counted = {row[0]: int(row[1]) for row in stage.psql.rows("audience.sql", _circle(km))}
    with stage.app.app_context():
        groups = audiences.count(_asked(km), app_now())
        session().rollback()
    ours = {part: group.size for part, group in groups.items() if group.size}
    if ours != counted:
        raise same.OtherWork(f"count {km} km: {ours} in ours, {counted} in plain SQL")


def _selected(stage: Stage, promo_id: int) -> list[int]:
    """Read the audience as the activation selects it; the ids of its clients."""
    with stage.app.app_context(), transaction():
        session().execute(fan_out.PLANNER)
        rows = session().execute(fan_out.audience([promo_id], app_now())).all()
        return [int(str(row[0])) for row in rows]


def _count(stage: Stage, km: int) -> float:
    with stage.app.app_context():
        now = app_now()
        return timed(lambda: audiences.count(_asked(km), now))


def _asked(km: int) -> Question:
    return Question(*CENTRE, Decimal(km), (1,))


def _circle(km: int) -> dict[str, object]:
    return {"latitude": CENTRE[0], "longitude": CENTRE[1], "km": km}


def _promo(stage: Stage, promo_id: int) -> dict[str, object]:
    with stage.app.app_context():
        now = app_now().isoformat()
        session().rollback()
    return {"promo_id": promo_id, "now": now}
