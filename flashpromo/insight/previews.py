"""How many clients an activation would tell now, and why not the others in range."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from flashpromo.audience import segments
from flashpromo.db import app_now
from flashpromo.errors import InvalidFields
from flashpromo.market.models import Store
from flashpromo.notify import audiences, disclosure
from flashpromo.notify.audiences import AUDIENCE
from flashpromo.notify.disclosure import Disclosed, Question
from flashpromo.promos import queries
from flashpromo.promos.models import MAX_DISTANCE_KM, Promo


@dataclass(frozen=True)
class Preview:
    """How many clients an activation would tell now, and why not the others in range.

    `asked` is what was really counted; `counts.whole` is everybody in range. With an `nth` above 1
    it is estimated from every nth client.
    """

    asked: Question
    counts: Disclosed
    nth: int = 1

    @property
    def audience(self) -> int:
        """Whom an activation would tell."""
        return self.counts.parts[AUDIENCE]

    @property
    def excluded(self) -> dict[str, int]:
        """Everybody else in range, each under the first part that fails."""
        return {name: count for name, count in self.counts.parts.items() if name != AUDIENCE}


def question(store: Store, segment_ids: Collection[int], max_distance_km: Decimal) -> Question:
    """Terms that are not written yet, as a preview asks them.

    Raises:
        InvalidFields: no segment, an unknown one, or a radius that no promo may have.
    """
    wrong = {}
    if not segment_ids:
        wrong["segment_ids"] = "At least one segment is needed."
    if not 0 < max_distance_km <= MAX_DISTANCE_KM:
        wrong["max_distance_km"] = f"Must be above 0 and at most {MAX_DISTANCE_KM}."
    if wrong:
        raise InvalidFields(wrong)
    known = tuple(segments.require(segment_ids))
    return Question(store.latitude, store.longitude, max_distance_km, known)


def question_of(promo: Promo) -> Question:
    """The terms of a stored promo, at the place that it carries."""
    latitude, longitude = queries.place_of(promo.id)
    return Question(latitude, longitude, promo.max_distance_km, tuple(promo.segment_ids))


def preview(asked: Question, *, exact: bool) -> Preview:
    """Count whom an activation would tell now, and why not the others in range.

    Args:
        asked: the terms.
        exact: for operators; everybody else is answered roughly, see `notify.disclosure`.
    """
    if exact:
        return Preview(asked, disclosure.exact(audiences.count(asked, app_now())))
    coarse = asked.coarse()
    return Preview(coarse, disclosure.rough(audiences.count(coarse, app_now()), coarse))
