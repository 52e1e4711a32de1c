"""Failed sign-ins are limited, whatever the door; successes never count.

Three counts, each over a minute. *A name from an address*: a person who has forgotten a password.
*An address*, over all names: one password tried on everybody; it may fail as often as ten names,
for many people may share it. *A name*, over all addresses: a crowd of machines guessing one
account's password. That one also shuts its owner out while it lasts, so it is ten times the first:
nobody reaches it from fewer than ten addresses at once, and it is over a minute after they stop.

A check of a password takes its place in the counts before it begins and gives it back unless it
fails: however many come at one instant, no more are looked at than may fail.

Where the counts stand, see `counts`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import Final, cast

from flask import Flask, current_app
from limits import RateLimitItemPerMinute

from flashpromo.accounts.password_change import WrongPassword
from flashpromo.config import Settings
from flashpromo.entrance import origin
from flashpromo.entrance.counts import Counts, Key, Place
from flashpromo.errors import TooSoon, WrongCredentials

EXTENSION: Final = "flashpromo_failures"
NAMES_AN_ADDRESS: Final = 10
ADDRESSES_A_NAME: Final = 10


class Failures:
    """The counts of one application."""

    def __init__(self, settings: Settings) -> None:
        most = settings.sign_in_failures_per_minute
        self._of_both = RateLimitItemPerMinute(most)
        self._of_address = RateLimitItemPerMinute(most * NAMES_AN_ADDRESS)
        self._of_name = RateLimitItemPerMinute(most * ADDRESSES_A_NAME)
        self._counts = Counts(settings, "failures")

    def take(self, username: str) -> Sequence[Place]:
        """Count one more in all of the counts, or in none; raise `TooSoon` when one is full."""
        taken: list[Place] = []
        for key in self._keys(username):
            place = self._counts.take(key)
            if place is None:
                self.give_back(taken)
                raise TooSoon(
                    "Too many failed sign-ins.", retry_after_seconds=self._counts.wait_seconds(key)
                )
            taken.append(place)
        return taken

    def give_back(self, taken: Sequence[Place]) -> None:
        """Count them no more.

        The newest of a count goes, whose ever it is: they differ by the moment that a check takes.
        """
        for place in taken:
            self._counts.give_back(place)

    def _keys(self, username: str) -> tuple[Key, ...]:
        name = sha256(ascii(username).encode()).hexdigest()  # whatever was sent, of fixed length
        address = origin.counted_address()
        return (
            (self._of_both, address, name),
            (self._of_address, address, "any name"),
            (self._of_name, "any address", name),
        )


def init_app(app: Flask, settings: Settings) -> None:
    """Give the application its counts; connects on first use only."""
    app.extensions[EXTENSION] = Failures(settings)


@contextmanager
def limited(username: str) -> Iterator[None]:
    """Put around the check of a password: refuse it, or count it if it fails.

    Raises:
        TooSoon: too many have failed, or are being checked; the password is not even looked at.
    """
    failures = cast(Failures, current_app.extensions[EXTENSION])
    taken = failures.take(username)
    try:
        yield
    except (WrongCredentials, WrongPassword):
        raise
    except BaseException:
        failures.give_back(taken)
        raise
    failures.give_back(taken)
