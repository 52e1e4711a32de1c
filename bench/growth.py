"""What grows with the number of clients, of promos elsewhere, and of days, and what must not.

The cost of a notification, the list of one client, a hold, and the memory of every process are to
stay where they are.
"""

from functools import partial
from typing import Final

from bench import grown, of_offers, of_processes, peers, report, waves, year
from bench.figures import Figure, Samples, compared
from bench.peers import Peers
from bench.stage import Stage
from bench.statements import explained
from bench.timing import Work, in_turn, timed
from bench.town import offers
from bench.town.cities import CENTRE
from bench.waves import Tell
from flashpromo.db import session, transaction

GROUP: Final = "growth"
WIDEST_KM: Final = 50
NEAR_M: Final = 2_000
FLAT: Final = 1.5
RATIO: Final = 1.3
WHOLE_MS: Final = 10_000
MILLION: Final = 1_000_000
COST_PLOT: Final = "cost-per-notification"
PEERS_PLOT: Final = "audience-and-peers"
WHY: Final = (
    "a row costs its place in the table and one in the primary key, and both leave the caches when"
    " they no longer fit"
)


def run(stage: Stage) -> None:
    """Measure and show all of it."""
    with grown.begun(stage) as growing:
        _over_clients(growing)
        of_offers.run(growing)
        year.run(growing)


def _over_clients(stage: Stage) -> None:
    costs: dict[int, Samples] = {}
    figures: list[Figure] = []
    memory: list[of_processes.Found] = []
    present = 0
    for size in stage.effort.sizes:
        report.say(f"growing to {size:,} clients")
        grown.grow(stage, present, size)
        present = size
        figures += _waves(stage, size, costs)
        _show_peers(stage, size)
        memory.append(of_processes.measured(stage, size))
    stage.notes.show("Growth: the cost of a notification", [*figures, *_flat(costs)])
    of_processes.show(stage, memory)


def _waves(stage: Stage, size: int, costs: dict[int, Samples]) -> list[Figure]:
    """The activation of everybody, against the same rows by plain SQL."""
    repeats = 1 if size > MILLION else stage.effort.repeats
    reached = _demand_same(stage)
    works: dict[str, Work] = {
        "wave": partial(_once, stage, waves.tell),
        "psql wave.sql": partial(_once, stage, waves.tell_by_sql),
    }
    taken = in_turn(works, repeats, warm_ups=0)
    ours, limit = taken["wave"], taken["psql wave.sql"]
    costs[size] = Samples([each * 1000 / reached for each in ours.values])
    stage.notes.point(COST_PLOT, "activation", size, costs[size].median)
    stage.notes.point(COST_PLOT, "psql wave.sql", size, limit.median * 1000 / reached)
    name = f"{GROUP}: activation, {reached:,} of {size:,} clients"
    ratio = compared(name, ours, "psql wave.sql", limit, goal=RATIO if size >= MILLION else None)
    figures = [ratio.explained(lambda: f"{WHY}; {explained(stage.engine, works['wave'])}")]
    if size == MILLION:
        whole = Figure(f"{name}, whole", ours.median, "ms", goal=WHOLE_MS, samples=ours)
        figures.append(whole.explained(lambda: WHY))
    return figures


def _once(stage: Stage, tell: Tell) -> float:
    _forget(stage)
    return tell(stage, waves.due(stage, CENTRE, WIDEST_KM))


def _demand_same(stage: Stage) -> int:
    """Both tell the same clients; how many."""
    found = []
    for tell in (waves.tell, waves.tell_by_sql):
        _forget(stage)
        promo_id = waves.due(stage, CENTRE, WIDEST_KM)
        tell(stage, promo_id)
        found.append(waves.told(stage, promo_id))
    _forget(stage)
    return waves.demand_same(*found)


def _forget(stage: Stage) -> None:
    """Nobody has been told of anything."""
    waves.forget_all(stage)
    with stage.app.app_context(), transaction():
        offers.remove()


def _flat(costs: dict[int, Samples]) -> list[Figure]:
    """The cost of a notification at each size, as a ratio to that at the smallest."""
    smallest = min(costs)
    name = f"{GROUP}: cost of a notification at"
    return [
        compared(
            *(f"{name} {size:,}", cost, f"at {smallest:,}", costs[smallest]),
            unit="µs",
            goal=FLAT if size <= MILLION else None,
        ).explained(lambda: WHY)
        for size, cost in costs.items()
        if size != smallest
    ]


def _show_peers(stage: Stage, size: int) -> None:
    """Who is within 2 km: PostGIS and whatever else could say so."""
    found = peers.of(stage, size)
    found.demand_same(*CENTRE, NEAR_M)
    taken = in_turn(_peer_works(stage, found), stage.effort.rounds, warm_ups=1)
    limit = taken[peers.POSTGIS]
    figures = []
    for name, samples in taken.items():
        stage.notes.point(PEERS_PLOT, name, size, samples.median)
        told = f"{GROUP}: 2 km of {size:,} clients, {name}"
        figures.append(compared(told, samples, peers.POSTGIS, limit))
    stage.notes.show(f"Audience and its peers, {size:,} clients", figures)
    peers.forget(stage)
    with stage.app.app_context():
        session().rollback()


def _peer_works(stage: Stage, found: Peers) -> dict[str, Work]:
    """The time that psql says is without making numbers of its rows."""
    circle = peers.circle(*CENTRE, NEAR_M)
    works: dict[str, Work] = {
        name: lambda find=find: timed(lambda: find(*CENTRE, NEAR_M))  # type: ignore[misc]
        for name, find in found.finds.items()
    }
    return works | {peers.POSTGIS: lambda: stage.psql.milliseconds("in_range.sql", circle)}
