"""What makes a page look again: what is published by which step, and who gets a ticket."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from redis import Redis

from flashpromo.app import create_app
from flashpromo.audience import clients
from flashpromo.config import Settings
from flashpromo.db import transaction
from flashpromo.news.tickets import Tickets
from flashpromo.news.topic import News, topic_of
from flashpromo.notify import inbox
from tests.shop.conftest import SHOP, Shopper
from tests.story import activate, complete, release, take
from tests.world import World

TICKET = f"{SHOP}ticket/"


@contextmanager
def heard(redis: Redis) -> Iterator[list[News]]:
    """What is published inside the block, in its order."""
    news: list[News] = []
    with redis.pubsub(ignore_subscribe_messages=True) as listener:
        listener.subscribe(topic_of(redis))
        listener.get_message(timeout=5)
        yield news
        while (message := listener.get_message(timeout=0.05)) is not None:
            news.append(News.read(message["data"]))


def test_a_wave_is_news_for_everybody(world: World, redis: Redis):
    with heard(redis) as news:
        activate(world)
    assert any(each.everything for each in news)


def test_each_step_of_a_unit_is_news_of_its_promo_and_its_client(world: World, redis: Redis):
    promo = activate(world, quantity=2)
    own = News(promo_ids=frozenset({promo.id}), client_ids=frozenset({world.alice}))
    with heard(redis) as news:
        held = take(world.alice, promo.id)
    assert news == [own]
    with heard(redis) as news:
        release(held)
    assert news == [own]
    held = take(world.carol, promo.id)
    with heard(redis) as news:
        complete(held)
    assert [each.promo_ids for each in news] == [{promo.id}]


def test_what_is_rolled_back_is_no_news(world: World, redis: Redis):
    with heard(redis) as news, pytest.raises(ZeroDivisionError), transaction():
        _change_and_fail(world.alice)
    assert news == []


def _change_and_fail(client_id: int) -> None:
    clients.change(client_id, {"opted_in": False})
    raise ZeroDivisionError


def test_a_message_that_is_read_is_news_of_its_client_once(world: World, redis: Redis):
    activate(world)
    with heard(redis) as news:
        for _ in range(2):
            with transaction():
                inbox.read_all(world.alice)
    assert news == [News(client_ids=frozenset({world.alice}))]


def test_a_ticket_is_one_s_own_and_there_is_none_where_nobody_listens(
    alice: Shopper, redis: Redis, settings: Settings
):
    assert alice.get(TICKET).status_code == 204
    with redis.pubsub() as listener:
        listener.subscribe(topic_of(redis))
        listener.get_message(timeout=5)
        answer = alice.get(TICKET)
    assert answer.headers["Cache-Control"] == "no-store"
    found = Tickets(settings.secret_key, 60).client_of(answer.get_json()["ticket"])
    assert found == alice.client_id


@pytest.mark.parametrize(
    ("address", "allowed"),
    [("/live/", "'self'"), ("https://live.example:1/live/", "'self' https://live.example:1")],
)
def test_pages_may_listen_to_where_the_settings_say(
    app: Flask, settings: Settings, address: str, allowed: str
):
    other = create_app(settings.model_copy(update={"live_url": address}))
    policy = other.test_client().get("/").headers["Content-Security-Policy"]
    assert f"connect-src {allowed};" in f"{policy};"


@pytest.mark.parametrize(
    "address",
    ["live", "//other.example/", "ftp://a/", "/live/?a=1", "/a;b", "https://a@b/", "/a b"],
)
def test_an_address_that_is_none_is_refused(address: str):
    with pytest.raises(ValueError, match="live_url"):
        Settings(secret_key="x", live_url=address)
