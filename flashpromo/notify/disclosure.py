"""What a merchant may be told of a count of clients: a rough number, and nothing of a few.

A merchant learns how many, never who or where. Exact counts would tell where all the same: ask
twice with slightly different questions, and the difference is one person. So an answer to a
merchant differs from the truth, and each rule here stops one way of taking that apart:

* *Small groups are not shown.* A group below the minimum reads 0, as one without anybody does.
* *Numbers are multiples of a step, shifted by a secret.* With fixed thresholds, who adds clients of
  its own until the number jumps has counted exactly. So the rounding and the minimum are shifted by
  two offsets, each an HMAC under the application's secret.
* *One offset is of who is counted*: of the set of clients itself. The same people at the same place
  give the same answer however they are asked for, by one segment or by that and twelve in which
  nobody is: there is no average of many questions. One person more or less gives an unrelated
  offset, so no difference of two answers is that person.
* *The other is of where*: of the place and the radius. Two circles with the very same people in
  them may read differently, so that one pair of answers does not tell whether somebody stands in
  the one and not in the other.
* *Places are few.* The place is the store's saved point on a grid of about 100 m, the radius counts
  in steps of 100 m; the clients are counted at that place and radius, so asking between the steps
  says nothing new. A hundred stores at one place are one. Moving a store is a write on record.
* *The whole is the sum of its shown parts*, so it cannot be held against them.

What remains. Of one place and radius, two answers that differ tell that two groups are not the
same: by segments, that somebody is in the one and not the other; over time, that somebody came or
went. It does not tell who, where in the circle, or how many. And many circles around the same
people average the offset of where, never that of who: what is left is the number give or take half
a step, and, for circles that hold different people, that they do. So whoever keeps asking, at
hundreds of radii or with a store that wanders, could learn where the edge of a crowd is and, of a
person that stands far outside of one, that somebody stands there. Limits on requests make that
slow, and the wandering is on record.

What came of a promo that has run is told by the same rules where its circle is small, but by the
number instead of the set (see `insight`): each such number took an activation, on record, and the
slot of the day of everybody whom it told.

An estimate of every nth client (see `audience.samples`) is an answer about those clients, by the
same rules and with an offset of where of its own, and is multiplied only then. So it tells no more
than the preview would in a marketplace that had only them.

Operators, who see clients anyway, are told exactly.
"""

import hmac
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from hashlib import sha256
from typing import Final

from flashpromo import config

GRID_DEGREES: Final = 0.001
"""The grid's step northwards, some 111 m; eastwards as many degrees as make about the same."""
RADIUS_STEP_KM: Final = Decimal("0.1")


@dataclass(frozen=True)
class Question:
    """How many clients a promo with these terms would meet: degrees, km, ids in order."""

    latitude: float
    longitude: float
    max_distance_km: Decimal
    segment_ids: tuple[int, ...]

    def coarse(self) -> "Question":
        """The question that is answered instead, when a merchant asks."""
        latitude, longitude = _on_grid(self.latitude, self.longitude)
        steps = (self.max_distance_km / RADIUS_STEP_KM).quantize(Decimal(1), ROUND_HALF_UP)
        return replace(
            self,
            latitude=latitude,
            longitude=longitude,
            max_distance_km=max(steps, Decimal(1)) * RADIUS_STEP_KM,
            segment_ids=tuple(sorted(set(self.segment_ids))),
        )

    def where(self) -> str:
        """Equal for questions about equal circles, whatever the segments."""
        place = f"{self.latitude:.9f} {self.longitude:.9f}"
        return f"{place} {self.max_distance_km.normalize():f}"


@dataclass(frozen=True)
class Group:
    """How many clients are counted, and `who`: a number of that very set, told to nobody."""

    size: int = 0
    who: int = 0


@dataclass(frozen=True)
class Disclosed:
    """Counts as they may be shown; `minimum` and `rounded_to` are 1 when they are exact."""

    parts: Mapping[str, int]
    rounded_to: int
    minimum: int

    def times(self, nth: int) -> "Disclosed":
        """What is shown of every nth client, as a number of all of them."""
        parts = {part: count * nth for part, count in self.parts.items()}
        return Disclosed(parts, self.rounded_to * nth, self.minimum * nth)

    @property
    def is_exact(self) -> bool:
        """Nothing is rounded and nobody hidden."""
        return self.rounded_to == self.minimum == 1

    @property
    def whole(self) -> int:
        """The sum of what is shown."""
        return sum(self.parts.values())


def exact(groups: Mapping[str, Group]) -> Disclosed:
    """The counts as they are: for operators only."""
    return Disclosed({part: group.size for part, group in groups.items()}, 1, 1)


def rough(groups: Mapping[str, Group], question: Question, nth: int = 1) -> Disclosed:
    """The counts as a merchant may see them: each part by itself, the whole their sum.

    Args:
        groups: who is in each part.
        question: what was counted.
        nth: every how many clients were looked at; the answer is of those, not multiplied.
    """
    settings = config.current()
    rule = Rule(settings.secret_key, settings.preview_rounding, settings.preview_minimum)
    where = question.coarse().where()
    if nth > 1:
        where = f"{where} every {nth}"
    parts = {part: rule.shown(group, part, where) for part, group in groups.items()}
    return Disclosed(parts, rounded_to=rule.step, minimum=rule.minimum)


def seed() -> int:
    """What the ids of clients are hashed with, 64 bits: nobody else can say what a set hashes to.

    Ids are few and in order: with a seed that is known, sets of equal hashes could be planned.
    """
    digest = _hmac(config.current().secret_key, "clients")
    return int.from_bytes(digest[:8], signed=True)


@dataclass(frozen=True)
class Rule:
    """Rounding to multiples of `step`, and hiding below `minimum`, each shifted by two offsets."""

    secret: str
    step: int
    minimum: int

    def shown(self, group: Group, part: str, where: str) -> int:
        """How many clients are said to be in a part of a circle.

        0 below `minimum`, and up to `step - 1` above it; otherwise one of the two multiples of
        `step` around the count, but no less than `minimum` rounded up. On the average the rounding
        is right, to about a tenth of a step.
        """
        of_who = self._offsets(f"who {part} {group.size} {group.who}", self.step // 2 + 1)
        of_where = self._offsets(f"where {part} {where}", (self.step + 1) // 2)
        rounding, hiding = (sum(both) for both in zip(of_who, of_where, strict=True))
        if group.size < self.minimum + hiding:
            return 0
        smallest = -(-self.minimum // self.step) * self.step
        return max(smallest, (group.size + rounding) // self.step * self.step)

    def _offsets(self, what: str, below: int) -> tuple[int, int]:
        """Two numbers from 0 up to `below`, known to nobody without the secret."""
        digest = _hmac(self.secret, what)
        return int.from_bytes(digest[:16]) % below, int.from_bytes(digest[16:]) % below


def _hmac(secret: str, what: str) -> bytes:
    return hmac.digest(secret.encode(), f"disclosure {what}".encode(), sha256)


def _on_grid(latitude: float, longitude: float) -> tuple[float, float]:
    """The nearest point of a grid that is about as wide as high, right to the poles."""
    north = round(latitude / GRID_DEGREES) * GRID_DEGREES
    cells = max(1, int(360 / GRID_DEGREES * math.cos(math.radians(north))))
    east = round(longitude % 360 / 360 * cells) % cells / cells * 360
    return round(north, 9), round(east - 360 if east >= 180 else east, 9)
