"""How soon the clients of a promo were told, held against the promise: within a minute.

Counted from the promo's start, or from its publication if that was later. In the inbox all clients
of a wave are told at once, when its rows are there; a channel sends batch by batch. What quiet
hours put off counts with the hours that it waited, for that is when the client was told.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from flashpromo.insight import costly
from flashpromo.notify import pace
from flashpromo.notify.pace import ChannelPace
from flashpromo.promos.due import due_since
from flashpromo.promos.models import Promo

PROMISED_SECONDS: Final = 60
INBOX: Final = "inbox"


@dataclass(frozen=True)
class Told:
    """One way to the clients: after how many seconds half, 95 of 100 and all had been told.

    `sent` and the others count deliveries, and are None for the inbox, where nothing is delivered.
    """

    channel: str
    half_seconds: float | None
    most_seconds: float | None
    last_seconds: float | None
    sent: int | None = None
    waiting: int | None = None
    failed: int | None = None
    skipped: int | None = None

    @property
    def is_kept(self) -> bool | None:
        """Whether the promise was kept for all who were told; None while nobody was."""
        return None if self.last_seconds is None else self.last_seconds <= PROMISED_SECONDS


def lateness_seconds(promo: Promo, activated_at: datetime) -> float:
    """How much later than it was due a promo was activated."""
    return max(0.0, (activated_at - due_since(promo, activated_at)).total_seconds())


def told(promo: Promo) -> Sequence[Told]:
    """The ways by which the promo's clients were told, the inbox first; none before it starts."""
    run = promo.run
    if run.activated_at is None:
        return []
    since = due_since(promo, run.activated_at)
    key = f"pace:{promo.id}:{run.activated_at.isoformat()}"
    activated_at = run.activated_at
    channels = costly.counted(
        key,
        lambda: [_written(each) for each in pace.channels(promo.id, activated_at)],
        is_final=lambda found: not any(each["waiting"] for each in found),
    )
    written = _seconds(run.notified_at, since)
    inbox = Told(INBOX, written, written, written)
    return [inbox, *(_of_channel(each, since) for each in channels)]


def _written(channel: ChannelPace) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(channel).items()
    }


def _of_channel(found: dict[str, Any], since: datetime) -> Told:
    half, most, last = (
        _seconds(datetime.fromisoformat(found[name]) if found[name] else None, since)
        for name in ("half_at", "most_at", "last_at")
    )
    counts = {name: found[name] for name in ("sent", "waiting", "failed", "skipped")}
    return Told(found["channel"], half, most, last, **counts)


def _seconds(at: datetime | None, since: datetime) -> float | None:
    return None if at is None else max(0.0, (at - since).total_seconds())
