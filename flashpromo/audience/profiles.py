"""Client profiles as they are shown: the client with its sign-in, outside id and segments.

The parts stand in tables that are sharded differently, so a page of clients is put together from
one query for each of them rather than from one join.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, true

from flashpromo import db
from flashpromo.accounts import client_sign_ins, sign_ins
from flashpromo.accounts.models import SignIn
from flashpromo.audience import clients, segments
from flashpromo.audience.models import Client, ClientExternal, Segment
from flashpromo.errors import NotFound


@dataclass(frozen=True)
class Profile:
    """One client and what belongs to it; no sign-in and no outside id is normal."""

    client: Client
    sign_in: SignIn | None
    external_id: str | None
    segments: Sequence[Segment]


def get(client_id: int) -> Profile:
    """One profile, or `NotFound`."""
    return of([clients.get(client_id)])[0]


def client_id_of(external_id: str) -> int:
    """The client that the marketplace calls so, or `NotFound`."""
    known = select(ClientExternal.client_id).where(ClientExternal.external_id == external_id)
    client_id = db.session().scalar(known)
    if client_id is None:
        raise NotFound(f"There is no client {external_id!r}.")
    return client_id


def page(
    *,
    only: int | None = None,
    external_id: str | None = None,
    username: str | None = None,
    limit: int,
    offset: int,
) -> tuple[int, Sequence[Profile]]:
    """How many clients there are, and those of one page.

    Args:
        only: just this client.
        external_id: just the client that the marketplace calls so.
        username: just the client that signs in by this name.
        limit: how many a page has.
        offset: how many come before it.
    """
    seen = Client.id == only if only is not None else true()
    for found in _named(external_id, username):
        seen &= Client.id.in_(found)
    count = db.session().scalar(select(func.count()).select_from(Client).where(seen))
    query = select(Client).where(seen).order_by(Client.id).limit(limit).offset(offset)
    return count or 0, of(db.session().scalars(query).all())


def _named(external_id: str | None, username: str | None) -> Iterator[list[int]]:
    """Who is called so: one or none for each name; they stand in tables of other shards."""
    if external_id is not None:
        outside = select(ClientExternal.client_id)
        yield list(db.session().scalars(outside.where(ClientExternal.external_id == external_id)))
    if username is not None:
        found = sign_ins.find(username)
        yield [] if found is None or found.client_id is None else [found.client_id]


def of(rows: Sequence[Client]) -> list[Profile]:
    """The profiles of these clients, in their order."""
    ids = [row.id for row in rows]
    sign_ins = client_sign_ins.by_client(ids)
    external = clients.external_ids(ids)
    known = segments.by_id({segment_id for row in rows for segment_id in row.segment_ids})
    return [
        Profile(
            row,
            sign_ins.get(row.id),
            external.get(row.id),
            [known[segment_id] for segment_id in sorted(row.segment_ids) if segment_id in known],
        )
        for row in rows
    ]
