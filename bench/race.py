"""Fifty clients ask for one unit at the same instant, again and again: one of them gets it.

The same fifty ask the bare server for its JSON in turn, so that what the race itself costs is seen.
"""

import http.client
import json
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Final
from urllib.parse import urlsplit

from bench.figures import Figure, Samples, compared
from bench.load import Request
from bench.stage import Stage
from bench.town import offers, shoppers
from bench.town.cities import CENTRE
from bench.town.offers import Offer
from flashpromo.db import transaction

GROUP: Final = "race"
RACERS: Final = 50
PATH: Final = "/api/promotions/promo-reservations/"
WHY: Final = "a unit was held by several, or by nobody: the log of the run tells by whom"


class Racers:
    """Clients with a connection each, which stays open from race to race."""

    def __init__(self, url: str, count: int) -> None:
        address = urlsplit(url)
        self._connections = [
            http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
            for _ in range(count)
        ]
        self._line = threading.Barrier(count)

    def race(self, requests: Sequence[Request]) -> tuple[float, list[int]]:
        """Send all at once; milliseconds until the last has its answer, and the statuses."""
        with ThreadPoolExecutor(len(requests)) as threads:
            ran = list(threads.map(self._run, self._connections, requests))
        began, ended = min(each[0] for each in ran), max(each[1] for each in ran)
        return (ended - began) * 1000, [each[2] for each in ran]

    def close(self) -> None:
        """Hang up."""
        for connection in self._connections:
            connection.close()

    def _run(
        self, connection: http.client.HTTPConnection, request: Request
    ) -> tuple[float, float, int]:
        headers = {"Authorization": f"Bearer {request.token}", "Content-Type": "application/json"}
        self._line.wait(30)
        began = perf_counter()
        connection.request(request.method, request.path, request.body or None, headers)
        answer = connection.getresponse()
        answer.read()
        return began, perf_counter(), answer.status


def run(stage: Stage, bare: str, ours: str) -> None:
    """Let them race as often as the effort says, for another promo each time."""
    races = stage.effort.rounds * 2
    with stage.app.app_context(), transaction():
        promo_ids = offers.start([CENTRE] * (races + 1), Offer(km=50))
    near = stage.psql.rows("near.sql", {"promo_id": promo_ids[0], "most": RACERS})
    clients = [int(row[0]) for row in near]
    hello, rivals = Racers(bare, len(clients)), Racers(ours, len(clients))
    takings, limits, winners = [], [], []
    for number, promo_id in enumerate(promo_ids):
        stage.quiet()
        with stage.app.app_context(), transaction():
            offers.free_again()
            shoppers.sign_in(clients)
        limit, _ = hello.race([Request("/healthz")] * len(clients))
        taken, statuses = rivals.race([_wanted(each, promo_id) for each in clients])
        if number:  # the first race opens the connections
            takings.append(taken)
            limits.append(limit)
            winners.append(statuses.count(201))
    stage.quiet()
    hello.close()
    rivals.close()
    stage.notes.show("The race", _figures(len(clients), takings, limits, winners))
    with stage.app.app_context(), transaction():
        shoppers.sign_in([])
        offers.remove()


def _wanted(client_id: int, promo_id: int) -> Request:
    body = json.dumps({"promo_id": promo_id})
    return Request(PATH, shoppers.token_of(client_id), body, "POST")


def _figures(
    racers: int, takings: list[float], limits: list[float], winners: list[int]
) -> list[Figure]:
    fair = winners.count(1) / len(winners)
    name = f"{GROUP}: {racers} clients, one unit"
    answered = Samples(takings)
    hello = "hello JSON to as many"
    return [
        compared(f"{name}, until all know", answered, hello, Samples(limits)),
        Figure(
            *(f"{name}, races with one winner", fair, f"of {len(winners)}"),
            goal=1,
            at_least=True,
        ).explained(lambda: WHY),
    ]
