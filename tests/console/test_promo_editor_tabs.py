"""Two tabs that edit one promo: the second is told, and loses nothing."""

import re
from decimal import Decimal

import pytest

from flashpromo.db import app_now, session, transaction
from flashpromo.promos import lifecycle, queries
from flashpromo.promos.models import Promo
from tests.console.conftest import Town
from tests.console.editor import Form, checked, edit, filled, hidden, value, words
from tests.pages.conftest import Browser

ROW = re.compile(r'<tr role="row">\s*<th role="rowheader".*?</tr>', re.DOTALL)


@pytest.fixture
def tabs(owner: Browser, town: Town) -> tuple[Form, Form]:
    """Two tabs that show the same draft."""
    Form(owner, fields=filled(town)).send()
    address = edit(promo(town).id)
    return Form(owner, address, filled(town)), Form(owner, address, filled(town))


def promo(town: Town) -> Promo:
    with town.app.app_context():
        return queries.page(queries.EVERYTHING, app_now())[1][0]


def rows(page) -> list[str]:
    return [" ".join(re.sub("<[^>]+>", " ", each).split()) for each in ROW.findall(page.text)]


def test_the_second_is_told_field_by_field(tabs, town: Town):
    first, second = tabs
    both = [town.world.new_users, town.world.frequent]
    first.send(promo_price="450.00", quantity="7", segment_ids=both, end_clock="20:00")
    page = second.send(promo_price="480.00", max_distance_km="5")
    assert page.status_code == 412
    assert "Nothing of yours is saved yet, and nothing is lost." in words(page)
    said = "What was saved: you had not touched it."
    assert rows(page) == [
        "Promo price $450.00 480.00 Yours",
        f"End May 17, 2030, 8:00\u202fPM 2030-05-17 19:00 {said}".replace("\u202f", " "),
        f"Segments New users, Frequent buyers New users {said}",
        f"Units 7 3 {said}",
    ]
    assert promo(town).promo_price == Decimal("450.00")
    assert (value(page, "promo_price"), value(page, "max_distance_km")) == ("480.00", "5")
    assert (value(page, "quantity"), value(page, "end_clock")) == ("7", "20:00")
    assert checked(page, "segment_ids") == [str(each) for each in both]


def test_the_second_may_save_on_top_on_purpose(tabs, town: Town):
    first, second = tabs
    first.send(promo_price="450.00", quantity="7")
    page = second.send(promo_price="480.00")
    second.hidden = hidden(page)
    assert second.send(promo_price="480.00", quantity="7").status_code == 303
    assert (promo(town).promo_price, promo(town).quantity) == (Decimal("480.00"), 7)


def test_a_third_change_is_told_again(tabs, town: Town):
    first, second = tabs
    first.send(promo_price="450.00")
    second.hidden = hidden(second.send(promo_price="480.00"))
    with town.app.app_context(), transaction():
        lifecycle.change(promo(town).id, {"quantity": 9})
    page = second.send(promo_price="480.00")
    assert (page.status_code, len(rows(page))) == (412, 1)
    assert "Units 9 3" in rows(page)[0]


def test_an_error_in_between_does_not_hide_it(tabs, town: Town):
    first, second = tabs
    page = second.send(promo_price="")
    assert page.status_code == 422
    second.hidden = hidden(page)
    first.send(promo_price="450.00")
    assert second.send(promo_price="480.00").status_code == 412


def test_what_is_no_field_is_told_as_such(tabs, town: Town):
    with town.app.app_context(), transaction():
        lifecycle.change(promo(town).id, {}, is_active=True)
    page = tabs[1].send()
    assert page.status_code == 412
    assert "its state or the price of its product is another one" in words(page)


def test_a_mark_that_was_made_up_is_refused_and_harms_nothing(tabs, town: Town):
    for was in ("", "[]", "{", '{"quantity": ["x"]}', "[" * 100_000):
        page = tabs[0].send(seen="0" * 32, was=was, quantity="8")
        assert page.status_code == 412
        assert value(page, "quantity") == "8"
    assert promo(town).quantity == 3


def test_a_promo_that_is_gone_is_not_found(tabs, town: Town):
    with town.app.app_context(), transaction():
        session().get(Promo, promo(town).id).deleted_at = app_now()
    assert tabs[0].send().status_code == 404
