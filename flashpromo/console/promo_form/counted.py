"""The live count: how many clients an offer would tell now, in a sentence, and why not the others.

Operators are told exactly, everybody else roughly (see `notify.disclosure`), and both are told
which of the two it is. Of many clients there is an estimate first, which says so, and the count
as the API answers it when it is asked for. A form that cannot be counted yet gets a hint instead.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.exc import OperationalError

from flashpromo import formats, insight
from flashpromo.accounts.permissions import Kind
from flashpromo.console import access
from flashpromo.console.promo_form.offer_page import OfferForm
from flashpromo.db import transaction
from flashpromo.entrance import language
from flashpromo.errors import InvalidFields
from flashpromo.insight import Preview
from flashpromo.notify.audiences import AUDIENCE

log = logging.getLogger(__name__)

MOST_SECONDS: Final = 5
"""A count that its page has given up, for a newer one, goes on in the database no longer."""
REASONS: Final = ("not_in_segments", "opted_out", "already_notified_today", "location_too_old")


@dataclass(frozen=True)
class Part:
    """One of the parts of a count: its words, and its share of everybody in range."""

    name: str
    words: str
    share: float
    before: float


@dataclass(frozen=True)
class Count:
    """A sentence and a short one, the parts of its picture, and what else is to be known."""

    sentence: str
    in_short: str = ""
    parts: Sequence[Part] = ()
    remarks: Sequence[str] = ()
    follows: bool = False
    """It is an estimate, and the count itself is to be asked for."""


def of(form: OfferForm, *, at_once: bool = False) -> Count:
    """Count the clients of an offer, or say what is missing; an estimate will do `at_once`."""
    values = form.offer.values
    if form.store is None:
        return Count(_("Choose a product, and the clients near its store are counted here."))
    if "max_distance_km" not in values:
        return Count(_("Give a radius, and the clients within it are counted here."))
    if not values["segment_ids"]:
        return Count(_("Choose a segment, and its clients are counted here."))
    try:
        asked = insight.question(form.store, values["segment_ids"], values["max_distance_km"])
    except InvalidFields:
        return Count(_("These clients cannot be counted: look at the segments and the radius."))
    look = insight.estimate if at_once else insight.preview
    try:
        with transaction(timeout_seconds=MOST_SECONDS):
            preview = look(asked, exact=access.principal().kind is Kind.OPERATOR)
    except OperationalError as error:
        log.warning("the clients of an offer were not counted: %s", error.orig)
        return Count(_("The clients cannot be counted just now."))
    return Count(
        _sentence(preview),
        _in_short(preview),
        _parts(preview),
        _remarks(preview, form),
        follows=preview.nth > 1,
    )


def _sentence(preview: Preview) -> str:
    if not preview.counts.whole and not preview.counts.is_exact:
        alone: str = _("%(clients)s.", clients=_clients(preview))
        return alone
    told = [_("%(count)s in range", count=_number(preview.counts.whole))]
    excluded = preview.excluded
    told += [_reason(name, excluded[name]) for name in REASONS if excluded.get(name)]
    parts = formats.listed(told)
    told_of = _clients(preview)
    if preview.nth > 1:
        told_of = _(
            "%(clients)s (estimated from every %(nth)sth client)",
            clients=told_of,
            nth=_number(preview.nth),
        )
    sentence: str = _("%(clients)s: %(parts)s.", clients=told_of, parts=parts)
    return sentence


def _clients(preview: Preview) -> str:
    count, shown = preview.audience, _number(preview.audience)
    if preview.counts.is_exact:
        words: str = ngettext("%(count)s client now", "%(count)s clients now", count, count=shown)
    elif count == 0 and preview.nth > 1:
        words = _("Hardly any clients now")
    elif count == 0:
        fewest = _number(preview.counts.minimum)
        words = _("Fewer than %(count)s clients now", count=fewest)
    else:
        words = _("About %(count)s clients now", count=shown)
    return words


def _in_short(preview: Preview) -> str:
    count, shown = preview.audience, _number(preview.audience)
    if preview.counts.is_exact:
        words: str = ngettext(
            "Started now, it would tell %(count)s client.",
            "Started now, it would tell %(count)s clients.",
            count,
            count=shown,
        )
    elif count == 0 and preview.nth > 1:
        words = _("Started now, it would tell hardly any clients.")
    elif count == 0:
        fewest = _number(preview.counts.minimum)
        words = _("Started now, it would tell fewer than %(count)s clients.", count=fewest)
    else:
        words = _("Started now, it would tell about %(count)s clients.", count=shown)
    return words


def _reason(name: str, count: int) -> str:
    shown = _number(count)
    words: dict[str, str] = {
        "not_in_segments": _("%(count)s in other segments", count=shown),
        "opted_out": _("%(count)s who want no promos", count=shown),
        "already_notified_today": _("%(count)s already notified today", count=shown),
        "location_too_old": _("%(count)s location too old", count=shown),
    }
    return words[name]


def _parts(preview: Preview) -> Sequence[Part]:
    whole, before, parts = max(1, preview.counts.whole), 0.0, []
    for name in (AUDIENCE, *REASONS):
        count = preview.counts.parts.get(name, 0)
        if not count:
            continue
        words = _clients(preview) if name == AUDIENCE else _reason(name, count)
        parts.append(Part(name, words, 100 * count / whole, before))
        before += 100 * count / whole
    return parts


def _remarks(preview: Preview, form: OfferForm) -> Sequence[str]:
    km, typed = preview.asked.max_distance_km, form.offer.values["max_distance_km"]
    remarks = []
    if km != typed or "max_distance_km" in form.offer.understood:
        remarks.append(_("Counted within %(km)s km.", km=formats.number(km, language.here())))
    if preview.nth > 1:
        remarks.append(_("All clients are counted as soon as nothing changes for a moment."))
    if preview.counts.is_exact or preview.nth > 1:
        return remarks
    remarks.append(
        _(
            "Numbers are rounded to about %(step)s, and a group of fewer than %(minimum)s reads as "
            "nobody, so that no client is found by counting.",
            step=_number(preview.counts.rounded_to),
            minimum=_number(preview.counts.minimum),
        )
    )
    return remarks


def _number(count: int) -> str:
    return formats.number(count, language.here())
