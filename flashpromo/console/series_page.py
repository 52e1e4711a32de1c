"""The page of recurring promos: what was typed, read once, and the promos that would come of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self

from flask import render_template, request

from flashpromo import config
from flashpromo.console import access
from flashpromo.console.promo_form import counted, kept_typed, offer_page
from flashpromo.console.promo_form.counted import Count
from flashpromo.console.promo_form.offer import TypedOffer
from flashpromo.console.promo_form.offer_page import OfferForm
from flashpromo.console.series_form import words
from flashpromo.console.series_form.plan import Plan
from flashpromo.console.series_form.rule import FIELDS, ReadRule, TypedRule, read
from flashpromo.db import app_now
from flashpromo.entrance import language
from flashpromo.errors import InvalidFields
from flashpromo.promos.models import MAX_QUANTITY
from flashpromo.promos.recurrence import MOST_WINDOWS, WEEK, Rule

Wrong = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class SeriesPage:
    """The form as it stands; `plan` once it was asked for and can be told."""

    form: OfferForm
    typed: TypedRule
    understood: ReadRule
    now: datetime
    wrong: Wrong = field(default_factory=dict)
    plan: Plan | None = None
    count: Count | None = None
    difference: str = ""

    @classmethod
    def made_of(cls, offer: TypedOffer, rule: TypedRule, *, finding: bool = False) -> Self:
        """The form with these texts in its fields."""
        return cls(offer_page.of(offer, finding=finding), rule, read(rule), app_now())

    @classmethod
    def blank(cls, product_id: str) -> Self:
        """The form of new promos."""
        store = access.store()
        zone = store.time_zone if store else config.current().marketplace_time_zone
        offer = TypedOffer.blank(product_id, language.here())
        return cls.made_of(offer, TypedRule.blank(zone, app_now()))

    @classmethod
    def sent(cls, *, finding: bool = False) -> Self:
        """The form as it was sent."""
        offer, rule = TypedOffer.sent(request.form), TypedRule.sent(request.form)
        return cls.made_of(offer, rule, finding=finding)

    @property
    def zone(self) -> str | None:
        """The clock by which the times are read; None while no product is chosen."""
        return self.form.product.store.time_zone if self.form.product else None

    @property
    def is_whole(self) -> bool:
        """Everything could be read."""
        return not self.form.offer.wrong and not self.understood.wrong

    @property
    def offer(self) -> Mapping[str, Any] | None:
        """The terms of each promo but its window; None while one cannot be read."""
        return None if self.form.offer.wrong else self.form.offer.values

    def rule(self) -> Rule | None:
        """The rule; None while it cannot be read."""
        if self.zone is None or self.understood.wrong:
            return None
        return Rule(**self.understood.values, zone=self.zone)

    def on(self, preset: str) -> Self:
        """The same on other days of the week."""
        typed = self.typed.on(preset)
        return replace(self, typed=typed, understood=read(typed))

    def counted(self) -> Self:
        """The same, with its clients counted."""
        return replace(self, count=counted.of(self.form))

    def checked(self) -> Self:
        """The same, with whatever could not be read shown as wrong."""
        return replace(self, form=self.form.checked(), wrong=self.understood.wrong)

    def refused(self, fields: Wrong) -> Self:
        """The same, with what the domain refused shown as wrong too."""
        of_rule = {name: said for name, said in fields.items() if name in FIELDS}
        of_offer = {name: said for name, said in fields.items() if name not in of_rule}
        form = self.form.refused(of_offer)
        return replace(self, form=form, wrong={**self.wrong, **of_rule}, plan=None)

    def planned(self, now: datetime | None = None) -> Self:
        """The same with its plan, or with what is wrong with it; nothing while it has no rule."""
        rule, product = self.rule(), self.form.product
        if rule is None or product is None:
            return self
        try:
            plan = Plan.of(rule, product.id, self.offer, now or self.now)
        except InvalidFields as error:
            return self.refused(error.fields)
        return replace(self, plan=plan)

    def context(self) -> dict[str, Any]:
        """What the templates of the page and of its live part show."""
        rows = self.plan.rows if self.plan else ()
        return {
            "page": self,
            "form": self.form,
            "plan": self.plan,
            "zone": self.zone,
            "now": self.now,
            "sentence": words.sentence(self.plan.rule, self.plan.count) if self.plan else "",
            "noticed": words.noticed([row.day for row in rows if row.remarks or row.overlaps]),
            "wrong": {**self.form.wrong, **self.wrong},
            "wrong_rule": self.wrong,
            "difference": self.difference,
        }


def show(page: SeriesPage) -> str:
    """The whole page."""
    return render_template(
        "console/series.html",
        **page.context(),
        count=page.count,
        draft=kept_typed.key(),
        is_live=False,
        weekdays=[(each.value, words.weekday_names()[each]) for each in WEEK],
        most_promos=MOST_WINDOWS,
        most_units=MAX_QUANTITY,
    )


def show_plan(page: SeriesPage) -> str:
    """The part of the page that follows the form."""
    return render_template("console/series/plan.html", **page.context(), is_live=True)
