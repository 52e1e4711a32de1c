"""`flask demo load`: alive on any day, loaded as often as one likes, and never in production."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from flashpromo import campaign, insight
from flashpromo.accounts import sign_ins
from flashpromo.app import create_app
from flashpromo.audience.models import Client
from flashpromo.db import app_now, session, transaction
from flashpromo.demo import loading, market, offers, people, upkeep
from flashpromo.market import products
from flashpromo.market.models import Product, Store
from flashpromo.promos import lifecycle, queries
from flashpromo.promos.queries import EVERYTHING
from flashpromo.promos.states import State, state_at
from flashpromo.promos.terms import Terms


@pytest.fixture
def load(run, context, clock, monkeypatch):
    """Load with a small crowd, then let the second pass in which one promo ends."""
    monkeypatch.setattr(people.crowd, "__defaults__", (300,))

    def load_it():
        done = run("demo", "load")
        assert done.exit_code == 0
        clock.advance(seconds=2)
        session().expire_all()
        return done.stdout

    return load_it


def states():
    now = app_now()
    _, promos = queries.page(EVERYTHING, now, limit=100)
    return {promo.product.name: state_at(promo, now) for promo in reversed(promos)}


LIVE_NOW = {
    "Headphones XYZ": State.RUNNING,
    "Cold brew": State.RUNNING,
    "Mechanical keyboard": State.SCHEDULED,
    "27-inch monitor": State.SCHEDULED,
    "Breakfast for two": State.ENDED,
    "USB-C dock": State.DRAFT,
}


def count(model):
    return session().scalar(select(func.count()).select_from(model))


def test_shows_a_promo_of_every_state(load):
    said = load()
    assert "Headphones XYZ: promo 1 at 499.00, running" in said
    assert "sign in as admin, techshop, cafe, alice, bob, carol" in said
    assert states() == LIVE_NOW
    assert count(Client) == 306


def test_everybody_can_sign_in_and_merchants_have_their_own_stores(load):
    load()
    for name in ("admin", "techshop", "cafe", *people.CHARACTERS):
        assert sign_ins.authenticate(name, "flash-demo")
    tech, cafe = (market.find_store(shop) for shop in market.SHOPS)
    assert (tech.name, cafe.name) == ("TechShop", "Café")
    assert {tech.currency, cafe.currency} == {"MXN"}


def test_the_characters_play_their_parts(load):
    load()
    (headphones,) = upkeep.present(offers.OFFERS[0], app_now())

    def reasons(name):
        return insight.explain(sign_ins.find(name).client_id, headphones.id).explanation.reasons

    assert reasons("alice") == []
    assert reasons("bob") == ["out_of_range"]
    assert reasons("carol") == ["opted_out"]
    assert reasons("dan") == ["not_in_segments"]
    assert reasons("erin") == ["location_too_old"]
    assert reasons("frank") == ["out_of_range"]
    keyboard = upkeep.present(offers.OFFERS[2], app_now())[0]
    assert insight.explain(sign_ins.find("dan").client_id, keyboard.id).explanation.reached


def test_loading_again_at_once_changes_nothing(load):
    load()
    before = (count(Client), count(Store), count(Product), states())
    assert "0 new" in load()
    assert (count(Client), count(Store), count(Product), states()) == before


@pytest.mark.parametrize("later", [{"minutes": 5}, {"minutes": 90}, {"hours": 26}, {"days": 90}])
def test_loading_later_is_as_alive_as_the_first_time(load, clock, later):
    load()
    clock.advance(**later)
    load()
    assert states() == LIVE_NOW
    assert upkeep.in_the_way(offers.OFFERS[2], app_now() - timedelta(hours=2)) == []
    alice = session().get(Client, sign_ins.find("alice").client_id)
    assert alice.located_at > app_now() - timedelta(minutes=5)


def test_a_promo_that_was_sold_out_is_offered_again(load):
    load()
    (headphones,) = upkeep.present(offers.OFFERS[0], app_now())
    with transaction():
        campaign.cancel(headphones.id)
    load()
    found = [state_at(promo, app_now()) for promo in upkeep.present(offers.OFFERS[0], app_now())]
    assert Counter(found) == {State.RUNNING: 1, State.CANCELLED: 1}


def test_what_a_visitor_made_stays(load, clock):
    load()
    product = market.find_product("Headphones XYZ")
    with transaction():
        products.change(products.get(product.id, for_update=True), regular_price=Decimal(950))
    clock.advance(hours=3)
    with transaction():
        now = app_now()
        mine = lifecycle.create(
            Terms(
                product_id=product.id,
                promo_price=Decimal("450.00"),
                start_time=now + timedelta(minutes=30),
                end_time=now + timedelta(minutes=40),
                segment_ids=tuple(upkeep.segment_ids(["VIP"])),
            ),
            publish=True,
        )
    assert "Headphones XYZ: another promo covers its time" in load()
    assert state_at(queries.get(mine.id, EVERYTHING, app_now()), app_now()) is State.SCHEDULED
    assert market.find_product("Headphones XYZ").regular_price == Decimal(950)


def test_a_crowd_is_dense_where_people_live_and_the_same_every_time():
    now = datetime(2026, 6, 1, tzinfo=UTC)
    crowd, again = list(people.crowd(now, 2000)), list(people.crowd(now, 2000))
    assert crowd == again
    near = [
        values
        for _, values in crowd
        if values["latitude"] is not None
        and abs(values["latitude"] - 19.43) < 0.1
        and abs(values["longitude"] + 99.13) < 0.1
    ]
    assert len(near) > 600


def test_refuses_in_production(settings, clean):
    app = create_app(settings.model_copy(update={"environment": "production"}))
    done = app.test_cli_runner().invoke(args=["demo", "load"])
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: The demo is not for production")
    with app.app_context():
        assert count(Store) == 0
        with pytest.raises(loading.NotForProduction):
            next(loading.steps())
