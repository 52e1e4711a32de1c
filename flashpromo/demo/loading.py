"""Load the demo, again and again: what is missing is made, what has aged is refreshed.

It comes in steps, each of them one transaction of the door: tables that stand on every node must
not be written after sharded ones, and a person sees what takes its time.
"""

from collections.abc import Callable, Iterator
from functools import partial

from sqlalchemy import select

from flashpromo import campaign, config
from flashpromo.accounts.models import SignIn
from flashpromo.audience.importing import import_clients
from flashpromo.bulk.source import Record
from flashpromo.bulk.staging import RowResult
from flashpromo.db import app_now, session
from flashpromo.demo import market, offers, people, upkeep
from flashpromo.errors import Conflict

Step = Callable[[], str]
"""One transaction's work; what it returns is said to the person who waits, if anything."""


class NotForProduction(Conflict):
    """Everybody knows the passwords of the demo."""

    code = "not_for_production"
    title = "The demo is not for production: its passwords are public (FLASHPROMO_ENV=production)."


def steps() -> Iterator[Step]:
    """Every step of loading, in order; take the next one when the last has been committed.

    Raises:
        NotForProduction: before anything is written.
    """
    refuse_in_production()
    yield partial(_silently, market.ensure_segments)
    yield partial(_silently, market.ensure_users)
    yield partial(_silently, market.ensure_shops)
    yield bring_characters
    yield bring_crowd
    for offer in offers.OFFERS:
        now = app_now()
        if upkeep.is_there(offer, now):
            continue
        for promo_id in upkeep.in_the_way(offer, now):
            yield partial(_cancel, promo_id)
        yield partial(upkeep.make, offer)


def refuse_in_production() -> None:
    """Raise `NotForProduction` where the demo has no place."""
    if config.current().environment == "production":
        raise NotForProduction


def bring_characters() -> str:
    """Put the named clients into their places."""
    names = list(people.CHARACTERS)
    known = session().scalars(select(SignIn.username).where(SignIn.username.in_(names)))
    return _bring(people.characters(app_now(), market.PASSWORD, frozenset(known)), "characters")


def bring_crowd() -> str:
    """Bring the crowd, or give it fresh fixes."""
    return _bring(people.crowd(app_now()), "clients around Mexico City")


def _bring(records: Iterator[Record], what: str) -> str:
    bad: list[RowResult] = []
    done = import_clients(records, bad.append)
    left_out = "".join(f"\n  row {row.line}: {row.field} {row.reason}" for row in bad)
    return f"{done.imported:,} {what} ({done.created:,} new){left_out}"


def _cancel(promo_id: int) -> str:
    campaign.cancel(promo_id)
    return f"promo {promo_id} of an earlier load makes way"


def _silently(ensure: Callable[[], None]) -> str:
    ensure()
    return ""
