"""Client profiles as they are shown: the client with its sign-in, outside id and segments.

The parts stand in tables that are sharded differently, so a page of clients is put together from
one query for each of them rather than from one join.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, true

from flashpromo import db
from flashpromo.accounts import client_sign_ins
from flashpromo.accounts.models import SignIn
from flashpromo.audience import clients, segments
from flashpromo.audience.models import Client, ClientExternal, Segment


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


def page(*, only: int | None = None, limit: int, offset: int) -> tuple[int, Sequence[Profile]]:
    """How many clients there are, and those of one page; just the client `only` if given."""
    seen = Client.id == only if only is not None else true()
    count = db.session().scalar(select(func.count()).select_from(Client).where(seen))
    query = select(Client).where(seen).order_by(Client.id).limit(limit).offset(offset)
    return count or 0, of(db.session().scalars(query).all())


def of(rows: Sequence[Client]) -> list[Profile]:
    """The profiles of these clients, in their order."""
    ids = [row.id for row in rows]
    sign_ins = client_sign_ins.by_client(ids)
    outside = select(ClientExternal).where(ClientExternal.client_id.in_(ids))
    external = {row.client_id: row.external_id for row in db.session().scalars(outside)}
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
