"""A rule in a sentence: "Weekdays from 5:00 PM to 7:00 PM, Nov 24 to Dec 20, 2026: 20 promos"."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Final

from babel.lists import format_list
from flask_babel import gettext as _
from flask_babel import ngettext

from flashpromo import formats
from flashpromo.console.series_form.rule import PRESETS
from flashpromo.entrance import language
from flashpromo.promos.recurrence import WEEK, Rule, Weekday

MOST_NAMED: Final = 5


def sentence(rule: Rule, count: int) -> str:
    """What was understood, and how many promos it makes."""
    locale = language.here()
    values = {
        "days": days(rule.weekdays),
        "start": formats.time_of(rule.starts_at, locale),
        "end": formats.time_of(rule.ends_at, locale),
        "first": formats.date_of(rule.first_day, locale),
        "last": formats.date_of(rule.last_day, locale),
        "count": formats.number(count, locale),
    }
    if rule.ends_at > rule.starts_at:
        said = ngettext(
            "%(days)s from %(start)s to %(end)s, %(first)s to %(last)s: one promo.",
            "%(days)s from %(start)s to %(end)s, %(first)s to %(last)s: %(count)s promos.",
            count,
            **values,
        )
    else:
        said = ngettext(
            "%(days)s from %(start)s to %(end)s of the next day, %(first)s to %(last)s: one promo.",
            "%(days)s from %(start)s to %(end)s of the next day, %(first)s to %(last)s: "
            "%(count)s promos.",
            count,
            **values,
        )
    return str(said)


def noticed(days: Sequence[date]) -> str:
    """On which days there is something to be known, the first of them by name; empty if on none."""
    if not days:
        return ""
    named = [formats.date_of(each, language.here()) for each in days[:MOST_NAMED]]
    told = format_list(named, locale=language.here())
    if len(days) <= MOST_NAMED:
        return str(_("Look at these days: %(days)s.", days=told))
    more = formats.number(len(days) - MOST_NAMED, language.here())
    return str(_("Look at these days: %(days)s, and %(more)s more.", days=told, more=more))


def days(weekdays: Collection[Weekday]) -> str:
    """The days of the week by the name of their set, or one by one; capitalized."""
    known = {
        "weekdays": _("Weekdays"),
        "weekend": _("Saturdays and Sundays"),
        "every_day": _("Every day"),
    }
    for name, words in known.items():
        if set(weekdays) == set(PRESETS[name]):
            return str(words)
    names = weekday_names()
    told = format_list([names[each] for each in WEEK if each in weekdays], locale=language.here())
    return told[:1].upper() + told[1:]


def weekday_names() -> dict[Weekday, str]:
    """What the days of the week are called."""
    names = language.here().days["stand-alone"]["wide"]
    return {each: names[number] for number, each in enumerate(WEEK)}
