"""What must not grow with the number of running promos: one client's own list, and a hold.

All but a few of them run in other countries. The list is computed, not read from the cache; a first
version, which looks at every running promo as an object, is measured beside it while it can be.
"""

from collections.abc import Sequence
from functools import partial
from itertools import cycle
from typing import Any, Final

from sqlalchemy import select

from bench import peers, report, same
from bench.calling import Caller
from bench.figures import Samples, compared
from bench.load import Request
from bench.stage import Stage
from bench.statements import explained
from bench.timing import Work, in_turn, timed
from bench.town import offers, shoppers
from bench.town.cities import CENTRE
from bench.town.offers import Offer
from flashpromo.audience.models import Client
from flashpromo.checkout import hold, settle
from flashpromo.db import app_now, session, transaction
from flashpromo.market.models import Store
from flashpromo.promos import queries

GROUP: Final = "growth"
NEAR: Final = 10
FLAT: Final = 2
MOST_OBJECTS: Final = 1_000
PAGE_SIZES: Final = cycle(range(NEAR, 101))
"""A page of another size is another page to the cache, and the same promos."""
LIST: Final = "/api/promotions/flash-promos/eligible/?page_size={}"
LIST_PLOT, HOLD_PLOT = "eligible-list", "hold"
OURS, SQL, HOLD = "eligible list, computed", "psql eligible.sql", "hold"
LOOP: Final = "Python loop over ORM objects"
TABLES: Final = ("promo", "promo_run", "promo_unit", "product", "store", "promo_segment")
WHY: Final = "an index of more promos is deeper, and more of its pages leave the caches"


def run(stage: Stage) -> None:
    """Measure and show all of it."""
    shopper = _somebody_near(stage)
    with stage.app.app_context(), transaction(timeout_seconds=600):
        offers.remove()
        near = offers.start([CENTRE] * NEAR, Offer(km=50, quantity=10))
        shoppers.sign_in([shopper])
    found: dict[str, dict[int, Samples]] = {OURS: {}, SQL: {}, HOLD: {}, LOOP: {}}
    present = 0
    for wanted in stage.effort.offers:
        report.say(f"growing to {wanted:,} promos elsewhere")
        with stage.app.app_context(), transaction(timeout_seconds=600):
            offers.start(offers.far_places(wanted - present), Offer())
        present = wanted
        stage.tidy(*TABLES)
        _demand_same(stage, shopper, near)
        works = _works(stage, shopper, near[0], wanted)
        for name, samples in in_turn(works, stage.effort.rounds).items():
            found[name][wanted] = samples
            plot = HOLD_PLOT if name == HOLD else LIST_PLOT
            stage.notes.point(plot, name, wanted, samples.median)
    _show(stage, found, works)
    plan = stage.psql.plan("eligible.sql", {"client_id": shopper})
    stage.notes.show_plan(f"eligible.sql, {present:,} promos elsewhere", plan)
    with stage.app.app_context(), transaction(timeout_seconds=600):
        shoppers.sign_in([])
        offers.remove()


def _somebody_near(stage: Stage) -> int:
    rows = stage.psql.rows("in_range.sql", peers.circle(*CENTRE, 25_000))
    return min(int(row[0]) for row in rows)


def _works(stage: Stage, shopper: int, promo_id: int, wanted: int) -> dict[str, Work]:
    works: dict[str, Work] = {
        OURS: lambda: Caller(stage.app).milliseconds(_asked(shopper)),
        SQL: partial(stage.psql.milliseconds, "eligible.sql", {"client_id": shopper}),
        HOLD: partial(_hold, stage, shopper, promo_id),
    }
    if wanted <= MOST_OBJECTS:
        works[LOOP] = lambda: timed(partial(_loop, stage, shopper))
    return works


def _show(stage: Stage, found: dict[str, dict[int, Samples]], works: dict[str, Work]) -> None:
    figures = []
    for name, by_number in found.items():
        fewest = min(by_number)
        for number, samples in by_number.items():
            title = f"{GROUP}: {name}, {number:,} promos elsewhere"
            # What is compared grows with them in a first version: that is no promise of ours.
            goal = FLAT if name in {OURS, HOLD} else None
            figure = compared(title, samples, f"at {fewest:,}", by_number[fewest], goal=goal)
            figures.append(figure.explained(partial(_why, stage, works.get(name))))
    stage.notes.show("Growth: promos elsewhere in the world", figures)


def _why(stage: Stage, work: Work | None) -> str:
    return WHY if work is None else f"{WHY}; {explained(stage.engine, work)}"


def _asked(shopper: int) -> Request:
    return Request(LIST.format(next(PAGE_SIZES)), shoppers.token_of(shopper))


def _hold(stage: Stage, shopper: int, promo_id: int) -> float:
    """Hold a unit, with its commit; giving it back is not counted."""
    with stage.app.app_context():
        held: list[int] = []

        def take() -> None:
            with transaction():
                held.append(hold.hold(shopper, promo_id).id)

        taken = timed(take)
        with transaction():
            settle.release(shopper, held[0])
    return taken


def _loop(stage: Stage, shopper: int) -> list[int]:
    """What a first version does: every running promo as an object, and the formula in Python."""
    with stage.app.app_context():
        north, east = (
            session()
            .execute(select(Client.latitude, Client.longitude).where(Client.id == shopper))
            .one()
        )
        promos = queries.list_running(app_now(), queries.EVERYTHING)
        stores = {promo.id: (promo, promo.product.store) for promo in promos}
        found = [
            (peers.haversine_m(north, east, store.latitude, store.longitude), promo_id)
            for promo_id, (promo, store) in stores.items()
            if _is_near(north, east, store, float(promo.max_distance_km) * 1000)
        ]
        session().rollback()
    return [promo_id for _, promo_id in sorted(found)]


def _is_near(north: Any, east: Any, store: Store, metres: float) -> bool:
    return peers.haversine_m(north, east, store.latitude, store.longitude) <= metres


def _demand_same(stage: Stage, shopper: int, near: Sequence[int]) -> None:
    """Everybody finds the promos on the main square, and none abroad."""
    _, page = Caller(stage.app).answer(_asked(shopper))
    rows = stage.psql.rows("eligible.sql", {"client_id": shopper})
    same.demand("eligible list", [each["id"] for each in page["results"]], near)
    same.demand("eligible.sql", [int(row[0]) for row in rows], near)
    same.demand("loop", _loop(stage, shopper), near)
