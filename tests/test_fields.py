"""The rules of single values, each by its edges."""

from decimal import Decimal

import pytest

from flashpromo import time_zones
from flashpromo.errors import InvalidFields
from flashpromo.fields import Checks


def fails(check: str, value, **limits) -> bool:
    checks = Checks()
    getattr(checks, check)("field", value, **limits)
    try:
        checks.done()
    except InvalidFields as error:
        return set(error.fields) == {"field"}
    return False


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ("x", False),
        ("  x  ", False),
        ("x" * 10, False),
        ("x" * 11, True),
        ("", True),
        ("  ", True),
        ("a\nb", True),
        ("a\0b", True),
        ("\x7f", True),
        ("\ud800", True),
        ("ñandú 🛒", False),
    ],
)
def test_a_line(value: str, wrong: bool):
    assert fails("line", value, longest=10) is wrong


@pytest.mark.parametrize(
    ("value", "wrong"),
    [("", False), ("a\nb", False), ("\0", True), ("\ud800", True), ("x" * 11, True)],
)
def test_prose(value: str, wrong: bool):
    assert fails("prose", value, longest=10) is wrong


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ("MXN", False),
        ("USD", False),
        ("JPY", False),
        ("mxn", True),
        ("DEM", True),  # withdrawn
        ("XTS", True),  # for tests only
        ("", True),
        ("US", True),
    ],
)
def test_currencies(value: str, wrong: bool):
    assert fails("currency", value) is wrong


@pytest.mark.parametrize("value", [90.0, -90.0, 0.0, -0.0])
def test_latitudes(value: float):
    assert not fails("latitude", value)
    assert not fails("longitude", value * 2)


@pytest.mark.parametrize("value", [90.0000001, -91, float("nan"), float("inf"), float("-inf")])
def test_no_latitudes(value: float):
    assert fails("latitude", value)
    assert fails("longitude", value * 2)


@pytest.mark.parametrize("value", ["0.01", "1", "1.10", "9999999999.99", "1E+2"])
def test_prices(value: str):
    assert not fails("price", Decimal(value))


@pytest.mark.parametrize(
    "value",
    ["0", "-1", "0.001", "10000000000", "NaN", "sNaN", "Infinity", "1E+999999", "1E-999999"],
)
def test_no_prices(value: str):
    assert fails("price", Decimal(value))


def test_all_that_is_wrong_is_said_at_once():
    checks = Checks()
    checks.latitude("latitude", 91)
    checks.longitude("longitude", 181)
    with pytest.raises(InvalidFields) as refused:
        checks.done()
    assert set(refused.value.fields) == {"latitude", "longitude"}


@pytest.mark.usefixtures("context")
def test_zones_are_those_that_python_and_the_database_both_know():
    known = time_zones.known()
    assert {"UTC", "America/Mexico_City", "Asia/Tokyo"} <= known
    assert not {"localtime", "Factory", "", "utc+1", "posix/UTC"} & known
