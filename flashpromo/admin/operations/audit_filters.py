"""What the list of the log is narrowed to by its address; what cannot be read narrows nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import request

from flashpromo import config
from flashpromo.admin.operations import audit_words
from flashpromo.audit.actors import ActorKind, Door
from flashpromo.audit.models import AuditEvent
from flashpromo.audit.queries import EventFilter, Place

LONGEST: Final = 200
LARGEST: Final = 2**63 - 1
NAMES: Final = ("who", "kind", "action", "subject", "number", "store", "door", "from", "until")


@dataclass(frozen=True)
class Asked:
    """What is asked for: as it was filled in, and as the log understands it."""

    filled: Mapping[str, str]
    wanted: EventFilter

    @property
    def is_narrowed(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.filled)


def asked() -> Asked:
    """The parameters of this address."""
    sent = {name: _clean(request.args.get(name, "")) for name in NAMES}
    wanted: EventFilter = {
        "actor": sent["who"] or None,
        "actor_kind": ActorKind(sent["kind"]) if sent["kind"] in set(ActorKind) else None,
        "action": sent["action"] if sent["action"] in audit_words.ACTIONS else None,
        "door": Door(sent["door"]) if sent["door"] in set(Door) else None,
        "subject": _subject(sent["subject"], sent["number"]),
        "store_ids": [number] if (number := _whole(sent["store"])) else None,
        "since": _midnight(sent["from"]),
        "until": _midnight(sent["until"], days=1),
    }
    return Asked({name: value for name, value in sent.items() if value}, wanted)


def place(name: str) -> Place | None:
    """A place in the log from this address: an instant and an id."""
    written, _, event_id = request.args.get(name, "").partition("_")
    number = _whole(event_id)
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        return None
    return (at, number) if at.tzinfo and number and 1900 < at.year < 9999 else None


def written(event: AuditEvent) -> str:
    """The place of an event as it stands in addresses."""
    return f"{event.at.isoformat().replace('+00:00', 'Z')}_{event.id}"


def _subject(kind: str, number: str) -> tuple[str, Any] | None:
    return (kind, number or None) if kind in audit_words.SUBJECTS else None


def _clean(sent: str) -> str:
    return "".join(sign for sign in sent.strip()[:LONGEST] if sign.isprintable())


def _whole(sent: str) -> int | None:
    fits = sent.isascii() and sent.isdecimal() and len(sent) < 20
    return int(sent) if fits and 0 < int(sent) <= LARGEST else None


def _midnight(sent: str, days: int = 0) -> datetime | None:
    """The first instant of a day of the marketplace's calendar, or of so many days later."""
    try:
        day = date.fromisoformat(sent) + timedelta(days=days)
    except (ValueError, OverflowError):
        return None
    if not 1970 <= day.year <= 9000:
        return None
    return datetime.combine(day, time(), ZoneInfo(config.current().marketplace_time_zone))
