"""What a merchant may be told of a count of clients: a rough number, and nothing of a few.

A merchant learns how many, never who or where. Exact counts would tell where all the same: ask
twice with slightly different questions, and the difference is one person. So an answer to a
merchant differs from the truth, and each rule here stops one way of taking that apart:

* *Small groups are not shown.* A group below the minimum reads 0, as one without anybody does.
* *Numbers are multiples of a step.* With a fixed threshold that would not be enough: who adds
  clients of its own until the number jumps has counted exactly. So both the rounding and the
  minimum are shifted by an offset that is an HMAC of the question under the application's secret.
  Of two questions that differ by one client, the answers differ by what their offsets are, not by
  the client.
* *The offset is sticky.* The same question always gets the same one: asking a thousand times gives
  no average.
* *Questions are few.* The place is the store's saved point on a grid of about 100 m, the radius
  counts in steps of 100 m, segments are a set of those that exist; the clients are counted at that
  place and radius, so asking between the steps says nothing new. The offset does not depend on
  which store, product or promo asks: a hundred stores at one place are one question. Moving a store
  is a write on record.
* *The whole is the sum of its shown parts*, so it cannot be held against them.

What remains: who plants many clients of its own just where a number jumps can later see *that*
somebody in the whole circle came or went, not who or where. And who asks very many overlapping
questions (other radii, other sets of segments, a store that wanders) can average their offsets for
what is common to all of them; limits on requests make that slow, and the wandering is on record.

The audience of a promo that has run is told by the same rule: whoever it told is counted exactly,
for that took the client's slot of the day; whom else it reached is rounded and hidden.

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

    def name(self) -> str:
        """Equal for equal questions."""
        segments = ",".join(map(str, self.segment_ids))
        place = f"{self.latitude:.9f} {self.longitude:.9f}"
        return f"{place} {self.max_distance_km.normalize():f} {segments}"


@dataclass(frozen=True)
class Disclosed:
    """Counts as they may be shown; `minimum` and `rounded_to` are 1 when they are exact."""

    parts: Mapping[str, int]
    rounded_to: int
    minimum: int

    @property
    def is_exact(self) -> bool:
        """Nothing is rounded and nobody hidden."""
        return self.rounded_to == self.minimum == 1

    @property
    def whole(self) -> int:
        """The sum of what is shown."""
        return sum(self.parts.values())


def exact(counts: Mapping[str, int]) -> Disclosed:
    """The counts as they are: for operators only."""
    return Disclosed(counts, rounded_to=1, minimum=1)


def rough(counts: Mapping[str, int], question: Question) -> Disclosed:
    """The counts as a merchant may see them: each part by itself, the whole their sum.

    Args:
        counts: how many clients are in each part.
        question: what was counted, coarse already.
    """
    settings = config.current()
    rule = Rule(settings.secret_key, settings.preview_rounding, settings.preview_minimum)
    parts = {part: rule.shown(count, f"{part} {question.name()}") for part, count in counts.items()}
    return Disclosed(parts, rounded_to=rule.step, minimum=rule.minimum)


@dataclass(frozen=True)
class Rule:
    """Rounding to multiples of `step`, and hiding below `minimum`, each shifted by the question."""

    secret: str
    step: int
    minimum: int

    def shown(self, count: int, question: str) -> int:
        """A count as it is shown.

        0 below `minimum`, and up to `step - 1` above it; otherwise one of the two multiples of
        `step` around the count, but no less than `minimum` rounded up. On the average over all
        questions the rounding is right.
        """
        rounding, hiding = self._offsets(question)
        if count < self.minimum + hiding:
            return 0
        smallest = -(-self.minimum // self.step) * self.step
        return max(smallest, (count + rounding) // self.step * self.step)

    def _offsets(self, question: str) -> tuple[int, int]:
        """Two numbers from 0 up to the step, known to nobody without the secret."""
        digest = hmac.digest(self.secret.encode(), f"disclosure {question}".encode(), sha256)
        return (
            int.from_bytes(digest[:16]) % self.step,
            int.from_bytes(digest[16:]) % self.step,
        )


def _on_grid(latitude: float, longitude: float) -> tuple[float, float]:
    """The nearest point of a grid that is about as wide as high, right to the poles."""
    north = round(latitude / GRID_DEGREES) * GRID_DEGREES
    cells = max(1, int(360 / GRID_DEGREES * math.cos(math.radians(north))))
    east = round(longitude % 360 / 360 * cells) % cells / cells * 360
    return round(north, 9), round(east - 360 if east >= 180 else east, 9)
