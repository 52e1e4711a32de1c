"""Delivery: the in-app inbox as soon as the row is there, and every channel that gets deliveries.

Whatever channels the registry has are measured, each by itself. One that sends over a network gets
a sink on this machine: see `bench/sinks.py`.
"""

import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from flask import Flask
from sqlalchemy import text

from bench import sinks, waves
from bench.activation import radius
from bench.figures import Figure, Samples
from bench.stage import Stage, make_app
from bench.statements import explained
from bench.timing import timed
from bench.town import offers
from bench.town.cities import CENTRE
from flashpromo import campaign, jobs
from flashpromo.db import db, session, transaction
from flashpromo.guarded_redis import connect
from flashpromo.news import topic
from flashpromo.notify.channels import log_lines, registry

GROUP: Final = "delivery"
A_SECOND: Final = 100_000 / 60
HEARD_MS: Final = 100
WHY: Final = "one process sends batch after batch, and waits for the database twice for each"
MAILS: Final = "email"
ADDRESSES: Final = text("""
INSERT INTO sign_in (username, email, password_hash, client_id)
SELECT 'bench-mail-' || client_id, 'client-' || client_id || '@clients.example', '-', client_id
FROM notification
WHERE promo_id = :promo_id AND local_day > current_date - 2
""")
NO_ADDRESSES: Final = text("DELETE FROM sign_in WHERE username LIKE 'bench-mail-%'")
SENT: Final = text("""
SELECT count(*) FROM delivery
WHERE promo_id = :promo_id AND channel = :channel AND state = 'sent'
  AND local_day > current_date - 2
""")


def run(stage: Stage) -> None:
    """Measure and show all of it."""
    many, fewer = radius(stage, stage.effort.imported), radius(stage, stage.effort.told)
    channels = {name: fewer if name == MAILS else many for name in registry.CHANNELS}
    figures = [_inbox(stage), *(_channel(stage, *each) for each in channels.items())]
    stage.notes.show("Delivery", figures)
    with stage.app.app_context(), transaction():
        offers.remove()


def _inbox(stage: Stage) -> Figure:
    """From the moment when the wave has written all rows until a listener hears of them."""
    lags = Samples([_heard_after(stage) for _ in range(stage.effort.rounds)])
    name = f"{GROUP}: inbox, heard after the last row"
    figure = Figure(name, lags.median, "ms", goal=HEARD_MS, samples=lags)
    return figure.explained(lambda: "the listener hears through Redis, after the commit")


def _heard_after(stage: Stage) -> float:
    promo_id = waves.due(stage, CENTRE, radius(stage, stage.effort.told))
    with _listening(stage) as heard, stage.app.app_context(), transaction(timeout_seconds=600):
        campaign.activate_due([promo_id])
        written = time.perf_counter()
    heard.wait(10)
    waves.untell(stage)
    return (heard.moment - written) * 1000


class _Heard(threading.Event):
    """When the listener heard."""

    moment = 0.0


@contextmanager
def _listening(stage: Stage) -> Iterator[_Heard]:
    redis: Any = connect(stage.settings)
    heard, topics = _Heard(), redis.pubsub(ignore_subscribe_messages=True)
    topics.subscribe(topic.topic_of(redis))
    topics.get_message(timeout=5)

    def listen() -> None:
        while not heard.is_set() and not over.is_set():
            if topics.get_message(timeout=1):
                heard.moment = time.perf_counter()
                heard.set()

    over = threading.Event()
    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    try:
        yield heard
        heard.wait(10)
    finally:
        over.set()
        thread.join()
        topics.close()
        redis.close()


def _channel(stage: Stage, name: str, km: float) -> Figure:
    """Deliveries a second of one worker, over one channel."""
    with sinks.of(name) as told:
        settings = stage.settings.model_copy(update={"channels": (name,), **told})
        app = make_app(settings)
        rates, sent = [], 0
        for _ in range(stage.effort.repeats):
            promo_id = _ordered(stage, app, km)
            seconds = _deliver(app, promo_id) / 1000
            with app.app_context():
                sent = session().scalar(SENT, {"promo_id": promo_id, "channel": name}) or 0
            rates.append(sent / seconds)
            _forget(stage)
        value = Samples(rates)
        figure = Figure(
            *(f"{GROUP}: {name}, {sent:,} deliveries", value.median, "deliveries/s"),
            goal=None if name == MAILS else round(A_SECOND),
            at_least=True,
            samples=value,
        )
        return figure.explained(lambda: f"{WHY}; {_why(stage, app, km)}")


def _ordered(stage: Stage, app: Flask, km: float) -> int:
    """A promo whose deliveries wait; every client has an address."""
    promo_id = waves.due(stage, CENTRE, km)
    with app.app_context(), transaction(timeout_seconds=600):
        campaign.activate_due([promo_id])
        session().execute(ADDRESSES, {"promo_id": promo_id})
    stage.tidy("delivery", "sign_in")
    return promo_id


def _forget(stage: Stage) -> None:
    waves.untell(stage)
    with stage.app.app_context(), transaction():
        session().execute(NO_ADDRESSES)


def _deliver(app: Flask, promo_id: int) -> float:
    with app.app_context(), _lines_to_nowhere():
        return timed(lambda: jobs.deliver(promo_id))


def _why(stage: Stage, app: Flask, km: float) -> str:
    promo_id = _ordered(stage, app, km)
    with app.app_context():
        told = explained(db.engine, lambda: _deliver(app, promo_id))
    _forget(stage)
    return told


@contextmanager
def _lines_to_nowhere() -> Iterator[None]:
    """The log channel writes its lines, as it does in a worker; nobody keeps them."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123 - a device
        handler, level = logging.StreamHandler(nowhere), log_lines.log.level
        log_lines.log.addHandler(handler)
        log_lines.log.setLevel(logging.INFO)
        log_lines.log.propagate = False
        try:
            yield
        finally:
            log_lines.log.removeHandler(handler)
            log_lines.log.setLevel(level)
            log_lines.log.propagate = True
