"""What the processes of a race do: one transaction each, as a door has."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import text

from flashpromo import cache, campaign, config, jobs
from flashpromo.accounts import tokens
from flashpromo.accounts.models import SignIn, User
from flashpromo.checkout import hold as holds
from flashpromo.checkout import queries, settle
from flashpromo.cli import rounds
from flashpromo.db import app_now, session, transaction
from flashpromo.notify import delivery
from flashpromo.promos import catalogue, lifecycle
from flashpromo.promos.terms import Terms


def use_redis(url: str) -> None:
    """Look for hints there from now on."""
    settings = config.current().model_copy(update={"redis_url": url})
    cache.init_app(current_app._get_current_object(), settings)


def hold(client_id: int, promo_id: int) -> UUID:
    with transaction():
        return holds.hold(client_id, promo_id).reservation_id


def complete(client_id: int, reservation_id: UUID) -> tuple[UUID, datetime | None]:
    with transaction():
        sold = settle.complete(client_id, reservation_id)
    return sold.reservation_id, sold.completed_at


def activate(promo_id: int) -> dict[int, int]:
    with transaction():
        return campaign.activate_due([promo_id]).notified


def cancel(promo_id: int) -> None:
    with transaction():
        campaign.cancel(promo_id)


def publish(terms: Terms) -> int:
    with transaction():
        return lifecycle.create(terms, publish=True).id


def change(promo_id: int, changes: dict[str, Any]) -> int:
    with transaction():
        return lifecycle.change(promo_id, changes).id


def set_regular_price(product_id: int, price: Decimal) -> Decimal:
    with transaction():
        changed = catalogue.change_product(product_id, None, regular_price=price)
        return changed.regular_price


def remove_store(store_id: int) -> None:
    with transaction():
        catalogue.remove_store(store_id, None)


def complete_own(client_id: int) -> tuple[UUID, datetime | None]:
    """Complete the client's latest reservation."""
    _, (latest, *_) = queries.page(client_id)
    session().rollback()
    return complete(client_id, latest.reservation_id)


def later(seconds: float, act: Callable[..., Any], *args: Any) -> Any:
    """The act, a moment after the common start."""
    time.sleep(seconds)
    return act(*args)


def at(moment: datetime, act: Callable[..., Any], *args: Any) -> Any:
    """The act, at a moment of the rules' clock."""
    with transaction():
        seconds = (moment - app_now()).total_seconds()
    return later(max(0.0, seconds), act, *args)


def run_activation(promo_id: int) -> None:
    jobs.activate(promo_id)


def run_delivery(promo_id: int) -> list[int]:
    """Work as a worker does; how many rows each settling changed."""
    changed: list[int] = []
    settle_batch = delivery.settle

    def settle_and_note(*args: Any) -> int:
        changed.append(settle_batch(*args))
        return changed[-1]

    delivery.settle = settle_and_note
    try:
        jobs.deliver(promo_id)
    finally:
        delivery.settle = settle_batch
    return changed


def sweep() -> None:
    """What the scheduler does every second, its timetable left out."""
    rounds.sweep_activations()
    rounds.sweep_deliveries()
    rounds.sweep_finished()


def issue_token(client_id: int | None) -> str:
    """A token of a new sign-in of the client, or of a new operator."""
    with transaction():
        operator = User(is_operator=True)
        if client_id is None:
            session().add(operator)
            session().flush()
        owner = {"client_id": client_id, "user_id": operator.id}
        sign_in = SignIn(username=f"person-{client_id}", password_hash="-", **owner)
        session().add(sign_in)
        session().flush()
        issued = tokens.issue(sign_in, hours=1).token
        session().flush()
        # Used a moment ago: no request has that to write down first.
        session().execute(text("UPDATE auth_token SET last_used_at = app_now()"))
        return issued


def post(token: str, path: str, body: Any, key: str) -> tuple[int, bytes]:
    """Send a request with a key, as often as it takes; the last status and body."""
    app = current_app._get_current_object()
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    for _ in range(1000):
        with app.app_context():
            answer = app.test_client().post(path, json=body, headers=headers)
        if answer.status_code != 409 or answer.json["code"] != "idempotency_in_flight":
            break
        time.sleep(0.01)
    return answer.status_code, answer.data


def edit(token: str, method: str, path: str, body: Any, tag: str) -> tuple[int, str]:
    """Send a change of what has this tag; the status, and the code of a refusal."""
    app = current_app._get_current_object()
    headers = {"Authorization": f"Bearer {token}", "If-Match": tag}
    with app.app_context():
        answer = app.test_client().open(path, method=method, json=body, headers=headers)
    return answer.status_code, (answer.json or {}).get("code", "")


def post_as_one(writers: int, token: str, path: str, body: Any, key: str) -> list[Any]:
    """What so many threads of this process are told who send the same request once each."""
    app = current_app._get_current_object()
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}

    def send(_: int) -> tuple[int, bytes]:
        with app.app_context():
            answer = app.test_client().post(path, json=body, headers=headers)
        return answer.status_code, answer.data

    with ThreadPoolExecutor(writers) as threads:
        return list(threads.map(send, range(writers)))
