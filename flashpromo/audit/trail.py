"""Writing the log: said by the domain where a change is made, sent once right before the commit."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert

from flashpromo import db, logs
from flashpromo.audit import actors
from flashpromo.audit.actors import Actor, ActorKind
from flashpromo.audit.models import AuditEvent
from flashpromo.audit.writing import Values, differing


def record(
    action: str,
    subject_kind: str,
    subject_id: object = None,
    *,
    store_id: int | None = None,
    before: Values | None = None,
    after: Values | None = None,
) -> None:
    """Note a change of the open transaction, made by whoever is acting.

    Args:
        action: `<noun>.<past participle>`, such as `store.changed`.
        subject_kind: what was changed, such as `store`.
        subject_id: which one; None where there is no single one.
        store_id: the store in whose timeline it belongs.
        before: what was; nothing for what is new.
        after: what is. With both only what differs is kept, and where nothing differs no change was
            made and nothing is noted.
    """
    old, new = differing(before or {}, after or {})
    if before is not None and after is not None and not old and not new:
        return
    who = actors.present()
    event = {
        "actor_kind": who.kind.value,
        "actor_id": who.id,
        "actor_name": who.name,
        "door": who.door.value,
        "address": _address(who, subject_kind),
        "request_id": logs.request_id(),
        "action": action,
        "subject_kind": subject_kind,
        "subject_id": None if subject_id is None else str(subject_id),
        "store_id": store_id,
        "before": old,
        "after": new,
    }
    db.before_commit(_write, event)


def _address(who: Actor, subject_kind: str) -> str:
    """Who is not signed in and changes a client is that client, of whom only its number is kept."""
    return "" if who.kind is ActorKind.VISITOR and subject_kind == "client" else who.address


def _write(events: Sequence[dict[str, Any]]) -> None:
    """All of them in one statement, after everything else: no reference table follows."""
    db.session().execute(insert(AuditEvent).values(list(events)))
