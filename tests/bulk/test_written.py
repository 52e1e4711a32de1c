"""Files that go out are opened by spreadsheets."""

from decimal import Decimal

import pytest

from flashpromo.bulk import written


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_text_is_no_formula(text: str):
    assert written.harmless(text) == f"'{text}"


def test_numbers_stay_numbers_and_nothing_stays_nothing():
    assert written.line([-1, Decimal("-2.50"), None, "a,b", 'say "x"']) == (
        '-1,-2.50,,"a,b","say ""x"""\r\n'
    )
