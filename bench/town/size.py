"""How much of everything there is."""

from dataclasses import dataclass

DAYS = 28
"""Of notifications, today's included."""
DAYS_OF_DELIVERIES = 7
SHARE_TODAY = 0.2
SHARE_OF_A_DAY = 0.1
"""Which part of the clients is told of something, today and on each day before."""
CHAIN_STORES = 500


@dataclass(frozen=True)
class Size:
    """How many clients, promos and stores."""

    clients: int
    promos: int = 10_000
    stores: int = 2_000

    @property
    def products(self) -> int:
        """Five for each store."""
        return self.stores * 5

    @property
    def chain_stores(self) -> int:
        """How many of the stores belong to one merchant."""
        return min(CHAIN_STORES, self.stores // 2)


WHOLE = Size(clients=1_000_000)
QUICK = Size(clients=200_000)
