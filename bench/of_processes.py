"""What each process of the service takes in memory, while everybody is told by one promo.

They run as always: web, workers and scheduler. The promo is due, so the scheduler finds it, and a
worker activates it; meanwhile the web is asked for lists.
"""

import time
from contextlib import ExitStack
from typing import Final, NamedTuple

from sqlalchemy import text

from bench import load, memory, services, waves
from bench.figures import Figure
from bench.load import Request
from bench.memory import Most
from bench.stage import Stage
from bench.town import offers, shoppers
from bench.town.cities import CENTRE
from flashpromo.db import session, transaction

GROUP: Final = "memory"
MOST_MB: Final = 200
PLOT: Final = "memory-of-processes"
WIDEST_KM: Final = 50
PATIENCE_SECONDS: Final = 240
NAMES: Final = {
    "worker activation": ("worker", "activation"),
    "worker delivery": ("worker", "delivery"),
    "scheduler": ("scheduler",),
}
NOTIFIED: Final = text("SELECT notified_count FROM promo_run WHERE promo_id = :promo_id")
WHY: Final = "what a process imports is most of it: the web framework, SQLAlchemy and both consoles"


class Found(NamedTuple):
    """What was taken at one number of clients."""

    clients: int
    most: Most


def measured(stage: Stage, clients: int) -> Found:
    """Start the processes, let one promo tell everybody, and look how much they take."""
    settings = {
        "FLASHPROMO_CHANNELS": "inbox",
        "DATABASE_URL": stage.settings.database_url,
        "REDIS_URL": stage.settings.redis_url,
    }
    waves.forget_all(stage)
    with stage.app.app_context(), transaction():
        shoppers.sign_in([1])
    with ExitStack() as running:
        roots = {
            name: running.enter_context(services.flask(*command, settings=settings))
            for name, command in NAMES.items()
        }
        live = ("live", "--host", "127.0.0.1", "--port", str(services.free_port()))
        roots["live"] = running.enter_context(services.flask(*live, settings=settings))
        web = running.enter_context(services.serving(settings={**services.UNLIMITED, **settings}))
        roots["web"] = web.pid
        most = running.enter_context(memory.watched(roots))
        promo_id = waves.due(stage, CENTRE, WIDEST_KM)
        lists = Request("/api/promotions/flash-promos/eligible/", shoppers.token_of(1))
        with load.prepared(web.url, [lists]) as asking:
            asking.run(1)
        _await(stage, promo_id)
    stage.quiet()
    waves.forget_all(stage)
    with stage.app.app_context(), transaction():
        offers.remove()
        shoppers.sign_in([])
    return Found(clients, most)


def show(stage: Stage, found: list[Found]) -> None:
    """The largest process of each kind, at each size."""
    figures = []
    for clients, most in found:
        for kind in sorted(most.rss):
            stage.notes.point(PLOT, kind, clients, most.rss[kind])
            shared = Figure(f"{GROUP}: {kind}, {clients:,} clients, PSS", most.pss[kind], "MB")
            whole = Figure(
                f"{GROUP}: {kind}, {clients:,} clients, RSS", most.rss[kind], "MB", goal=MOST_MB
            )
            figures += [whole.explained(lambda: WHY), shared]
    stage.notes.show("Memory of the processes", figures)


def _await(stage: Stage, promo_id: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    with stage.app.app_context():
        while time.monotonic() < deadline:
            if session().scalar(NOTIFIED, {"promo_id": promo_id}) is not None:
                session().rollback()
                return
            session().rollback()
            time.sleep(0.1)
    raise RuntimeError(f"promo {promo_id} has not started")
