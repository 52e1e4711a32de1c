"""The parts of the menu, in their order; templates say their names in the reader's language."""

from typing import Final

MARKET: Final = "market"
PROMOS: Final = "promos"
CHECKOUT: Final = "checkout"
CLIENTS: Final = "clients"
NOTIFICATIONS: Final = "notifications"
ACCOUNTS: Final = "accounts"
OPERATIONS: Final = "operations"

CATEGORIES: Final = (MARKET, PROMOS, CHECKOUT, CLIENTS, NOTIFICATIONS, ACCOUNTS, OPERATIONS)
