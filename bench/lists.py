"""The lists that shoppers ask for again and again: unchanged, from the cache, and computed.

Requests a second of 8 connections, held against the bare server's JSON in turn. A second web server
remembers nothing, so that each of its answers is computed.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Final

from bench import load, pairs, services
from bench.calling import Caller
from bench.figures import Figure, compared
from bench.load import Came, Request
from bench.pairs import Pair
from bench.stage import Stage, make_app
from bench.statements import explained
from bench.town import offers
from bench.town.offers import Offer
from flashpromo.db import db

GROUP: Final = "lists"
HELLO: Final = "hello JSON"
SHOPPERS: Final = load.CONNECTIONS
"""One for each connection: a list is believed for two seconds, and then computed once more."""
LIST: Final = "/api/promotions/flash-promos/"
NOT_REMEMBERED: Final = "0.001"
GOALS: Final = {"unchanged": 0.6, "computed": 0.25}
WHY: Final = {
    "unchanged": (
        "beside the bytes of the list, a request counts its rate and looks up token and stamps in"
        " Redis, and passes all doors of the application"
    ),
    "computed": (
        "the rows become objects and these a document, in Python, which the bare server never does"
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
    forgetful = {**services.UNLIMITED, "FLASHPROMO_CACHED_LIST_SECONDS": NOT_REMEMBERED}
    with ExitStack() as running:
        bare = running.enter_context(services.bare())
        ours = running.enter_context(services.web())
        computing = running.enter_context(services.web(settings=forgetful))
        loads = {
            HELLO: (bare, [Request("/healthz")]),
            "answer of no promo": (ours, [Request("/healthz")]),
            **{
                f"{which}, {how}": (url, [_asked(which, each) for each in asking])
                for which in ("eligible", "running")
                for how, url in (("unchanged", ours), ("computed", computing))
            },
        }
        prepared = {
            name: running.enter_context(load.prepared(url, requests))
            for name, (url, requests) in loads.items()
        }
        return load.in_turn(prepared, stage.effort.repeats, stage.effort.seconds)


def _asked(which: str, pair: Pair) -> Request:
    return Request(f"{LIST}{which}/", pair.token)


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
    return figure.explained(lambda: f"{WHY[how]}; {_why(stage, how, _asked(which, found[0]))}")


def _why(stage: Stage, how: str, request: Request) -> str:
    """Where the time of one such request goes, in this process."""
    seconds = {} if how == "unchanged" else {"cached_list_seconds": float(NOT_REMEMBERED)}
    app = make_app(stage.settings.model_copy(update=seconds))
    call = partial(Caller(app).milliseconds, request)
    call()
    with app.app_context():
        return explained(db.engine, call)
