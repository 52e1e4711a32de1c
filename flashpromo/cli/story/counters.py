"""Where the guests shop: over HTTP if the web process answers, else straight in the domain.

Both answer with the same status and code, so the story is the same; over HTTP it is what a phone
would see.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any, Final, Protocol

from flask import Flask

from flashpromo.checkout import hold, settle
from flashpromo.checkout.models import Reservation
from flashpromo.db import app_now, transaction
from flashpromo.demo.guests import Guest
from flashpromo.errors import DomainError
from flashpromo.promos import reaching

TIMEOUT_SECONDS: Final = 30
RESERVATIONS: Final = "/api/promotions/promo-reservations/"
ELIGIBLE: Final = "/api/promotions/flash-promos/eligible/?page_size=100"


@dataclass(frozen=True)
class Answer:
    """What a guest got: the status and, for a refusal, its code; how long it took."""

    status: int
    body: dict[str, Any]
    seconds: float

    @property
    def code(self) -> str:
        """The code of a refusal, `ok` of anything else."""
        return str(self.body.get("code", "ok"))


class Counter(Protocol):
    """What a guest can do."""

    name: str

    def reserve(self, guest: Guest, promo_id: int) -> Answer:
        """Hold a unit."""
        ...

    def complete(self, guest: Guest, reservation: int) -> Answer:
        """Buy what is held."""
        ...

    def eligible(self, guest: Guest) -> set[int]:
        """The ids of the promos that the guest may take now."""
        ...


class HttpCounter:
    """The JSON API on this machine."""

    def __init__(self, port: int) -> None:
        self.name = f"HTTP on 127.0.0.1:{port}"
        self._port = port

    def serves(self, guest: Guest) -> bool:
        """Whether a web process answers there, and on the same database: it knows the guest."""
        try:
            return self._ask("GET", ELIGIBLE, guest).status == 200
        except (OSError, HTTPException, ValueError):
            return False

    def reserve(self, guest: Guest, promo_id: int) -> Answer:
        """POST …/promo-reservations/."""
        return self._ask("POST", RESERVATIONS, guest, {"promo_id": promo_id})

    def complete(self, guest: Guest, reservation: int) -> Answer:
        """POST …/complete/."""
        return self._ask("POST", f"{RESERVATIONS}{reservation}/complete/", guest)

    def eligible(self, guest: Guest) -> set[int]:
        """GET …/eligible/."""
        return {promo["id"] for promo in self._ask("GET", ELIGIBLE, guest).body["results"]}

    def _ask(self, method: str, path: str, guest: Guest, body: Any = None) -> Answer:
        headers = {"Authorization": f"Bearer {guest.token}", "Content-Type": "application/json"}
        sent = None if body is None else json.dumps(body)
        connection = HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_SECONDS)
        try:
            started = time.perf_counter()
            connection.request(method, path, sent, headers)
            response = connection.getresponse()
            said = json.loads(response.read())
            return Answer(response.status, said, time.perf_counter() - started)
        finally:
            connection.close()


class DomainCounter:
    """The domain in this process; each guest with a context and a connection of its own."""

    name = "the domain, because no web process of this database answers"

    def __init__(self, app: Flask) -> None:
        self._app = app

    def reserve(self, guest: Guest, promo_id: int) -> Answer:
        """Hold a unit in a transaction."""
        return self._do(201, lambda: _shown(hold.hold(guest.client_id, promo_id)))

    def complete(self, guest: Guest, reservation: int) -> Answer:
        """Buy what is held in a transaction."""
        return self._do(200, lambda: _shown(settle.complete(guest.client_id, reservation)))

    def eligible(self, guest: Guest) -> set[int]:
        """Read the list anew."""
        with self._app.app_context(), transaction():
            return {promo.id for promo in reaching.promos(guest.client_id, app_now())}

    def _do(self, status: int, deed: Callable[[], dict[str, Any]]) -> Answer:
        started = time.perf_counter()
        try:
            with self._app.app_context(), transaction():
                return Answer(status, deed(), time.perf_counter() - started)
        except DomainError as refusal:
            said = {"code": refusal.code, "detail": refusal.detail}
            return Answer(refusal.status, said, time.perf_counter() - started)


def choose(app: Flask, port: int, guest: Guest) -> Counter:
    """The web process on `port` if it serves the guest, else the domain."""
    http = HttpCounter(port)
    return http if http.serves(guest) else DomainCounter(app)


def _shown(held: Reservation) -> dict[str, Any]:
    return {
        "id": held.id,
        "created_at": held.created_at.isoformat(),
        "expires_at": held.expires_at.isoformat(),
    }
