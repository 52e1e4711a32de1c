"""Numbers as people type them, with the marks of their own country or of another."""

from decimal import Decimal

import pytest
from babel import Locale

from flashpromo.console import numerals

SPAIN, MEXICO, STATES = (Locale.parse(each) for each in ("es_ES", "es_MX", "en_US"))


@pytest.mark.parametrize(
    ("typed", "locale", "value", "is_doubtful"),
    [
        ("499,90", SPAIN, "499.90", False),
        ("499,90", MEXICO, "499.90", True),
        ("499.90", SPAIN, "499.90", True),
        ("1.234", SPAIN, "1234", True),
        ("1.234", STATES, "1.234", True),
        ("1,234", STATES, "1234", True),
        ("1.234,50", SPAIN, "1234.50", False),
        ("1.234,50", STATES, "1234.50", True),
        ("1,234,567.8", STATES, "1234567.8", False),
        ("1 234,5", SPAIN, "1234.5", False),
        ("MX$ 499", STATES, "499", False),
        ("499 €", SPAIN, "499", False),
        (".5", STATES, "0.5", False),
        ("-5", STATES, "-5", False),
    ],
)
def test_only_one_thing_is_meant(typed: str, locale: Locale, value: str, is_doubtful: bool):
    assert numerals.read(typed, locale) == numerals.Numeral(Decimal(value), is_doubtful)


@pytest.mark.parametrize(
    "typed", ["", "x", "4x9", "1,23,4", "1..2", "1e9", "NaN", "--1", "1.2.3", "٣", "9" * 41, "$"]
)
def test_what_is_no_number_is_none(typed: str):
    for locale in (SPAIN, MEXICO, STATES):
        assert numerals.read(typed, locale) is None


def test_it_is_shown_again_as_it_would_be_typed():
    assert numerals.written(Decimal("2.000000"), STATES) == "2"
    assert numerals.written(Decimal("2.123456"), SPAIN) == "2,123456"
    assert numerals.written(Decimal("1499.9"), SPAIN, places=2) == "1499,90"
    assert numerals.written(Decimal("1499.9"), MEXICO, places=2) == "1499.90"
