"""The guests of the story, each with a part to play.

Those of each performance are new, because a client is told of one promo a day only; those of the
one before leave first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from flashpromo.accounts import client_sign_ins, tokens
from flashpromo.audience import clients
from flashpromo.audience.importing import import_clients
from flashpromo.audience.models import ClientExternal
from flashpromo.bulk.source import Record
from flashpromo.bulk.staging import RowResult
from flashpromo.db import app_now, session
from flashpromo.demo.places import BELLAS_ARTES, TIME_ZONE
from flashpromo.errors import Conflict

GUESTS, OTHERS = "Story guests", "Story passers-by"
RIVALS: Final = 50
RADIUS_M: Final = 2000


@dataclass(frozen=True)
class Part:
    """What a guest is for: where it stands, and by which reasons it is not told, if any."""

    name: str
    north_m: float | None
    untold_because: tuple[str, ...] = ()
    segment: str = GUESTS
    opted_in: bool = True
    fix_age: timedelta = timedelta(minutes=5)


SPECIAL_PARTS: Final = (
    Part("at-the-edge", RADIUS_M - 1),
    Part("one-step-too-far", RADIUS_M + 1, ("out_of_range",)),
    Part("across-town", 9000, ("out_of_range",)),
    Part("passer-by", 300, ("not_in_segments",), segment=OTHERS),
    Part("muted", 250, ("opted_out",), opted_in=False),
    Part("long-ago", 350, ("location_too_old",), fix_age=timedelta(days=40)),
    Part("nowhere", None, ("location_unknown", "location_too_old", "out_of_range")),
)


@dataclass(frozen=True)
class Guest:
    """A client of this performance, and the token that it shops with."""

    part: Part
    client_id: int
    token: str

    @property
    def name(self) -> str:
        """What the story calls it."""
        return self.part.name


def parts() -> list[Part]:
    """The rivals, who stand from 20 m to 1 km away, and those with a part of their own."""
    rivals = [Part(f"guest-{number:02}", 20.0 * number) for number in range(1, RIVALS + 1)]
    return [*rivals, *SPECIAL_PARTS]


def send_guests_home() -> None:
    """Remove the guests of earlier performances."""
    earlier = select(ClientExternal.client_id).where(ClientExternal.external_id.like("story-%"))
    for client_id in session().scalars(earlier).all():
        clients.remove(client_id)


def invite() -> list[Guest]:
    """Bring the guests in, each with a sign-in of its own, and sign them in."""
    now = app_now()
    tag = f"story-{now:%y%m%d%H%M%S}"
    bad: list[RowResult] = []
    import_clients(_records(tag, now), bad.append)
    if bad:
        raise Conflict(f"A guest could not be brought in: {bad[0].field} {bad[0].reason}.")
    ids = dict(
        session()
        .execute(
            select(ClientExternal.external_id, ClientExternal.client_id).where(
                ClientExternal.external_id.like(f"{tag}-%")
            )
        )
        .all()
    )
    sign_ins = client_sign_ins.by_client(list(ids.values()))
    guests = []
    for part in parts():
        client_id = ids[f"{tag}-{part.name}"]
        guests.append(Guest(part, client_id, tokens.issue(sign_ins[client_id], hours=1).token))
    return guests


def _records(tag: str, now: datetime) -> Iterator[Record]:
    for line, part in enumerate(parts(), start=1):
        values: dict[str, object] = {
            "external_id": f"{tag}-{part.name}",
            "username": f"{tag}-{part.name}",
            "segments": [part.segment],
            "time_zone": TIME_ZONE,
            "opted_in": part.opted_in,
        }
        if part.north_m is not None:
            place = BELLAS_ARTES.moved(part.north_m, 0)
            values["latitude"], values["longitude"] = place.latitude, place.longitude
            values["located_at"] = (now - part.fix_age).isoformat()
        yield line, values
