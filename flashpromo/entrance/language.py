"""In which language, and by which region's habits, a page speaks to whoever looks at it.

What a person has chosen counts, else what the browser asks for. Templates find the words by
`_()` and `{% trans %}`, and the habits by the filters `money`, `amount`, `number`, `percent`,
`day`, `weekday_of`, `clock`, `when`, `span` and `remaining`; `told` puts a sentence of the domain
into the page's language.
"""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Final

from babel import Locale, numbers, support
from flask import Flask, request
from flask_babel import Babel, get_locale, get_translations
from werkzeug.wrappers import Response

from flashpromo import config, formats, languages, sentences
from flashpromo.entrance import way_back
from flashpromo.languages import Language

COOKIE: Final = "flashpromo_language"
YEAR_SECONDS: Final = 365 * 24 * 3600


def init_app(app: Flask) -> None:
    """Give pages their words and habits."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(sentences.CATALOGUES)
    Babel(app, locale_selector=_locale)
    _find_words_fast(app)
    app.jinja_env.filters.update(
        money=lambda amount, currency: formats.money(amount, currency, here()),
        number=_by_locale(formats.number),
        amount=_by_locale(formats.amount),
        percent=_by_locale(formats.percent),
        day=_in_zone(formats.day),
        clock=_in_zone(formats.clock),
        weekday_of=lambda day: formats.weekday_of(day, here()),
        when=_in_zone(formats.when),
        span=lambda start, end, zone: formats.span(start, end, zone, here()),
        remaining=lambda until, now: formats.remaining(until, now, here()),
        zone_name=lambda zone: formats.zone_name(zone, here()),
        told=told,
    )
    app.jinja_env.globals.update(
        language=language,
        decimal_mark=lambda: numbers.get_decimal_symbol(here()),
        languages=languages.NAMES,
        this_page=way_back.this_page,
    )


def language() -> Language:
    """The language of this request."""
    chosen = languages.known(request.cookies.get(COOKIE))
    return chosen or languages.preferred(_accepted())


def here() -> Locale:
    """The locale of this request."""
    return get_locale() or Locale.parse(languages.HOME[Language.ENGLISH])


def told(sentence: str) -> str:
    """A sentence of the domain in the language of this request."""
    return sentences.of(language()).told(sentence)


def keep(response: Response, chosen: Language) -> Response:
    """Let this browser be spoken to in that language from now on."""
    response.set_cookie(
        COOKIE,
        chosen,
        max_age=YEAR_SECONDS,
        path="/",
        secure=config.current().only_over_https,
        httponly=True,
        samesite="Lax",
    )
    return response


def _find_words_fast(app: Flask) -> None:
    """Remember the catalogue of each locale.

    A long page asks for hundreds of sentences, and flask-babel looks for the catalogue anew for
    each: that took almost half of the time of such a page.
    """
    catalogues: dict[Locale | None, support.NullTranslations] = {}

    def words() -> support.NullTranslations:
        locale = get_locale()
        found = catalogues.get(locale)
        if found is None:
            found = catalogues[locale] = get_translations()
        return found

    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda said: words().ugettext(said),
        ngettext=lambda one, many, number: words().ungettext(one, many, number),
        newstyle=True,
        pgettext=lambda context, said: words().upgettext(context, said),
        npgettext=lambda context, one, many, number: words().unpgettext(context, one, many, number),
    )


def _locale() -> Locale:
    return languages.locale(language(), _accepted())


def _accepted() -> list[str]:
    return list(request.accept_languages.values())


def _by_locale(write: Callable[[Decimal | float, Locale], str]) -> Callable[..., str]:
    return lambda value: write(value, here())


def _in_zone(write: Callable[[datetime, str, Locale], str]) -> Callable[..., str]:
    return lambda moment, zone: write(moment, zone, here())
