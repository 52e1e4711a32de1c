"""Clients as documents, a page at a time."""

from collections.abc import Sequence
from datetime import datetime

from flashpromo.api import etags
from flashpromo.api.shapes.audience import ClientOut
from flashpromo.audience import clients, profiles
from flashpromo.audience.profiles import Profile
from flashpromo.db import app_now
from flashpromo.notify.queries import last_told


def many(found: Sequence[Profile]) -> list[ClientOut]:
    """The documents of these clients; one query for what they were told last."""
    told = last_told([profile.client.id for profile in found])
    now = app_now()
    return [ClientOut.of_profile(profile, told.get(profile.client.id), now) for profile in found]


def one(client_id: int) -> ClientOut:
    """The document of one client, or `NotFound`."""
    return many([profiles.get(client_id)])[0]


def seen(client_id: int) -> datetime | None:
    """The version of the client that the caller has seen; raises `PreconditionFailed`."""

    def read() -> tuple[ClientOut, datetime]:
        # The version first: a document that is read later than it can only be refused.
        version = clients.get(client_id).updated_at
        return one(client_id), version

    return etags.seen(read)
