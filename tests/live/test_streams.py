"""Streams of the real process: who may listen, what is said to whom, and how it ends."""

from pathlib import Path

import itsdangerous
import pytest
from redis import Redis

from flashpromo.news import tickets as tickets_module
from flashpromo.news import topic
from flashpromo.news.tickets import Tickets
from tests.live.conftest import TURNS_INTO, Live, running
from tests.own_redis import OwnRedis
from tests.processes.running import eventually

ALICE, BOB = 7, 8


@pytest.fixture
def redis(own: OwnRedis):
    with own.connection as redis:
        yield redis


def tell(redis: Redis, *names: str) -> None:
    redis.publish(topic.topic_of(redis), topic.changed(names))


def test_a_wave_is_told_to_everybody(live: Live, redis: Redis):
    streams = [live.listen(ALICE), live.listen(BOB)]
    redis.publish(topic.topic_of(redis), topic.activated([4]))
    assert [each.news() for each in streams] == [{"everything": True}] * 2


def test_what_is_a_client_s_own_is_told_to_it_alone(live: Live, redis: Redis):
    alice, bob = live.listen(ALICE), live.listen(BOB)
    tell(redis, f"client:{ALICE}")
    tell(redis, f"client:{BOB}", "units:4")
    assert alice.news()["own"] is True
    assert bob.news() == {"promo_ids": [4], "own": True}


def test_changes_in_quick_succession_are_told_together(live: Live, redis: Redis):
    alice = live.listen(ALICE)
    for number in range(50):
        tell(redis, f"units:{number % 3}")
    heard = [alice.news()["promo_ids"]]
    while {each for ids in heard for each in ids} != {0, 1, 2}:
        heard.append(alice.news()["promo_ids"])
    assert len(heard) < 10


def test_what_cannot_be_read_harms_nobody(live: Live, redis: Redis):
    alice = live.listen(ALICE)
    for nonsense in (b"\xff", b"[]", b"{", b'{"names": ["units:x"]}', b'{"names": 1}', b'"x"'):
        redis.publish(topic.topic_of(redis), nonsense)
    tell(redis, "units:4")
    assert alice.news() == {"promo_ids": [4]}


def test_its_heart_beats(live: Live):
    beats = [live.listen(ALICE).block() for _ in range(2)]
    assert all("" in beat and beat["id"] for beat in beats)


def test_who_has_missed_something_is_told_to_look(live: Live, redis: Redis):
    alice = live.listen(ALICE)
    last = alice.block()["id"]
    up_to_date = live.listen(ALICE, Last_Event_ID=last)
    alice.close()
    live.await_listeners(1)
    assert "data" not in up_to_date.block()
    missed = live.listen(ALICE, Last_Event_ID="0-0")
    assert missed.news() == {"everything": True}


@pytest.mark.parametrize("ticket", ["", "x", "eyJ.x.y"])
def test_no_stream_without_a_ticket(live: Live, ticket: str):
    answer = live.ask(ticket)
    assert answer.status_code == 401
    assert not answer.content


def test_a_ticket_is_good_for_a_minute_and_for_this_alone(live: Live, monkeypatch):
    good = live.tickets.issue(ALICE)
    other_secret = Tickets("another secret", 60).issue(ALICE)
    monkeypatch.setattr(tickets_module, "SALT", "something.else")
    for_something_else = live.tickets.issue(ALICE)
    monkeypatch.undo()
    monkeypatch.setattr(itsdangerous.TimestampSigner, "get_timestamp", lambda _: 1_600_000_000)
    long_ago = live.tickets.issue(ALICE)
    monkeypatch.undo()
    for bad in (other_secret, for_something_else, long_ago, f"{good}x"):
        assert live.ask(bad).status_code == 401
    listening = live.ask(good)
    assert listening.status_code == 200
    listening.close()


def test_one_client_cannot_take_all_the_room(live: Live):
    for _ in range(2):
        live.listen(ALICE)
    refused = live.ask(live.tickets.issue(ALICE))
    assert refused.status_code == 429
    assert refused.headers["Retry-After"]
    for client_id in (BOB, 9, 10):
        live.listen(client_id)
    assert live.ask(live.tickets.issue(11)).status_code == 503


def test_a_page_that_has_gone_makes_room_at_once(live: Live):
    streams = [live.listen(ALICE) for _ in range(2)]
    for stream in streams:
        stream.close()
    live.await_listeners(0)
    live.listen(ALICE)


def test_any_page_may_read_it_and_nothing_keeps_it(live: Live):
    headers = live.listen(ALICE).answer.headers
    assert headers["Content-Type"] == "text/event-stream"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in headers


def test_it_goes_on_when_redis_comes_back(live: Live, own: OwnRedis):
    alice = live.listen(ALICE)
    own.stop()
    eventually(lambda: not live.health()["hears"], 20, "it notices")
    own.start()
    assert alice.news() == {"everything": True}
    with own.connection as redis:
        tell(redis, "units:4")
    assert alice.news() == {"promo_ids": [4]}


def test_it_has_no_way_to_the_database(live: Live):
    process = Path(f"/proc/{live.process.pid}")
    assert b"DATABASE_URL" not in (process / "environ").read_bytes()
    assert "psycopg2" not in (process / "maps").read_text()


def test_it_closes_its_streams_when_it_is_told_to_end(own: OwnRedis, tmp_path):
    with running(own.url, tmp_path, *TURNS_INTO) as live:
        live.await_hearing()
        streams = [live.listen(ALICE), live.listen(BOB)]
        assert live.end() == 0
        for stream in streams:
            assert all("data" not in each or each["data"] == "{}" for each in stream.rest())
    assert "Traceback" not in live.log.read_text()
