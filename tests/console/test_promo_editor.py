"""The editor of promos: written, published, changed; what is wrong stands at its field."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from flashpromo import campaign
from flashpromo.audience.models import Segment
from flashpromo.audit.models import AuditEvent
from flashpromo.db import app_now, session, transaction
from flashpromo.promos import lifecycle, queries
from flashpromo.promos.models import Promo
from flashpromo.promos.states import State, state_at
from tests.console.conftest import OTHER, OWNER, STAFF, Town
from tests.console.editor import NEW, Form, checked, edit, filled, problems, value, words
from tests.pages.conftest import Browser
from tests.story import statements

ATTACKS = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{1234567*7}}"]


@pytest.fixture
def form(owner: Browser, town: Town) -> Form:
    return Form(owner, fields=filled(town))


def promos(town: Town) -> list[Promo]:
    with town.app.app_context():
        return queries.page(queries.EVERYTHING, app_now())[1]


def only_promo(town: Town) -> Promo:
    (promo,) = promos(town)
    return promo


def state_of(town: Town, promo: Promo) -> State:
    with town.app.app_context():
        return state_at(promo, app_now())


# --- written and published


def test_a_draft_is_saved_as_it_was_filled_in(form: Form, town: Town):
    answer = form.send()
    promo = only_promo(town)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/console/promos/{promo.id}/")
    assert state_of(town, promo) is State.DRAFT
    assert promo.promo_price == Decimal("499.00")
    assert promo.start_time == datetime(2030, 5, 17, 23, tzinfo=UTC)
    assert promo.end_time == datetime(2030, 5, 18, 1, tzinfo=UTC)
    assert (promo.segment_ids, promo.quantity) == ([town.world.new_users], 3)
    assert promo.max_distance_km == 2


def test_it_can_be_published_at_once(form: Form, town: Town):
    page = form.browser.http.get(form.send("publish").headers["Location"])
    assert state_of(town, only_promo(town)) is State.SCHEDULED
    assert "The promo is published." in words(page)


def test_who_wrote_it_is_on_record(form: Form, town: Town):
    form.send("publish")
    with town.app.app_context():
        entries = session().query(AuditEvent).filter_by(subject_kind="promo").all()
        assert {each.action for each in entries} == {"promo.created", "promo.published"}
        assert {each.door for each in entries} == {"console"}


def test_a_product_of_the_address_is_chosen(owner: Browser, town: Town):
    page = owner.get(f"{NEW}?product={town.world.product_id}")
    assert value(page, "product_id") == str(town.world.product_id)
    assert "Headphones XYZ TechShop · $999.00 USD" in words(page)
    assert "Mexico City (America/Mexico_City)" in words(page)


# --- rights


@pytest.mark.parametrize("username", [OWNER, STAFF, "admin"])
def test_owners_staff_and_operators_write_promos(look_as, town: Town, username: str):
    assert Form(look_as(username), fields=filled(town)).send().status_code == 303
    assert len(promos(town)) == 1


def test_a_product_of_somebody_else_is_not_there(look_as, town: Town):
    other = look_as(OTHER)
    assert other.get(f"{NEW}?product={town.world.product_id}").status_code == 404
    refused = Form(other, fields=filled(town)).send()
    assert (refused.status_code, problems(refused)) == (422, {"product_id": "Choose a product."})
    options = other.get("/console/promos/products/?product_words=").text
    assert "Cold brew" in options
    assert "Headphones" not in options
    assert promos(town) == []


def test_a_promo_of_somebody_else_is_not_there(look_as, town: Town):
    promo_id = town.promo("Headphones", hours=5, publish=False)
    other = look_as(OTHER)
    assert other.get(edit(promo_id)).status_code == 404
    mine = Form(other, fields=filled(town, product_id=town.coffee_id))
    assert other.http.post(edit(promo_id), data=mine.hidden | mine.fields).status_code == 404
    assert "Headphones" not in mine.ask("told", promo=promo_id, product_id=town.coffee_id).text


def test_a_product_that_cannot_be_is_not_found(owner: Browser):
    for address in ("9" * 30, "x", "0"):
        assert owner.get(f"{NEW}?product={address}").status_code == 404


# --- what is wrong


def test_every_error_stands_at_its_field_and_nothing_typed_is_lost(form: Form, town: Town):
    typed = {
        "product_id": "",
        "product_words": "head <b>",
        "promo_price": "five",
        "start_date": "31/02/2030",
        "start_clock": "5 pm",
        "end_date": "",
        "end_clock": "19:00",
        "segment_ids": [],
        "max_distance_km": "51",
        "quantity": "2.5",
    }
    page = form.send(**typed)
    assert page.status_code == 422
    assert problems(page) == {
        "product_id": "Choose a product.",
        "promo_price": "Must be a number, like 499.90.",
        "start_time": "Must have a day, like 2030-05-17.",
        "end_time": "Must have a day, like 2030-05-17.",
        "segment_ids": "At least one segment is needed.",
        "max_distance_km": "Must be above 0 and at most 50.",
        "quantity": "Must be a whole number.",
    }
    for name in ("product_words", "promo_price", "start_date", "start_clock", "end_clock"):
        assert value(page, name) == typed[name]
    assert (value(page, "max_distance_km"), value(page, "quantity")) == ("51", "2.5")
    assert "7 fields are wrong; nothing is saved yet." in words(page)
    summary = page.text.partition('id="problems"')[2].partition("</ul>")[0]
    links = re.findall(r'href="#(\w+)"', summary)
    assert len(links) == 7
    assert all(f'id="{each}"' in page.text for each in links)
    assert "autofocus" in summary
    assert promos(town) == []


def test_what_no_browser_would_show_as_a_day_stands_in_a_text_field(form: Form):
    page = form.send(start_date="2030-02-31", end_clock="25:00")
    tags = {each for each in re.findall(r"<input[^>]*>", page.text) if "_date" in each}
    assert [('type="text"' in each) for each in tags if 'name="start_date"' in each] == [True]
    assert [('type="date"' in each) for each in tags if 'name="end_date"' in each] == [True]
    assert value(page, "end_clock") == "25:00"


WRONG = [
    ({"promo_price": "999"}, {"promo_price": "Must be below the regular price of $999.00."}),
    ({"promo_price": "0"}, {"promo_price": "Must be above 0."}),
    ({"promo_price": "-1"}, {"promo_price": "Must be above 0."}),
    ({"promo_price": "1.239"}, {"promo_price": "Must have at most two decimals."}),
    ({"promo_price": ""}, {"promo_price": "Must be given, like 499.90."}),
    ({"end_clock": "16:59"}, {"end_time": "Must be after the start."}),
    ({"end_clock": ""}, {"end_time": "Must have a time, like 17:30."}),
    ({"start_date": "1900-01-01"}, {"start_time": "Must be after 1970 and before 2200."}),
    ({"max_distance_km": "0"}, {"max_distance_km": "Must be above 0 and at most 50."}),
    ({"max_distance_km": "1.2345678"}, {"max_distance_km": "Must have at most 6 decimals."}),
    ({"quantity": "0"}, {"quantity": "Must be from 1 to 100,000."}),
    ({"quantity": "9" * 39}, {"quantity": "Must be from 1 to 100,000."}),
    ({"segment_ids": ["77"]}, {"segment_ids": "Unknown segment: 77."}),
    ({"segment_ids": ["x"]}, {"segment_ids": "At least one segment is needed."}),
]


def test_a_wrong_value_is_told_at_its_field(form: Form):
    for changes, wrong in WRONG:
        page = form.send(**changes)
        assert (page.status_code, problems(page)) == (422, wrong), changes


def test_a_window_that_is_over_cannot_be_published_but_saved(form: Form, town: Town):
    past = {"start_date": "2020-05-17", "end_date": "2020-05-17"}
    assert problems(form.send("publish", **past)) == {"end_time": "Must be in the future."}
    assert form.send("draft", **past).status_code == 303


def test_a_promo_in_the_way_is_named_with_a_link(form: Form, town: Town):
    form.send("publish")
    first = only_promo(town)
    page = form.send("publish", start_clock="18:00", end_clock="20:00")
    title = "Another published promo of this product overlaps this window."
    assert (page.status_code, problems(page)) == (409, {"start_time": title})
    assert f'<a href="/console/promos/{first.id}/">Headphones XYZ, May 17, 2030' in page.text
    assert value(page, "end_clock") == "20:00"
    told = form.ask("told", start_clock="18:00", end_clock="20:00")
    assert f'href="/console/promos/{first.id}/"' in told.text
    assert "in-the-way" not in form.ask("told", start_clock="20:00", end_clock="21:00").text
    assert form.send("draft", start_clock="18:00", end_clock="20:00").status_code == 303


def test_what_is_typed_or_stored_is_never_run(form: Form, town: Town):
    for attack in ATTACKS:
        run_nothing(form, town, attack)


def run_nothing(form: Form, town: Town, attack: str) -> None:
    with town.app.app_context(), transaction():
        product_id = town.world.add_product(attack)
        session().add(Segment(name=attack, description=attack))
    fields = ("promo_price", "start_date", "start_clock", "max_distance_km", "quantity", "was")
    pages = [
        form.send(**dict.fromkeys((*fields, "product_words", "draft", "promo"), attack)),
        form.browser.get(f"{NEW}?product={product_id}"),
        form.browser.get("/console/promos/products/?product_words="),
        form.ask("told", product_id=product_id, promo_price=attack),
    ]
    for page in pages:
        assert "<script>alert" not in page.text
        assert "<img" not in page.text.replace('<img src="/static', "")
        assert "8641969" not in page.text


# --- numbers as people write them


@pytest.mark.parametrize(
    ("accepted", "typed", "price", "read_as"),
    [
        ("es-ES", "499,90", "499.90", ""),
        ("es-ES", "499.90", "499.90", "499,90"),
        ("es-MX", "499,90", "499.90", "499.90"),
        ("en-US", "$499.90", "499.90", ""),
    ],
)
def test_a_price_is_read_as_it_is_written(form: Form, town: Town, accepted, typed, price, read_as):
    language = {"Accept-Language": accepted}
    asked = {"headers": {**language, "HX-Request": "true"}}
    data = form.hidden | form.fields | {"promo_price": typed}
    told = form.browser.http.post("/console/promos/told/", data=data, **asked).text
    doubt = re.search(r'class="doubt">([^<]*)', told)
    assert read_as in doubt[1] if read_as else doubt is None
    form.browser.http.post(NEW, data=data | {"step": "draft"}, headers=language)
    assert only_promo(town).promo_price == Decimal(price)
    shown = form.browser.http.get(edit(only_promo(town).id), headers=language)
    assert value(shown, "promo_price") == ("499,90" if accepted == "es-ES" else "499.90")


def test_a_thousand_that_could_be_one_is_told(form: Form):
    assert "Read as 1,234." in words(form.ask("told", quantity="1,234"))
    assert "Read as" not in words(form.ask("told", quantity="1234"))


def test_the_discount_is_told(form: Form):
    assert "-50%, the client saves $500.00." in words(form.ask("told"))
    assert "The regular price is $999.00." in words(form.ask("told", promo_price="x"))


# --- changed


@pytest.fixture
def draft(form: Form, town: Town) -> Form:
    form.send()
    return Form(form.browser, edit(only_promo(town).id), dict(form.fields))


def test_only_what_was_touched_is_changed(draft: Form, town: Town):
    exact = datetime(2030, 5, 17, 23, 0, 0, 123456, tzinfo=UTC)
    promo_id = only_promo(town).id
    with town.app.app_context(), transaction():
        lifecycle.change(promo_id, {"start_time": exact})
    again = Form(draft.browser, edit(promo_id), draft.fields)
    assert again.send(quantity="4").status_code == 303
    assert (only_promo(town).start_time, only_promo(town).quantity) == (exact, 4)


def test_a_draft_is_published_from_the_editor(draft: Form, town: Town):
    draft.send("publish", quantity="5")
    assert (state_of(town, only_promo(town)), only_promo(town).quantity) == (State.SCHEDULED, 5)


def test_a_published_promo_stays_published_and_keeps_its_product(draft: Form, town: Town):
    draft.send("publish")
    again = Form(draft.browser, draft.page, draft.fields)
    page = again.browser.get(again.page)
    assert "product_words" not in page.text
    assert "Its product cannot change any more." in words(page)
    landed = again.send("save", promo_price="450")
    assert "The changes are saved." in words(again.browser.get(landed.headers["Location"]))
    assert only_promo(town).promo_price == 450
    assert only_promo(town).published
    with town.app.app_context(), transaction():
        product_id = town.world.add_product("Other")
    again = Form(draft.browser, draft.page, draft.fields)
    refused = again.send("save", product_id=product_id)
    assert problems(refused) == {"product_id": "Cannot change once the promo is published."}


def test_a_running_promo_says_what_a_change_means(owner: Browser, town: Town):
    promo_id = town.promo("Headphones", hours=-1, quantity=3)
    page = owner.get(edit(promo_id))
    assert "This promo has started: what you save counts at once." in words(page)
    assert "Units: 0 are held or sold, and there cannot be fewer." in words(page)


def test_what_is_over_cannot_be_edited(owner: Browser, town: Town):
    promo_id = town.promo("Headphones", hours=1)
    form = Form(owner, edit(promo_id), filled(town))
    with town.app.app_context(), transaction():
        campaign.cancel(promo_id)
    assert owner.get(edit(promo_id)).status_code == 409
    page = form.send("save")
    assert page.status_code in {409, 412}
    assert value(page, "promo_price") == "499.00"


def test_segments_that_are_gone_are_left_out_by_saving(draft: Form, town: Town):
    with town.app.app_context(), transaction():
        session().get(Segment, town.world.new_users).deleted_at = app_now()
    again = Form(draft.browser, draft.page, draft.fields)
    assert checked(again.browser.get(again.page), "segment_ids") == []
    assert again.send(segment_ids=[town.world.frequent]).status_code == 303
    assert only_promo(town).segment_ids == [town.world.frequent]


# --- without a script


def test_products_are_found_by_a_button_and_everything_typed_stays(form: Form, town: Town):
    page = form.send("find", product_id="", product_words="phones", promo_price="4x")
    assert (page.status_code, problems(page)) == (200, {})
    assert f'type="radio" name="product_id" value="{town.world.product_id}"' in " ".join(
        page.text.split()
    )
    assert value(page, "promo_price") == "4x"
    assert checked(page, "segment_ids") == [str(town.world.new_users)]


def test_it_is_kept_who_was_found_elsewhere(form: Form, town: Town):
    page = form.send("find", product_words="nothing of that name")
    assert value(page, "product_id") == str(town.world.product_id)


def test_a_form_says_when_it_was_saved(form: Form):
    answer = form.send(draft="0123456789abcdef")
    assert "flashpromo_saved=0123456789abcdef" in answer.headers["Set-Cookie"]
    assert form.send(promo_price="").headers.get("Set-Cookie", "").count("flashpromo_saved") == 0


def test_the_page_asks_few_questions(owner: Browser, town: Town):
    promo_id = town.promo("Headphones", hours=5)
    with town.app.app_context():
        with statements() as sent:
            owner.get(NEW)
        assert len(sent) <= 11
        with statements() as sent:
            owner.get(edit(promo_id))
        assert len(sent) <= 14


def test_a_start_of_the_past_is_told(form: Form, town: Town):
    with town.app.app_context():
        now = app_now()
    day = {"start_date": f"{now - timedelta(days=2):%Y-%m-%d}", "end_date": "2030-01-01"}
    assert "published now, it starts at once" in words(form.ask("told", **day))
    assert "can be saved, but not published" in words(
        form.ask("told", start_date="2020-01-01", end_date="2020-01-02")
    )
