"""The lists that shoppers ask for again and again: unchanged, from the cache, and computed.

Requests a second of 8 connections, held against the bare server's JSON in turn. What is to be
computed is asked for by an address that nobody has asked for before: the list is then made anew, of
promos that other lists have shown already, as that of a client who comes by is.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from itertools import count
from typing import Final

from bench import load, pairs, services
from bench.calling import Caller
from bench.figures import Figure, compared
from bench.load import Came, Request
from bench.pairs import Pair
from bench.stage import Stage
from bench.statements import explained
from bench.town import offers
from bench.town.offers import Offer

GROUP: Final = "lists"
HELLO: Final = "hello JSON"
ONE_SELECT: Final = "hello JSON after one SELECT"
"""What any list can reach at most that is computed."""
SHOPPERS: Final = load.CONNECTIONS
"""One for each connection: a list is believed for two seconds, and then computed once more."""
LIST: Final = "/api/promotions/flash-promos/"
TURNS: Final = 2_000
"""Of each of them: more than are asked for while anything is believed."""
GOALS: Final = {"unchanged": 0.6, "computed": 0.25}
WHY: Final = {
    "unchanged": (
        "beside the bytes of the list, a request counts its rate and looks up token and stamps in"
        " Redis, and passes all doors of the application"
    ),
    "computed": (
        "two statements in PostgreSQL, which plans them each time, two looks into Redis, and a"
        " document written in Python; what one SELECT by a key costs the bare server stands beside"
    ),
}


def run(stage: Stage) -> None:
    """Measure and show all of it."""
    with pairs.made(stage, offers.places(stage.effort.running), Offer(quantity=5)) as found:
        came = _loaded(stage, found)
        figures = [_figure(stage, name, found, came) for name in came if name != HELLO]
    for name, each in came.items():
        if name != HELLO and any(one.refused or one.broken for one in each):
            raise RuntimeError(f"{name}: some requests were refused")
    stage.notes.show("Lists of promos", [_limit(came), *figures])


def _loaded(stage: Stage, found: Sequence[Pair]) -> Mapping[str, list[Came]]:
    asking = found[:: max(1, len(found) // SHOPPERS)][:SHOPPERS]
    turns = {"unchanged": [0], "computed": range(1, TURNS)}
    with ExitStack() as running:
        bare = running.enter_context(services.bare())
        ours = running.enter_context(services.web())
        loads = {
            HELLO: (bare, [Request("/healthz")]),
            ONE_SELECT: (bare, [Request(f"/one-select/{each.promo_id}") for each in asking]),
            "answer of no promo": (ours, [Request("/healthz")]),
            **{
                f"{which}, {how}": (
                    ours,
                    [_asked(which, each, turn) for turn in turns[how] for each in asking],
                )
                for which in ("eligible", "running")
                for how in turns
            },
        }
        prepared = {
            name: running.enter_context(load.prepared(url, requests))
            for name, (url, requests) in loads.items()
        }
        return load.in_turn(prepared, stage.effort.repeats, stage.effort.seconds)


def _asked(which: str, pair: Pair, turn: int = 0) -> Request:
    """The same list by another address in each turn."""
    return Request(f"{LIST}{which}/{f'?turn={turn}' if turn else ''}", pair.token)


def _limit(came: Mapping[str, list[Came]]) -> Figure:
    samples = load.answered(came[HELLO])
    return Figure(f"{GROUP}: {HELLO}", samples.median, "requests/s", samples=samples)


def _figure(
    stage: Stage, name: str, found: Sequence[Pair], came: Mapping[str, list[Came]]
) -> Figure:
    which, _, how = name.partition(", ")
    figure = compared(
        *(f"{GROUP}: {name}", load.granted(came[name]), HELLO, load.answered(came[HELLO])),
        unit="requests/s",
        goal=GOALS.get(how) if which == "eligible" else None,
        at_least=True,
    )
    return figure.explained(lambda: f"{WHY[how]}; {_why(stage, how, which, found[0])}")


def _why(stage: Stage, how: str, which: str, pair: Pair) -> str:
    """Where the time of one such request goes, in this process."""
    turns = count(TURNS)

    def call() -> float:
        turn = 0 if how == "unchanged" else next(turns)
        return Caller(stage.app).milliseconds(_asked(which, pair, turn))

    call()
    return explained(stage.engine, call)
