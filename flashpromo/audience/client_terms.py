"""What may be said of a client: its place and quiet hours as a whole, its zone from tomorrow on."""

from datetime import UTC, datetime, time, timedelta
from typing import Any, Final, TypedDict
from zoneinfo import ZoneInfo

from flashpromo import config
from flashpromo.audience.models import Client
from flashpromo.fields import Checks

OLDEST_FIX: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATEST_FIX_AHEAD: Final = timedelta(minutes=1)
"""How far a phone's clock may run ahead of ours; such a fix counts as taken now."""


class ClientChanges(TypedDict, total=False):
    """What may be given of a client; what is missing stays as it is.

    Degrees for the place; `located_at` is the time of the fix, now if only the place is given. The
    quiet hours are times of the client's own day.
    """

    latitude: float | None
    longitude: float | None
    located_at: datetime | None
    segment_ids: list[int]
    opted_in: bool
    time_zone: str | None
    quiet_from: time | None
    quiet_until: time | None
    external_id: str | None
    username: str | None
    email: str | None
    password: str | None


def plain(changes: ClientChanges) -> dict[str, Any]:
    """The columns that are what is given; checks the zone and the outside id on the way."""
    checks = Checks()
    zone, external_id = changes.get("time_zone"), changes.get("external_id")
    if zone is not None:
        checks.time_zone("time_zone", zone)
    if external_id is not None:
        checks.line("external_id", external_id, longest=200)
    checks.done()
    return {"opted_in": changes["opted_in"]} if "opted_in" in changes else {}


def place(client: Client, changes: ClientChanges, now: datetime) -> dict[str, Any]:
    """The columns of the place, all of them or none.

    Raises:
        InvalidFields: out of range, half a place, or a fix of the future.
    """
    if not changes.keys() & {"latitude", "longitude", "located_at"}:
        return {}
    latitude = changes.get("latitude", client.latitude)
    longitude = changes.get("longitude", client.longitude)
    if latitude is None and longitude is None:
        return {"latitude": None, "longitude": None, "located_at": None}
    checks = Checks()
    for field, degrees in (("latitude", latitude), ("longitude", longitude)):
        if degrees is None:
            checks.wrong(field, "A place needs both latitude and longitude.")
    if latitude is not None:
        checks.latitude("latitude", latitude)
    if longitude is not None:
        checks.longitude("longitude", longitude)
    located_at = fix_time(checks, changes.get("located_at"), now)
    checks.done()
    return {"latitude": latitude, "longitude": longitude, "located_at": located_at}


def fix_time(checks: Checks, given: datetime | None, now: datetime) -> datetime:
    """When a fix was taken: now if that is not given; refuses `located_at` of the future."""
    fix = given or now
    if not OLDEST_FIX <= fix <= now + LATEST_FIX_AHEAD:
        checks.wrong("located_at", "Must not be in the future, nor before 1970.")
    return min(fix, now)


def quiet_hours(client: Client, changes: ClientChanges) -> dict[str, Any]:
    """The columns of the quiet hours, both or none; what is not given stays as it is.

    Raises:
        InvalidFields: half of them, or two equal times, which could mean never or always.
    """
    if not changes.keys() & {"quiet_from", "quiet_until"}:
        return {}
    hours = {
        "quiet_from": changes.get("quiet_from", client.quiet_from),
        "quiet_until": changes.get("quiet_until", client.quiet_until),
    }
    checks = Checks()
    missing = [field for field, value in hours.items() if value is None]
    if len(missing) == 1:
        checks.wrong(missing[0], "Quiet hours need both a beginning and an end.")
    elif hours["quiet_from"] is not None and hours["quiet_from"] == hours["quiet_until"]:
        checks.wrong("quiet_until", "Must not be equal to the beginning of the quiet hours.")
    checks.done()
    return hours


def next_zone(client: Client, wanted: str | None, now: datetime) -> dict[str, Any]:
    """The columns of a changed time zone: it counts from the client's next local midnight.

    Otherwise who changes zones in the evening would open a second slot on the same day. A zone that
    was waiting and has come into force meanwhile is settled on the way.
    """
    present = zone_at(client, now)
    marketplace = config.current().marketplace_time_zone
    if (wanted or marketplace) == (present or marketplace):
        return {"time_zone": wanted, "next_time_zone": None, "next_time_zone_from": None}
    return {
        "time_zone": present,
        "next_time_zone": wanted,
        "next_time_zone_from": _next_midnight(ZoneInfo(present or marketplace), now),
    }


def zone_at(client: Client, now: datetime) -> str | None:
    """The client's own zone at `now`; None stands for the marketplace's."""
    since = client.next_time_zone_from
    return client.next_time_zone if since is not None and since <= now else client.time_zone


def zone_wanted(client: Client) -> str | None:
    """The client's own zone as it was set last, in force or not."""
    return client.time_zone if client.next_time_zone_from is None else client.next_time_zone


def _next_midnight(zone: ZoneInfo, now: datetime) -> datetime:
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), tzinfo=zone).astimezone(UTC)
