"""Segments and client profiles."""

from datetime import datetime
from typing import ClassVar, Self

from pydantic import Field

from flashpromo.api.shapes.base import Given, Shown, page_of, partial
from flashpromo.api.values import (
    Daytime,
    Flag,
    Ids,
    Latitude,
    Longitude,
    Moment,
    ShownDaytime,
    ShownMoment,
    Text,
)
from flashpromo.audience.client_terms import zone_at, zone_wanted
from flashpromo.audience.profiles import Profile


class SegmentIn(Given):
    """A segment."""

    name: Text
    description: Text = ""


class SegmentOut(Shown):
    """A segment as it is shown."""

    id: int
    name: str
    description: str


class ClientIn(Given):
    """A client. With `username` and `password` it can sign in; nothing is required.

    From `quiet_from` up to `quiet_until`, times of its own day that may span midnight, no channel
    rings it; both or none.
    """

    write_as: ClassVar = {"segments": "segment_ids"}

    latitude: Latitude | None = None
    longitude: Longitude | None = None
    located_at: Moment | None = None
    segment_ids: Ids = Field(default_factory=list)
    opted_in: Flag = True
    time_zone: Text | None = None
    quiet_from: Daytime | None = None
    quiet_until: Daytime | None = None
    external_id: Text | None = None
    username: Text | None = None
    email: Text | None = None
    password: Text | None = None


class SignInOut(Shown):
    """The account that a client signs in with."""

    id: int
    username: str
    email: str


class ClientOut(Shown):
    """A client as it is shown.

    `time_zone` is the one that was set last; until `time_zone_from`, if that is given, the client's
    days still follow `time_zone_now`.
    """

    id: int
    user: SignInOut | None
    segments: list[SegmentOut]
    latitude: float | None
    longitude: float | None
    last_notification_date: ShownMoment | None
    located_at: ShownMoment | None
    external_id: str | None
    opted_in: bool
    time_zone: str | None
    time_zone_now: str | None
    time_zone_from: ShownMoment | None
    quiet_from: ShownDaytime | None
    quiet_until: ShownDaytime | None

    @classmethod
    def of_profile(cls, profile: Profile, told_at: datetime | None, now: datetime) -> Self:
        """The document of one profile, last told of a promo at `told_at`."""
        client = profile.client
        since = client.next_time_zone_from
        return cls(
            id=client.id,
            user=SignInOut.of(profile.sign_in) if profile.sign_in else None,
            segments=[SegmentOut.of(segment) for segment in profile.segments],
            latitude=client.latitude,
            longitude=client.longitude,
            last_notification_date=told_at,
            located_at=client.located_at,
            external_id=profile.external_id,
            opted_in=client.opted_in,
            time_zone=zone_wanted(client),
            time_zone_now=zone_at(client, now),
            time_zone_from=since if since is not None and since > now else None,
            quiet_from=client.quiet_from,
            quiet_until=client.quiet_until,
        )


SegmentPatch, ClientPatch = partial(SegmentIn), partial(ClientIn)
SegmentPage, ClientPage = page_of(SegmentOut), page_of(ClientOut)
