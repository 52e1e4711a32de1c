"""Two who edit one promo at once: the second sees what the first has changed, and loses nothing.

A form carries along what its fields said when its page was made (`WAS`). When the promo was changed
since, the fields that the second has not touched follow the first; those that both have changed
keep what the second has typed. Each of them is told, and nothing is written until the second sends
the form again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from flask import request

from flashpromo.console.promo_form.offer import TypedOffer
from flashpromo.console.promo_form.window import TypedWindow

WAS: Final = "was"
TERMS: Final[Mapping[str, Sequence[str]]] = {
    "product_id": ("product_id",),
    "promo_price": ("promo_price",),
    "start_time": ("start_date", "start_clock", "start_which"),
    "end_time": ("end_date", "end_clock", "end_which"),
    "segment_ids": ("segment_ids",),
    "max_distance_km": ("max_distance_km",),
    "quantity": ("quantity",),
}
"""The fields of each term."""

Typed = dict[str, Any]


@dataclass(frozen=True)
class Difference:
    """A term that somebody else has changed; `is_kept` if one's own is kept in its field."""

    name: str
    mine: Sequence[Any]
    is_kept: bool


def typed(offer: TypedOffer, window: TypedWindow) -> Typed:
    """Whatever stands in the fields of terms, by the names of the fields."""
    return {**asdict(offer), **asdict(window), "segment_ids": sorted(offer.segment_ids)}


def written(fields: Typed) -> str:
    """What the form carries along as `WAS`."""
    return json.dumps({name: fields[name] for names in TERMS.values() for name in names})


def touched(mine: Typed, was: Typed) -> set[str]:
    """The terms whose fields say something else than they did."""
    return {
        term for term, names in TERMS.items() if any(mine[each] != was.get(each) for each in names)
    }


def meet(mine: Typed, theirs: Typed) -> tuple[TypedOffer, TypedWindow, Sequence[Difference]]:
    """The fields for the second look: one's own where one has touched them, else the others'."""
    was = _sent()
    met, differences = dict(mine), []
    own = touched(mine, was)
    for term in TERMS:
        names = TERMS[term]
        if term not in touched(theirs, was) or term not in touched(mine, theirs):
            continue
        differences.append(Difference(term, [mine[each] for each in names], term in own))
        if term not in own:
            met |= {each: theirs[each] for each in names}
    met["segment_ids"] = tuple(met["segment_ids"])
    of_window = {each: met.pop(each) for each in asdict(TypedWindow())}
    return TypedOffer(**met), TypedWindow(**of_window), differences


def _sent() -> Typed:
    """What the fields said when the page was made; nothing if that cannot be read."""
    try:
        was = json.loads(request.form.get(WAS, ""))
    except (ValueError, RecursionError):
        return {}
    return was if isinstance(was, dict) else {}
