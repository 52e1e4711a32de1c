"""What a store may choose from: time zones by region, and currencies, in the reader's words."""

from functools import lru_cache
from typing import Any, Final

from babel import Locale
from babel.numbers import get_currency_name
from flask_babel import gettext as _

from flashpromo import currencies, formats, time_zones
from flashpromo.entrance import language

Option = tuple[str, str, dict[str, Any]]

UTC: Final = "UTC"


def time_zone_groups(present: str) -> list[tuple[str, list[Option]]]:
    """The zones of each region with their cities' places; `present` is among them if it is known.

    A store may have an older name of a zone by the API: it keeps it.
    """
    cities = _cities(str(language.here()))
    groups = [(words, cities[region]) for region, words in _regions().items()]
    others = [UTC] if present in time_zones.places() else sorted({UTC, present} - {""})
    return [*groups, (_("Others"), [(each, each, {}) for each in others])]


def currency_options() -> list[tuple[str, str]]:
    """The currencies by their codes, with their names."""
    return _currencies(str(language.here()))


@lru_cache(maxsize=8)
def _cities(locale: str) -> dict[str, list[Option]]:
    """The zones by the first part of their names, in the order of their cities' names."""
    spoken, found = Locale.parse(locale), dict[str, list[Option]]()
    for zone, place in time_zones.places().items():
        carried = {"data-latitude": place.latitude, "data-longitude": place.longitude}
        option = (zone, formats.zone_name(zone, spoken), carried)
        found.setdefault(zone.partition("/")[0], []).append(option)
    return {region: sorted(options, key=lambda each: each[1]) for region, options in found.items()}


@lru_cache(maxsize=8)
def _currencies(locale: str) -> list[tuple[str, str]]:
    names = {code: get_currency_name(code, locale=locale) for code in sorted(currencies.known())}
    return [(code, f"{code} · {name}") for code, name in names.items()]


def _regions() -> dict[str, str]:
    return {
        "America": _("America"),
        "Europe": _("Europe"),
        "Africa": _("Africa"),
        "Asia": _("Asia"),
        "Australia": _("Australia"),
        "Pacific": _("Pacific"),
        "Atlantic": _("Atlantic"),
        "Indian": _("Indian Ocean"),
        "Antarctica": _("Antarctica"),
        "Arctic": _("Arctic"),
    }
