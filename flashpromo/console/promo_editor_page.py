"""The page of the editor: what was typed, read once, with all that is said about it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from flask import render_template, request

from flashpromo.console import promo_merge, seen
from flashpromo.console.promo_form import counted, kept_typed, offer_page, window_page
from flashpromo.console.promo_form.counted import Count
from flashpromo.console.promo_form.offer import TypedOffer
from flashpromo.console.promo_form.offer_page import OfferForm
from flashpromo.console.promo_form.window import TypedWindow
from flashpromo.console.promo_form.window_page import WindowForm
from flashpromo.console.promo_merge import WAS, Difference, Typed
from flashpromo.db import app_now
from flashpromo.entrance import language
from flashpromo.errors import DomainError
from flashpromo.promos import queries, stock, windows
from flashpromo.promos.models import Promo
from flashpromo.promos.states import State, state_at


@dataclass(frozen=True)
class Editor:
    """The form of a promo; `promo` is None while it is new."""

    form: OfferForm
    times: WindowForm
    promo: Promo | None
    now: datetime
    count: Count | None = None
    in_the_way: Sequence[Promo] = ()

    @classmethod
    def made_of(
        cls,
        offer: TypedOffer,
        window: TypedWindow,
        promo: Promo | None = None,
        *,
        finding: bool = False,
    ) -> Self:
        """The form with these texts in its fields."""
        now, form = app_now(), offer_page.of(offer, finding=finding)
        zone = form.store.time_zone if form.store else None
        return cls(form, window_page.of(window, zone, now), promo, now)

    @classmethod
    def blank(cls, product_id: str) -> Self:
        """The form of a new promo."""
        return cls.made_of(TypedOffer.blank(product_id, language.here()), TypedWindow())

    @classmethod
    def of(cls, promo: Promo) -> Self:
        """The form of a stored promo."""
        return cls.made_of(TypedOffer.of(promo, language.here()), TypedWindow.of(promo), promo)

    @classmethod
    def sent(cls, promo: Promo | None = None) -> Self:
        """The form as it was sent."""
        return cls.made_of(TypedOffer.sent(request.form), TypedWindow.sent(request.form), promo)

    @property
    def typed(self) -> Typed:
        """What stands in the fields."""
        return promo_merge.typed(self.form.typed, self.times.typed)

    @property
    def values(self) -> Mapping[str, Any]:
        """The terms that could be read."""
        return {**self.form.offer.values, **self.times.window.values}

    @property
    def is_whole(self) -> bool:
        """Everything could be read."""
        return not self.form.offer.wrong and not self.times.window.wrong

    @property
    def state(self) -> State:
        """The state of the promo; a new one is a draft."""
        return state_at(self.promo, self.now) if self.promo else State.DRAFT

    def checked(self) -> Self:
        """The same, with whatever could not be read shown as wrong."""
        return replace(self, form=self.form.checked(), times=self.times.checked())

    def refused(self, fields: Mapping[str, Sequence[str]]) -> Self:
        """The same, with what the domain refused shown as wrong too."""
        of_window = {name: said for name, said in fields.items() if name.endswith("_time")}
        of_offer = {name: said for name, said in fields.items() if name not in of_window}
        return replace(self, form=self.form.refused(of_offer), times=self.times.refused(of_window))

    def overlapping(self, promo_ids: Collection[int]) -> Self:
        """The same, with the promos that hold its window shown as in the way."""
        title = "Another published promo of this product overlaps this window."
        found = sorted(queries.by_id(promo_ids).values(), key=lambda each: each.start_time)
        return replace(self.refused({"start_time": [title]}), in_the_way=found)

    def finding(self) -> Self:
        """The same, with the products of the typed words to choose from."""
        return self.made_of(self.form.typed, self.times.typed, self.promo, finding=True)

    def counted(self) -> Self:
        """The same, with its clients counted."""
        return replace(self, count=counted.of(self.form))

    def context(self) -> dict[str, Any]:
        """What the templates of the page and of its live part show."""
        return {
            "form": self.form,
            "times": self.times,
            "promo": self.promo,
            "state": self.state,
            "now": self.now,
            "plan": self.times.plan,
            "in_the_way": self.in_the_way or self._held(),
        }

    def _held(self) -> Sequence[Promo]:
        """The published promos of the product that would be in the way."""
        plan, product = self.times.plan, self.form.product
        if plan is None or product is None:
            return ()
        held = windows.held_between(product.id, plan["start"], plan["end"], self.now)
        own = self.promo.id if self.promo else 0
        ids = [row.id for row in held if row.id != own]
        return list(queries.by_id(ids).values()) if ids else ()


def stored(promo: Promo) -> Typed:
    """What would stand in the fields of a promo as it is stored."""
    return promo_merge.typed(TypedOffer.of(promo, language.here()), TypedWindow.of(promo))


def show(
    editor: Editor,
    refusal: DomainError | None = None,
    differences: Sequence[Difference] | None = None,
) -> str:
    """The whole page.

    Args:
        editor: the form.
        refusal: what the domain refused, if no field is to blame.
        differences: what somebody else has saved meanwhile; None if nobody has.
    """
    promo = editor.promo
    return render_template(
        "console/promo_editor.html",
        **editor.context(),
        count=editor.count,
        wrong={**editor.form.wrong, **editor.times.wrong},
        refusal=refusal,
        differences=differences,
        carried=_carried(promo, is_first_look=differences is not None),
        units=stock.of([promo.id], editor.now).get(promo.id) if promo else None,
    )


def _carried(promo: Promo | None, *, is_first_look: bool) -> Mapping[str, object]:
    """What the form carries along unseen: after an error still what its first page has shown."""
    carried = {kept_typed.FIELD: kept_typed.key(), "promo": promo.id if promo else ""}
    if promo is None:
        return carried
    sent, shown = (
        request.form,
        {seen.FIELD: seen.mark(promo), WAS: promo_merge.written(stored(promo))},
    )
    if request.method == "POST" and not is_first_look:
        shown = {name: sent.get(name, "") for name in shown}
    return carried | shown
