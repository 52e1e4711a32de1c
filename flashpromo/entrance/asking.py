"""How often one address may ask for a new password, whosever: it must not fill other people's mail.

Each account has a limit of its own besides, see `accounts.forgotten`, which nobody gets to see.
"""

from typing import Final, cast

from flask import Flask, current_app
from limits import RateLimitItemPerHour

from flashpromo.config import Settings
from flashpromo.entrance import origin
from flashpromo.entrance.counts import Counts
from flashpromo.errors import TooSoon

EXTENSION: Final = "flashpromo_asking"


class Asking:
    """The count of one application."""

    def __init__(self, settings: Settings) -> None:
        self._most = RateLimitItemPerHour(settings.forgotten_per_hour)
        self._counts = Counts(settings, "asking")

    def take(self) -> None:
        """Count the request at hand; raise `TooSoon` when its address has asked too often."""
        key = (self._most, origin.counted_address(), "forgotten")
        if self._counts.take(key) is None:
            wait_seconds = self._counts.wait_seconds(key)
            raise TooSoon("Asked too often.", retry_after_seconds=wait_seconds)


def init_app(app: Flask, settings: Settings) -> None:
    """Give the application its count; connects on first use only."""
    app.extensions[EXTENSION] = Asking(settings)


def count() -> None:
    """Count one more; raises `TooSoon`."""
    cast(Asking, current_app.extensions[EXTENSION]).take()
