"""Clients, and for each a promo that reaches it: what reservations are made of."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, NamedTuple

from sqlalchemy import text

from bench.stage import Stage
from bench.town import offers, shoppers
from bench.town.offers import Offer, Place
from flashpromo.db import session, transaction

MOST: Final = 25
"""Clients of one promo."""
DROP: Final = text("DROP TABLE IF EXISTS bench_pair")
READ: Final = text("SELECT promo_id, client_id FROM bench_pair ORDER BY n")
TABLES: Final = ("promo", "promo_run", "promo_unit", "product", "store", "auth_token")


class Pair(NamedTuple):
    """A promo and a client that it reaches."""

    promo_id: int
    client_id: int

    @property
    def token(self) -> str:
        """What the client sends."""
        return shoppers.token_of(self.client_id)


@contextmanager
def made(
    stage: Stage, where: Sequence[Place], offer: Offer, most: int = MOST
) -> Iterator[list[Pair]]:
    """Promos at these places with clients near them, who have signed in; gone with the block."""
    with stage.app.app_context(), transaction(timeout_seconds=600):
        session().execute(DROP)
        offers.start(where, offer)
    stage.tidy(*TABLES)
    stage.psql.rows("pairs.sql", {"first": offers.FIRST, "most": most})
    with stage.app.app_context(), transaction():
        session().execute(text("ALTER TABLE bench_pair ADD PRIMARY KEY (n)"))
        found = [Pair(row.promo_id, row.client_id) for row in session().execute(READ)]
        shoppers.sign_in([each.client_id for each in found])
    stage.tidy("auth_token", "bench_pair")
    try:
        yield found
    finally:
        stage.quiet()
        with stage.app.app_context(), transaction(timeout_seconds=600):
            session().execute(DROP)
            shoppers.sign_in([])
            offers.remove()
