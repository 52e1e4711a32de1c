"""Fixes of a client's own device: taken when they are believed, remembered to measure the next by.

A fix that is refused makes the location unknown from then on: no promo reaches the client. The last
believed one is remembered beside it, so that sending the same impossible place again changes
nothing until there has been time to get there.

A refusal is a verdict, not an exception: its effect is to be committed.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from flashpromo import cache, db
from flashpromo.audience import clients, fix_rules, reach
from flashpromo.audience.client_terms import fix_time
from flashpromo.audience.fix_rules import Doubt, Known, Place
from flashpromo.audience.models import Client, ClientFix
from flashpromo.fields import Checks

# Piece by piece along the primary key: no index is kept for what is looked for once in an hour.
FORGET_UNUSED = text("""
WITH piece AS MATERIALIZED (
  SELECT client_id FROM client_fix WHERE client_id > :after ORDER BY client_id LIMIT :most
), forgotten AS (
  UPDATE client_fix AS fix
  SET latitude = NULL, longitude = NULL, accuracy_m = NULL, fixed_at = NULL,
      anchor_latitude = NULL, anchor_longitude = NULL, anchor_accuracy_m = NULL, anchored_at = NULL
  FROM piece JOIN client ON client.id = piece.client_id
  WHERE fix.client_id = piece.client_id AND client.located_at IS NULL AND fix.fixed_at <= :before
  RETURNING fix.client_id
)
SELECT (SELECT count(*) FROM forgotten) AS forgotten,
  (SELECT max(client_id) FROM piece HAVING count(*) = :most) AS looked_up_to
""")


@dataclass(frozen=True)
class Location:
    """What is known of where a client is; `in_use` when promos may reach it there.

    `refused_as` and `refused_at` tell of the last fix while the location is unknown because of it.
    """

    place: Place | None
    in_use: bool
    refused_as: str | None = None
    refused_at: datetime | None = None


@dataclass(frozen=True)
class Forgotten:
    """How many were forgotten, and up to which client it was looked; None when that was all."""

    count: int
    looked_up_to: int | None


def take(
    client_id: int,
    *,
    latitude: float,
    longitude: float,
    accuracy_m: float | None = None,
    located_at: datetime | None = None,
) -> Doubt | None:
    """Believe a fix of the client's device, or say why not; what follows of it stands either way.

    Args:
        client_id: whose device it is.
        latitude: degrees north.
        longitude: degrees east.
        accuracy_m: how far off the fix may be, in metres.
        located_at: when it was taken; now when None.

    Raises:
        NotFound: no such client.
        InvalidFields: a value that no fix can have; nothing changes.
    """
    client = clients.get(client_id, for_update=True)
    now = db.app_now()
    place = _checked(latitude, longitude, accuracy_m, located_at, now)
    known = fix_rules.known(client, last_fix(client_id))
    found = fix_rules.doubt(place, known, now)
    if found is None:
        _remember(client_id, known.and_then(place))
        _put(client, place, now)
    elif found is not Doubt.OUT_OF_ORDER:
        _remember(client_id, known, refused_as=found, refused_at=now)
        _put(client, None, now)
    return found


def withdraw(client_id: int) -> None:
    """Let the location be unknown, as its client wishes; raises `NotFound`.

    The last believed place stays to measure the next one by: otherwise whoever wants to be believed
    anywhere would withdraw first. `forget_unused` takes it away once it can disprove nothing.
    """
    client = clients.get(client_id, for_update=True)
    _remember(client_id, fix_rules.known(client, last_fix(client_id)))
    _put(client, None, db.app_now())


def locate(client_id: int, now: datetime) -> Location:
    """What is known of where the client is; raises `NotFound`."""
    client, fix = clients.get(client_id), last_fix(client_id)
    place = fix_rules.place_of_client(client)
    if place is None:
        refused_as, refused_at = (fix.refused_as, fix.refused_at) if fix else (None, None)
        return Location(None, in_use=False, refused_as=refused_as, refused_at=refused_at)
    believed = fix_rules.place_of_fix(fix)
    if believed is not None and believed.located_at == place.located_at:
        place = believed
    return Location(place, in_use=place.located_at > now - reach.location_age_limit())


def last_fix(client_id: int) -> ClientFix | None:
    """The last believed fix and the last refusal, whether they are in use or not."""
    return db.session().get(ClientFix, client_id, populate_existing=True)


def forget_unused(now: datetime, *, after: int, most: int) -> Forgotten:
    """Forget the last fixes of unknown locations once anywhere can be reached from them.

    Args:
        now: the time.
        after: the client after whom to go on, in order of ids; 0 for the first piece.
        most: at most so many clients are looked at.
    """
    values = {"before": now - fix_rules.longest_travel(), "after": after, "most": most}
    row = db.session().execute(FORGET_UNUSED, values).one()
    return Forgotten(row.forgotten, row.looked_up_to)


def _checked(
    latitude: float,
    longitude: float,
    accuracy_m: float | None,
    located_at: datetime | None,
    now: datetime,
) -> Place:
    checks = Checks()
    checks.latitude("latitude", latitude)
    checks.longitude("longitude", longitude)
    if accuracy_m is not None and not accuracy_m >= 0:
        checks.wrong("accuracy_m", "Must be 0 or more metres.")
    taken_at = fix_time(checks, located_at, now)
    checks.done()
    return Place(latitude, longitude, taken_at, accuracy_m)


def _remember(client_id: int, known: Known, **refusal: Any) -> None:
    """Write the row beside the client's, under the lock of the client's own.

    The place may have stood in the client's row only, which is about to be emptied.
    """
    fix = last_fix(client_id) or ClientFix(client_id=client_id)
    place, anchor = known.last, known.anchor
    fix.latitude = place.latitude if place else None
    fix.longitude = place.longitude if place else None
    fix.accuracy_m = place.accuracy_m if place else None
    fix.fixed_at = place.located_at if place else None
    fix.anchor_latitude = anchor.latitude if anchor else None
    fix.anchor_longitude = anchor.longitude if anchor else None
    fix.anchor_accuracy_m = anchor.accuracy_m if anchor else None
    fix.anchored_at = anchor.located_at if anchor else None
    fix.refused_as = refusal.get("refused_as")
    fix.refused_at = refusal.get("refused_at")
    db.session().add(fix)


def _put(client: Client, place: Place | None, now: datetime) -> None:
    """Write the client's place; its own lists change with it."""
    client.latitude = place.latitude if place else None
    client.longitude = place.longitude if place else None
    client.located_at = place.located_at if place else None
    client.updated_at = now
    db.session().flush()
    cache.mark_stale(cache.client_stamp(client.id))
