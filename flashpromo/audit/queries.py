"""Reading the log: newest first, narrowed by what was changed, where, by whom, and since when."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypedDict, Unpack

from sqlalchemy import ColumnElement, func, select, true

from flashpromo import db
from flashpromo.audit.actors import ActorKind
from flashpromo.audit.models import AuditEvent


class EventFilter(TypedDict, total=False):
    """Which events; None and what is missing narrow nothing.

    `store_ids` are the stores whose timelines somebody may see; `subject` is a kind and, unless it
    is None, an id; `actor` is a kind of people and an id, or a name.
    """

    store_ids: Collection[int] | None
    subject: tuple[str, object] | None
    actor: tuple[ActorKind, int] | str | None
    action: str | None
    since: datetime | None


def page(
    *, limit: int, offset: int = 0, **wanted: Unpack[EventFilter]
) -> tuple[int, Sequence[AuditEvent]]:
    """How many events there are, and those of one page, newest first."""
    where = _wanted(wanted)
    count = db.session().scalar(select(func.count()).select_from(AuditEvent).where(where))
    newest = select(AuditEvent).where(where).order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
    return count or 0, db.session().scalars(newest.limit(limit).offset(offset)).all()


def _wanted(wanted: EventFilter) -> ColumnElement[bool]:
    where: ColumnElement[bool] = true()
    if (store_ids := wanted.get("store_ids")) is not None:
        where &= AuditEvent.store_id.in_(store_ids)
    if (subject := wanted.get("subject")) is not None:
        where &= _of_subject(*subject)
    if (actor := wanted.get("actor")) is not None:
        where &= _by(actor)
    if (action := wanted.get("action")) is not None:
        where &= AuditEvent.action == action
    if (since := wanted.get("since")) is not None:
        where &= AuditEvent.at >= since
    return where


def _of_subject(kind: str, subject_id: object) -> ColumnElement[bool]:
    of_kind = AuditEvent.subject_kind == kind
    return of_kind if subject_id is None else of_kind & (AuditEvent.subject_id == str(subject_id))


def _by(actor: tuple[ActorKind, int] | str) -> ColumnElement[bool]:
    if isinstance(actor, str):
        return AuditEvent.actor_name == actor
    kind, actor_id = actor
    return (AuditEvent.actor_kind == kind) & (AuditEvent.actor_id == actor_id)
