"""Reading the log: newest first, narrowed by what was changed, where, by whom, and since when.

A long log is read in stretches, from the place where the last one ended: the thousandth costs what
the first one did. Behind each way to narrow it stands an index in the order of time.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypedDict, Unpack

from sqlalchemy import ColumnElement, func, select, true, tuple_

from flashpromo import db
from flashpromo.audit.actors import ActorKind, Door
from flashpromo.audit.models import AuditEvent
from flashpromo.errors import NotFound
from flashpromo.ids import one_of

EQUALS: Final = ("action", "actor_kind", "door")

Place = tuple[datetime, int]
"""Where an event stands in the log: when it was, and its id."""


class EventFilter(TypedDict, total=False):
    """Which events; None and what is missing narrow nothing.

    `store_ids` are the stores whose timelines somebody may see; `subject` is a kind and, unless it
    is None, an id; `actor` is a kind of people and an id, or a name; `until` is the first instant
    that is not asked for.
    """

    store_ids: Collection[int] | None
    subject: tuple[str, object] | None
    actor: tuple[ActorKind, int] | str | None
    actor_kind: ActorKind | None
    action: str | None
    door: Door | None
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True)
class Stretch:
    """Some events side by side, newest first, and whether there are others on either side."""

    events: Sequence[AuditEvent]
    has_newer: bool
    has_older: bool


def page(
    *, limit: int, offset: int = 0, **wanted: Unpack[EventFilter]
) -> tuple[int, Sequence[AuditEvent]]:
    """How many events there are, and those of one page, newest first."""
    where = _wanted(wanted)
    count = db.session().scalar(select(func.count()).select_from(AuditEvent).where(where))
    newest = select(AuditEvent).where(where).order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
    return count or 0, db.session().scalars(newest.limit(limit).offset(offset)).all()


def stretch(
    *,
    limit: int,
    older_than: Place | None = None,
    newer_than: Place | None = None,
    **wanted: Unpack[EventFilter],
) -> Stretch:
    """A stretch of the log, without counting it: the newest, or beside a place in it."""
    where, backwards = _wanted(wanted), newer_than is not None
    key = tuple_(AuditEvent.at, AuditEvent.id)
    if newer_than is not None:
        where &= key > newer_than
    elif older_than is not None:
        where &= key < older_than
    columns = (AuditEvent.at, AuditEvent.id)
    order = [each.asc() if backwards else each.desc() for each in columns]
    found = select(AuditEvent).where(where).order_by(*order).limit(limit + 1)
    events = list(db.session().scalars(found))
    goes_on = len(events) > limit
    events = events[:limit][:: -1 if backwards else 1]
    if backwards:
        return Stretch(events, has_newer=goes_on, has_older=True)
    return Stretch(events, has_newer=older_than is not None, has_older=goes_on)


def get(event_id: int) -> AuditEvent:
    """One event; raises `NotFound`."""
    event = db.session().get(AuditEvent, event_id)
    if event is None:
        raise NotFound
    return event


def place_of(event: AuditEvent) -> Place:
    """Where an event stands in the log."""
    return event.at, event.id


def _wanted(wanted: EventFilter) -> ColumnElement[bool]:
    where: ColumnElement[bool] = true()
    if (store_ids := wanted.get("store_ids")) is not None:
        where &= one_of(AuditEvent.store_id, store_ids)
    if (subject := wanted.get("subject")) is not None:
        where &= _of_subject(*subject)
    if (actor := wanted.get("actor")) is not None:
        where &= _by(actor)
    for name in EQUALS:
        if (value := wanted.get(name)) is not None:
            where &= getattr(AuditEvent, name) == value
    if (since := wanted.get("since")) is not None:
        where &= AuditEvent.at >= since
    if (until := wanted.get("until")) is not None:
        where &= AuditEvent.at < until
    return where


def _of_subject(kind: str, subject_id: object) -> ColumnElement[bool]:
    of_kind = AuditEvent.subject_kind == kind
    return of_kind if subject_id is None else of_kind & (AuditEvent.subject_id == str(subject_id))


def _by(actor: tuple[ActorKind, int] | str) -> ColumnElement[bool]:
    if isinstance(actor, str):
        return AuditEvent.actor_name == actor
    kind, actor_id = actor
    return (AuditEvent.actor_kind == kind) & (AuditEvent.actor_id == actor_id)
