"""Amounts of files and forms where nobody is told what was understood: one meaning, or none."""

from decimal import Decimal

import pytest
from babel import Locale, numbers
from hypothesis import given
from hypothesis import strategies as st

from flashpromo.console import numerals

MEXICO, SPAIN, STATES, FRANCE, SWISS = (
    Locale.parse(each) for each in ("es_MX", "es_ES", "en_US", "fr_FR", "de_CH")
)


@pytest.mark.parametrize(
    ("locale", "text", "meant"),
    [
        (SPAIN, "1.299,90", "1299.90"),
        (SPAIN, "1299,9", "1299.9"),
        (SPAIN, "1.299", "1299"),
        (SPAIN, "499.50", "499.50"),
        (SPAIN, "1.299,90 €", "1299.90"),
        (SPAIN, "1,299.90", None),
        (SPAIN, "1,299", None),
        (SPAIN, "12.99.00", None),
        (STATES, "1,299.90", "1299.90"),
        (STATES, "$1,299", "1299"),
        (STATES, "499,5", "499.5"),
        (STATES, "1.299,90", None),
        (STATES, "1.000", None),
        (STATES, "12,34,567", None),
        (MEXICO, "1,299.90", "1299.90"),
        (MEXICO, "1.299", None),
        (FRANCE, "1\u202f299,90", "1299.90"),
        (SWISS, "1\u2019299.90", "1299.90"),
        (STATES, "12 99", None),
        (STATES, "12'99", None),
        (STATES, "-5", "-5"),
        *((STATES, nothing, None) for nothing in ("", " ", "abc", "1e5", "0x1", "\u0661", "=1+1")),
        *((STATES, nothing, None) for nothing in ("NaN", "Infinity", "1_000", ".", ",", "9" * 50)),
    ],
)
def test_an_amount_means_one_thing_or_none(locale: Locale, text: str, meant: str | None):
    assert numerals.amount(text, locale) == (None if meant is None else Decimal(meant))


@given(cents=st.integers(1, 10**12 - 1), locale=st.sampled_from([MEXICO, SPAIN, STATES, FRANCE]))
def test_what_is_written_is_read_again(cents: int, locale: Locale):
    amount = Decimal(cents) / 100
    for written in (
        numerals.written(amount, locale, places=2),
        numbers.format_decimal(amount, "#,##0.00", locale),
        numbers.format_currency(amount, "USD", locale=locale),
    ):
        assert numerals.amount(written, locale) == amount


@given(text=st.text(alphabet="0123456789.,' -+$", max_size=12))
def test_no_two_people_mean_amounts_of_different_size(text: str):
    """What Spain and the States both read is the same: what could be two things, one refuses."""
    here, there = (numerals.amount(text, locale) for locale in (SPAIN, STATES))
    if None not in {here, there}:
        assert here == there
