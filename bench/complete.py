"""Completing: buying what is held, over HTTP, in turn with the bare server and with pgbench."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from bench import load, pairs, pgbench, services
from bench.calling import Caller
from bench.figures import Figure, Samples, compared
from bench.load import Request
from bench.pairs import Pair
from bench.stage import Stage
from bench.statements import explained
from bench.town import offers, shoppers
from bench.town.offers import Offer
from flashpromo.db import transaction

GROUP: Final = "complete"
HELLO: Final = "hello JSON"
PGBENCH: Final = "pgbench complete.sql"
UNITS: Final = 30
FIRST_ID: Final = 1_000_000_001
PATH: Final = "/api/promotions/promo-reservations/{id}/complete/"


def run(stage: Stage) -> None:
    """Measure and show all of it."""
    effort, came, hello, limit = stage.effort, [], [], []
    with (
        services.bare() as bare_url,
        services.web() as url,
        pairs.made(stage, offers.places(effort.running), Offer(quantity=UNITS)) as found,
        load.prepared(bare_url, [Request("/healthz")]) as bare,
        load.prepared(url, _completing(found)) as buying,
    ):
        for number in range(effort.repeats + 1):
            hello.append(bare.run(effort.seconds))
            _hold_all(stage)
            came.append(buying.run(effort.seconds))
            _hold_all(stage)
            limit.append(
                pgbench.transactions_a_second(
                    stage.settings.database_url, "complete.sql", len(found), effort.seconds
                )
            )
            if number == 0:  # that was the warming up
                came, hello, limit = [], [], []
        ours = load.granted(came)
        told = _where_time_goes(stage, found[-1], len(found))
    if any(each.refused or each.broken for each in came):
        raise RuntimeError(f"some could not complete: {came}")
    name = f"{GROUP}: {effort.running:,} promos"
    sides = {HELLO: load.answered(hello), PGBENCH: Samples(limit)}
    figures = [
        compared(f"{name}, to {against.split()[0]}", ours, against, samples, unit="requests/s")
        for against, samples in sides.items()
    ]
    taken = Figure(f"{GROUP}: one, in this process", told[0], "ms")
    stage.notes.show("Completing", [*figures, taken])
    stage.notes.show_plan("one completion", [told[1]])


def _completing(found: Sequence[Pair]) -> list[Request]:
    """Each once; who repeats it gets the same answer, and nothing is sold twice."""
    return [
        Request(PATH.format(id=FIRST_ID + number), each.token, "", "POST")
        for number, each in enumerate(found)
    ]


def _hold_all(stage: Stage) -> None:
    """Everybody holds what it is to buy."""
    stage.quiet()
    with stage.app.app_context(), transaction(timeout_seconds=600):
        offers.free_again()
        shoppers.just_used()
    stage.psql.rows("held.sql", {})
    stage.tidy("promo_unit", "reservation", "purchase")


def _where_time_goes(stage: Stage, pair: Pair, last: int) -> tuple[float, str]:
    """Milliseconds of one completion in this process, and of its statements."""
    _hold_all(stage)
    request = Request(PATH.format(id=FIRST_ID + last - 1), pair.token, "", "POST")
    call = partial(Caller(stage.app).milliseconds, request)
    told = explained(stage.engine, call)
    _hold_all(stage)
    return call(), told
