"""A client with a row in every table that knows clients."""

from collections.abc import Iterator

from sqlalchemy import Table

from flashpromo import jobs
from flashpromo.accounts import client_sign_ins, tokens
from flashpromo.audience import clients, fixes
from flashpromo.db import Base, app_now, session, transaction
from flashpromo.idempotency.models import KeptAnswer
from tests.story import activate, complete, publish, release, take
from tests.world import LATITUDE, LONGITUDE, World


def tables() -> Iterator[Table]:
    """Every table that says of a row whose it is."""
    for table in Base.metadata.sorted_tables:
        if "client_id" in table.columns:
            yield table


def live(world: World, client_id: int) -> dict[str, int]:
    """Promos by what the client has made of them: bought, given back, held at this moment."""
    with transaction():
        clients.change(
            client_id,
            {"external_id": "crm-1", "username": "alice", "password": "secret-1", "email": "a@b.c"},
        )
        tokens.issue(client_sign_ins.by_client([client_id])[client_id], hours=1)
        fixes.take(client_id, latitude=LATITUDE, longitude=LONGITUDE, accuracy_m=7.5)
        session().add(
            KeptAnswer(
                owner=f"client:{client_id}",
                key="buy-1",
                request_digest=b"",
                status=201,
                body=b"",
                created_at=app_now(),
            )
        )
        products = [world.add_product(name) for name in ("Radio", "Lamp")]
    bought = activate(world, quantity=2)
    jobs.deliver(bought.id)
    given_back, held = (publish(world, product_id=product_id) for product_id in products)
    complete(take(client_id, bought.id))
    release(take(client_id, given_back.id))
    take(client_id, held.id)
    return {"bought": bought.id, "given_back": given_back.id, "held": held.id}
