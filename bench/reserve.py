"""Reserving: many promos, one hot promo, one unit that all want, and a race for it.

Over HTTP, in turn with the bare server's JSON and with pgbench, which sends the statements of a
hold and nothing else.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Final

from sqlalchemy import text

from bench import load, pairs, pgbench, race, services
from bench.calling import Caller
from bench.figures import Figure, Samples, compared
from bench.load import Came, Load, Request
from bench.pairs import Pair
from bench.stage import Stage
from bench.statements import explained
from bench.town import offers, shoppers
from bench.town.cities import CENTRE
from bench.town.offers import Offer
from flashpromo.db import session, transaction

GROUP: Final = "reserve"
HELLO: Final = "hello JSON"
PGBENCH: Final = "pgbench hold.sql"
PATH: Final = "/api/promotions/promo-reservations/"
UNITS: Final = 30
HOT_UNITS: Final = 20
"""For each of the others."""
RACERS: Final = 50
OF_HELLO, OF_PGBENCH, LOSERS_OF_HELLO = 0.12, 0.4, 0.5
WHY: Final = (
    "beside the statements that pgbench sends, a hold looks up its token, asks Redis three times,"
    " and writes its answer in Python"
)
WHY_LOSERS: Final = (
    "a loser counts its rate, is looked up and is counted as a try in Redis, and passes all doors"
)
HELD: Final = text("""
SELECT count(*) FROM reservation
WHERE promo_id >= :first AND completed_at IS NULL AND released_at IS NULL
  AND expires_at > app_now()
""")


def run(stage: Stage) -> None:
    """Measure and show all of it."""
    with services.bare() as bare, services.web() as ours:
        figures = [
            *_many(stage, bare, ours),
            *_hot(stage, bare, ours),
            *_losers(stage, bare, ours),
        ]
        stage.notes.show("Reserving", figures)
        race.run(stage, bare, ours)


def _many(stage: Stage, bare: str, ours: str) -> list[Figure]:
    with pairs.made(stage, offers.places(stage.effort.running), Offer(quantity=UNITS)) as found:
        name = f"{GROUP}: {stage.effort.running:,} promos"
        return list(_against_both(stage, name, found, (bare, ours)))


def _hot(stage: Stage, bare: str, ours: str) -> list[Figure]:
    units = HOT_UNITS * stage.effort.running
    with pairs.made(stage, [CENTRE], Offer(km=50, quantity=units), units) as found:
        return list(
            _against_both(stage, f"{GROUP}: one hot promo", found, (bare, ours), goals=False)
        )


def _against_both(
    stage: Stage, name: str, found: Sequence[Pair], urls: tuple[str, str], *, goals: bool = True
) -> Iterator[Figure]:
    effort, came, hello, limit = stage.effort, [], [], []
    with ExitStack() as running:
        bare = running.enter_context(load.prepared(urls[0], [Request("/healthz")]))
        holds = running.enter_context(load.prepared(urls[1], map(_hold, found)))
        for number in range(effort.repeats + 1):
            hello.append(bare.run(effort.seconds))
            came.append(_held(stage, holds, effort.seconds))
            limit.append(_by_pgbench(stage, len(found), effort.seconds))
            if number == 0:  # that was the warming up
                came, hello, limit = [], [], []
    ours, first = load.granted(came), partial(_why, stage, WHY, _hold(found[0]))
    for against, samples, goal in (
        (HELLO, load.answered(hello), OF_HELLO),
        (PGBENCH, Samples(limit), OF_PGBENCH),
    ):
        told = f"{name}, {'to pgbench' if against == PGBENCH else 'to hello'}"
        wanted = goal if goals else None
        figure = compared(
            *(told, ours, against, samples), unit="requests/s", goal=wanted, at_least=True
        )
        yield figure.explained(first)


def _losers(stage: Stage, bare: str, ours: str) -> list[Figure]:
    """All units are held, and everybody who asks is known to be eligible."""
    effort = stage.effort
    with (
        pairs.made(stage, [CENTRE], Offer(km=50), 1) as holders,
        _rivals(stage, holders[0]) as rivals,
        load.prepared(bare, [Request("/healthz")], RACERS) as hello,
        load.prepared(ours, map(_hold, rivals), RACERS) as asking,
    ):
        _free(stage)
        came = load.in_turn({HELLO: hello, "losers": asking}, effort.repeats, effort.seconds)
        winners = _count_held(stage)
        figure = compared(
            *(f"{GROUP}: {len(rivals)} losers of one unit", load.answered(came["losers"]), HELLO),
            load.answered(came[HELLO]),
            unit="requests/s",
            goal=LOSERS_OF_HELLO,
            at_least=True,
        ).explained(partial(_why, stage, WHY_LOSERS, _hold(rivals[0])))
    won = Figure(f"{GROUP}: holders of the one unit", winners, "clients", goal=1)
    return [figure, won.explained(lambda: "more than one client holds it")]


class _rivals:  # noqa: N801 - used as a function
    """Other clients whom the same promo reaches, signed in as well."""

    def __init__(self, stage: Stage, holder: Pair) -> None:
        self._stage, self._holder = stage, holder

    def __enter__(self) -> list[Pair]:
        near = self._stage.psql.rows(
            "near.sql", {"promo_id": self._holder.promo_id, "most": RACERS}
        )
        found = [Pair(self._holder.promo_id, int(row[0])) for row in near]
        with self._stage.app.app_context(), transaction():
            shoppers.sign_in([each.client_id for each in found])
        return found

    def __exit__(self, *_: object) -> None:
        """Their tokens go with the pairs."""


def _hold(pair: Pair) -> Request:
    return Request(PATH, pair.token, f'{{"promo_id": {pair.promo_id}}}', "POST")


def _held(stage: Stage, holds: Load, seconds: int) -> Came:
    _free(stage)
    return holds.run(seconds)


def _by_pgbench(stage: Stage, count: int, seconds: int) -> float:
    _free(stage)
    url = stage.settings.database_url
    return pgbench.transactions_a_second(url, "hold.sql", count, seconds)


def _free(stage: Stage) -> None:
    """Nobody holds anything, and nobody's use of a token is due to be noted."""
    stage.quiet()
    with stage.app.app_context(), transaction(timeout_seconds=600):
        offers.free_again()
        shoppers.just_used()
    stage.tidy("promo_unit", "reservation", "auth_token")


def _count_held(stage: Stage) -> int:
    with stage.app.app_context():
        return session().scalar(HELD, {"first": offers.FIRST}) or 0


def _why(stage: Stage, known: str, request: Request) -> str:
    _free(stage)
    call = partial(Caller(stage.app).milliseconds, request)
    call()
    _free(stage)
    return f"{known}; {explained(stage.engine, call)}"
