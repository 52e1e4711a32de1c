"""A client's own choices, and its location."""

from typing import Annotated, Self

from pydantic import BaseModel, Field

from flashpromo.api.shapes.base import Given, Shown, partial
from flashpromo.api.values import (
    Daytime,
    Flag,
    Latitude,
    Longitude,
    Metres,
    Moment,
    ShownMoment,
    Text,
)
from flashpromo.audience.fix_rules import Doubt
from flashpromo.audience.fixes import Location


class MeIn(Given):
    """What a client chooses for itself.

    Promos are told if `opted_in`, but on no channel that rings between `quiet_from` and
    `quiet_until`, times of its own day that may span midnight; both or none. A new `time_zone`
    counts from the client's next midnight.
    """

    opted_in: Flag = True
    time_zone: Text | None = None
    quiet_from: Daytime | None = None
    quiet_until: Daytime | None = None
    email: Text = ""


class LocationIn(Given):
    """A fix of the client's device: where, within how many metres, and when (now if not said)."""

    latitude: Latitude
    longitude: Longitude
    accuracy_m: Metres | None = None
    located_at: Moment | None = None


class RefusedOut(Shown):
    """Why the last fix was not believed, and when."""

    reason: Doubt
    at: ShownMoment


class LocationOut(Shown):
    """Where the client is as far as is known; all null when it is not.

    `in_use` says whether promos may reach the client there; `refused` why the location is unknown,
    if that is because of a fix.
    """

    latitude: float | None
    longitude: float | None
    located_at: ShownMoment | None
    accuracy_m: float | None
    refused: RefusedOut | None
    in_use: bool

    @classmethod
    def of_location(cls, location: Location) -> Self:
        """The document of a location."""
        place, refused = location.place, None
        if location.refused_as is not None and location.refused_at is not None:
            refused = RefusedOut(reason=Doubt(location.refused_as), at=location.refused_at)
        return cls(
            latitude=place.latitude if place else None,
            longitude=place.longitude if place else None,
            located_at=place.located_at if place else None,
            accuracy_m=place.accuracy_m if place else None,
            refused=refused,
            in_use=location.in_use,
        )


class ErasureQuery(BaseModel):
    """The client's own user name, said once more so that nobody is erased by a slip."""

    confirm: Annotated[str, Field(min_length=1, max_length=150)]


MePatch = partial(MeIn)
