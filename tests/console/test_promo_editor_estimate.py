"""The live count of very many: about how many at once, then the count as the API answers it."""

import re
from decimal import Decimal

import pytest
from sqlalchemy import text

from flashpromo import insight
from flashpromo.db import session, transaction
from flashpromo.insight import estimates
from flashpromo.market.models import Store
from tests.console.conftest import Town
from tests.console.editor import Form, filled, words
from tests.pages.conftest import Browser

PEOPLE = 24_000
CROWD = text("""
INSERT INTO client (id, latitude, longitude, located_at, segment_ids, opted_in)
SELECT 1000000 + n, 19.4326 + n % 997 / 100000.0, -99.1332, app_now(),
  CASE WHEN hashint4(n) % 4 = 0 THEN ARRAY[:other] ELSE ARRAY[:segment] END, n % 1600 >= 5
FROM generate_series(1, :count) AS n
""")
"""A quarter is in the other segment, and 60 want no promos of whom few are in the sample."""
FOLLOWS = 'id="audience-follows"'
SAID = re.compile(
    r"About ([\d,]+) clients now(?: \(estimated from every (\d+)th client\))?: ([\d,]+) in range, "
    r"([\d,]+) in other segments(.*)\."
)


@pytest.fixture
def crowd(town: Town) -> None:
    of = {"segment": town.world.new_users, "other": town.world.frequent, "count": PEOPLE}
    with town.app.app_context(), transaction():
        session().execute(CROWD, of)


@pytest.fixture
def form(owner: Browser, town: Town) -> Form:
    return Form(owner, fields=filled(town))


@pytest.fixture
def exactly(look_as, town: Town) -> Form:
    return Form(look_as("admin"), fields=filled(town))


def said(form: Form, **changes) -> str:
    page = form.ask("audience", **changes)
    return re.search(r'id="audience-words"[^>]*>([^<]*)<', page.text)[1]


def numbers(sentence: str) -> list[int]:
    audience, _, whole, others, _ = SAID.fullmatch(sentence).groups()
    return [int(each.replace(",", "")) for each in (audience, whole, others)]


@pytest.mark.usefixtures("crowd")
def test_a_merchant_sees_a_rough_sample_multiplied_and_then_the_preview(form: Form):
    page = form.ask("audience")
    audience, whole, others = numbers(said(form))
    assert "(estimated from every 16th client)" in said(form)
    assert FOLLOWS in page.text
    assert (audience % 160, others % 160, whole) == (0, 0, audience + others)
    # Four standard errors of a binomial sample, and a step of the rounding.
    assert abs(audience - PEOPLE * 3 / 4) < 4 * 16 * (PEOPLE / 16 * 3 / 16) ** 0.5 + 160
    assert "who want no promos" not in said(form)
    assert "All clients are counted as soon as" in words(page)

    settled = form.ask("audience", settled="1")
    counted, in_range, _ = numbers(said(form, settled="1"))
    assert FOLLOWS not in settled.text
    assert abs(in_range - PEOPLE) <= 40
    assert counted % 10 == 0
    assert "estimated" not in settled.text
    assert "who want no promos" in settled.text
    assert said(form, settled="1") in words(form.send("count"))


@pytest.mark.usefixtures("crowd")
def test_the_settled_count_is_the_preview_of_the_api(exactly: Form, town: Town):
    audience, whole, _ = numbers(said(exactly))
    assert (audience % 16, whole % 16) == (0, 0)
    assert abs(whole - PEOPLE) < 200
    settled = said(exactly, settled="1")
    with town.app.app_context():
        store = session().get(Store, town.world.store_id)
        asked = insight.question(store, [town.world.new_users], Decimal(2))
        preview = insight.preview(asked, exact=True)
    assert settled.startswith(
        f"{preview.audience:,} clients now: {preview.counts.whole:,} in range, "
    )


def test_few_are_counted_at_once(form: Form):
    page = form.ask("audience")
    assert FOLLOWS not in page.text
    assert "estimated" not in page.text


def test_of_nobody_in_the_sample_no_number_is_promised(
    form: Form, exactly: Form, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(estimates, "ENOUGH", {16: 0})
    assert "Hardly any clients now" in words(form.ask("audience"))
    assert "All clients are counted as soon as" in words(form.ask("audience"))
    assert "would tell hardly any clients" in exactly.ask("audience").text
    assert said(exactly, settled="1").startswith("1 client now: 4 in range")
