"""Clients: the shoppers, their place, their segments, their sign-in.

All tables written here are sharded; segments, which stand on every node, are only read, and before
the first write. Deleting a client is final: it is personal data. What it was told and what it
bought stays on record under its number.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from flashpromo import audit, cache, db
from flashpromo.accounts import client_sign_ins
from flashpromo.audience import segments
from flashpromo.audience.client_terms import (
    ClientChanges,
    next_zone,
    place,
    plain,
    quiet_hours,
)
from flashpromo.audience.models import Client, ClientExternal, ClientFix
from flashpromo.errors import InvalidFields, NotFound, demand_unchanged

TOLD: Final = ("opted_in", "segment_ids")
"""What the log tells of a client; of all else only that it was given: the log is never erased."""


def create(changes: ClientChanges) -> Client:
    """Add a client; whatever is not given is empty, and it wants to be told of promos.

    Raises:
        InvalidFields: a value is wrong or taken, or a sign-in lacks its name or password.
    """
    now = db.app_now()
    client = Client(segment_ids=segments.require(changes.get("segment_ids", [])))
    _write(client, plain(changes) | place(client, changes, now) | quiet_hours(client, changes))
    client.time_zone = changes.get("time_zone")
    db.session().add(client)
    db.session().flush()
    _save_names(client.id, changes)
    _record("client.created", client.id, {}, _told(client, changes))
    return client


def change(client_id: int, changes: ClientChanges, *, seen: datetime | None = None) -> Client:
    """Change what is given; raises `NotFound` and what `create` raises.

    A new time zone waits for the end of the client's local day. Raises `PreconditionFailed` when
    the client was changed since its `updated_at` was `seen`.
    """
    segment_ids = segments.require(changes["segment_ids"]) if "segment_ids" in changes else None
    client = get(client_id, for_update=True, seen=seen)
    now, before = db.app_now(), audit.snapshot(client, *TOLD)
    values = plain(changes) | place(client, changes, now) | quiet_hours(client, changes)
    if "time_zone" in changes:
        values |= next_zone(client, changes["time_zone"], now)
    if segment_ids is not None:
        values["segment_ids"] = segment_ids
    _write(client, values)
    client.updated_at = now
    db.session().flush()
    _save_names(client.id, changes)
    _record("client.changed", client.id, before, _told(client, changes))
    cache.mark_stale(cache.client_stamp(client.id))
    return client


def remove(client_id: int) -> None:
    """Delete a client with its sign-in, its outside id and its last fix; raises `NotFound`.

    `own_data.erasure` is the whole story: it gives back what the client holds as well.
    """
    client = get(client_id, for_update=True)
    client_sign_ins.remove(client_id)
    for table in (ClientExternal, ClientFix):
        db.session().execute(delete(table).where(table.client_id == client_id))
    db.session().delete(client)
    db.session().flush()
    audit.record("client.erased", "client", client_id)
    cache.mark_stale(cache.client_stamp(client_id))


def get(client_id: int, *, for_update: bool = False, seen: datetime | None = None) -> Client:
    """One client, or `NotFound`; `PreconditionFailed` if its `updated_at` is not the one `seen`."""
    query = select(Client).where(Client.id == client_id)
    if for_update:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    client = db.session().scalar(query)
    if client is None:
        raise NotFound(f"There is no client {client_id}.")
    demand_unchanged(client.updated_at, seen)
    return client


def _told(client: Client, changes: ClientChanges) -> dict[str, Any]:
    personal = sorted(changes.keys() - set(TOLD))
    return audit.snapshot(client, *TOLD) | ({"personal": personal} if personal else {})


def external_ids(client_ids: Sequence[int]) -> Mapping[int, str]:
    """The marketplace's own ids of those that have one."""
    query = select(ClientExternal.client_id, ClientExternal.external_id)
    known = db.session().execute(query.where(ClientExternal.client_id.in_(client_ids)))
    return {row.client_id: row.external_id for row in known}


def _record(action: str, client_id: int, before: dict[str, Any], after: dict[str, Any]) -> None:
    audit.record(action, "client", client_id, before=before, after=after)


def _write(client: Client, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(client, name, value)


def _save_names(client_id: int, changes: ClientChanges) -> None:
    """Write what stands in tables of its own: the sign-in and the outside id."""
    client_sign_ins.save(
        client_id,
        username=changes.get("username"),
        email=changes.get("email"),
        password=changes.get("password"),
    )
    if "external_id" in changes:
        _save_external_id(client_id, changes["external_id"])


def _save_external_id(client_id: int, external_id: str | None) -> None:
    """The outside id is the key of its table and of its shard: a changed one is a new row."""
    present = ClientExternal.client_id == client_id
    stale = delete(ClientExternal).where(present)
    if external_id is None:
        db.session().execute(stale)
        return
    db.session().execute(stale.where(ClientExternal.external_id != external_id))
    values = {"external_id": external_id, "client_id": client_id}
    db.session().execute(insert(ClientExternal).values(values).on_conflict_do_nothing())
    owner = select(ClientExternal.client_id).where(ClientExternal.external_id == external_id)
    if cast(int, db.session().scalar(owner)) != client_id:
        raise InvalidFields({"external_id": "Another client has this outside id."})
