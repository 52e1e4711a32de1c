"""The live count: who would be told now, and why not the others."""

import re

import pytest
from sqlalchemy import text

from flashpromo.accounts import users
from flashpromo.console.promo_form import counted
from flashpromo.db import db, session, transaction
from flashpromo.market.models import Store
from tests.console.conftest import Town
from tests.console.editor import Form, filled, value, words
from tests.pages.conftest import PASSWORD, Browser
from tests.story import statements


@pytest.fixture
def form(owner: Browser, town: Town) -> Form:
    return Form(owner, fields=filled(town))


@pytest.fixture
def exactly(look_as, town: Town) -> Form:
    """An operator's: told exactly."""
    return Form(look_as("admin"), fields=filled(town))


def add(town: Town, count: int, **values) -> None:
    with town.app.app_context(), transaction():
        for each in range(count):
            town.world.add_client(f"{values} {each}", metres=50, **values)


def sentence(form: Form, **changes) -> str:
    return re.search(r'id="audience-words"[^>]*>([^<]*)<', form.ask("audience", **changes).text)[1]


def test_an_operator_is_told_exactly_and_the_parts_make_up_the_whole(exactly: Form):
    assert sentence(exactly) == (
        "1 client now: 4 in range, 1 in other segments, 1 who want no promos, 1 location too old."
    )
    assert sentence(exactly, max_distance_km="35").startswith("2 clients now: 5 in range")
    both = [exactly.fields["segment_ids"][0], exactly.fields["segment_ids"][0] + 1]
    assert sentence(exactly, segment_ids=both) == (
        "2 clients now: 4 in range, 1 who want no promos, 1 location too old."
    )


def test_a_merchant_is_told_roughly(form: Form, town: Town):
    page = form.ask("audience")
    assert words(page).startswith("Fewer than 10 clients now.")
    assert "fewer than 10 reads as nobody" in words(page)
    add(town, 60)
    add(town, 40, segment_ids=[town.world.frequent])
    told = re.fullmatch(
        r"About (\d+) clients now: (\d+) in range, (\d+) in other segments\.", sentence(form)
    )
    audience, whole, others = map(int, told.groups())
    assert (audience % 10, others % 10, whole) == (0, 0, audience + others)
    assert 50 <= audience <= 70
    assert f"Started now, it would tell about {audience} clients." in form.ask("audience").text


def test_it_is_counted_in_steps_of_the_radius(form: Form):
    assert "Counted within 2.4 km." in words(form.ask("audience", max_distance_km="2.37"))
    assert "Counted within" not in words(form.ask("audience", max_distance_km="2.4"))


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({"product_id": ""}, "Choose a segment"),
        ({"segment_ids": []}, "Choose a segment"),
        ({"max_distance_km": "far"}, "Give a radius"),
        ({"max_distance_km": "51"}, "cannot be counted"),
        ({"max_distance_km": "0"}, "cannot be counted"),
        ({"segment_ids": ["999"]}, "cannot be counted"),
        ({"segment_ids": ["9" * 40]}, "Choose a segment"),
    ],
)
def test_what_cannot_be_counted_gets_a_hint(form: Form, changes: dict, hint: str):
    if changes == {"product_id": ""}:
        changes = {"product_id": "", "segment_ids": []}
    page = form.ask("audience", **changes)
    assert page.status_code == 200
    assert hint in words(page)
    assert "problem" not in page.text


def test_an_operator_of_many_stores_chooses_a_product_first(exactly: Form):
    assert "Choose a product" in words(exactly.ask("audience", product_id=""))


def test_it_is_one_query_over_the_clients(form: Form, town: Town):
    with town.app.app_context(), statements() as sent:
        form.ask("audience", settled="1")
    assert len([each for each in sent if "FROM client" in each]) == 1
    assert len(sent) <= 11


def test_a_count_that_nobody_waits_for_ends(form: Form, app, monkeypatch):
    monkeypatch.setattr(counted, "MOST_SECONDS", 1)
    with app.app_context(), db.engine.begin() as holder:
        holder.execute(text("LOCK TABLE client IN ACCESS EXCLUSIVE MODE"))
        page = form.ask("audience")
    assert page.status_code == 200
    assert words(page) == "The clients cannot be counted just now."


def test_without_a_script_a_button_counts_and_nothing_is_lost(form: Form):
    page = form.send("count", promo_price="4x", product_words="head")
    assert "Fewer than 10 clients now." in words(page)
    assert page.status_code == 200
    assert (value(page, "promo_price"), value(page, "product_words")) == ("4x", "head")


def test_a_foreign_product_is_not_counted(form: Form, town: Town):
    with town.app.app_context(), transaction():
        far = session().get(Store, town.cafe_id)
        far.name = "Far away"
        users.create_merchant("somebody", "", PASSWORD)
    page = form.ask("told", product_id=town.coffee_id)
    assert "Far away" not in page.text
    assert "Cold brew" not in page.text


def test_in_spanish_it_is_written_as_there(exactly: Form, town: Town):
    add(town, 1300)
    data = exactly.hidden | exactly.fields
    asked = {"headers": {"Accept-Language": "es-AR", "HX-Request": "true"}}
    page = exactly.browser.http.post("/console/promos/audience/", data=data, **asked)
    assert "1.301" in page.text
