"""Operators alone get in."""

import pytest

from tests.console.conftest import OWNER, look_as, town
from tests.pages.conftest import Browser

__all__ = ["look_as", "town"]

ADMIN = "/admin/"


def test_an_operator_gets_in(look_as):
    page = look_as("admin").get(ADMIN)
    assert page.status_code == 200
    assert page.text.count("<h1") == 1
    assert "Merchant console" in page.text


def test_the_front_page_leads_operators_there(look_as):
    assert f'href="{ADMIN}"' in look_as("admin").get("/").text
    assert f'href="{ADMIN}"' not in look_as(OWNER).get("/").text


@pytest.mark.parametrize("name", [OWNER, "alice"])
def test_nobody_else_does(look_as, name: str):
    refused = look_as(name).get(ADMIN)
    assert refused.status_code == 403
    assert "for the operators" in refused.text
    assert "Overview" not in refused.text


def test_who_is_not_signed_in_is_led_to_the_form(app, clean):
    led = Browser(app.test_client()).get(ADMIN)
    assert (led.status_code, led.location) == (303, "/sign-in/?next=/admin/")
