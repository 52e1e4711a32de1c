"""How fast the API may be asked, with Redis, without it, and while it hangs."""

import time
from collections.abc import Iterator

import pytest
from flask import Flask

from flashpromo.app import create_app
from flashpromo.config import Settings
from flashpromo.db import db
from flashpromo.entrance import buckets
from flashpromo.entrance.buckets import Buckets, Subject
from flashpromo.entrance.rates import BUCKETS, Standing
from tests.api.conftest import People
from tests.own_redis import OwnRedis, running_app

SEGMENTS = "/api/users/user-segments/"
SLOW = {"requests_per_token": 5, "requests_per_address": 12, "rate_window_seconds": 1000}


@pytest.fixture
def slow_app(app: Flask, clean: None, settings: Settings) -> Iterator[Flask]:
    """An application that may be asked five times, and then once in 200 seconds."""
    slow = create_app(settings.model_copy(update=SLOW))
    slow.testing = True
    yield slow
    with slow.app_context():
        db.engine.dispose()


@pytest.fixture
def slow(slow_app: Flask) -> People:
    return People(slow_app, slow_app.test_client())


def figures(answer) -> tuple[str, ...]:
    return tuple(answer.headers[f"RateLimit-{name}"] for name in ("Limit", "Remaining", "Reset"))


def test_every_answer_says_how_it_stands(slow: People):
    operator = slow.operator()
    first, second = (operator.get(SEGMENTS) for _ in range(2))
    assert figures(first) == ("5", "4", "200")
    assert figures(second) == ("5", "3", "400")
    assert second.headers["RateLimit-Policy"] == '"token";q=5;w=1000'
    assert second.headers["RateLimit"] == '"token";r=3;t=400'
    assert figures(operator.get(f"{SEGMENTS}999/")) == ("5", "2", "600")
    assert figures(operator.get("/api/nothing/")) == ("5", "1", "800")


def test_a_token_that_asks_too_fast_is_told_when_to_come_again(slow: People):
    operator = slow.operator()
    asked = [operator.get(SEGMENTS) for _ in range(8)]
    assert [each.status_code for each in asked] == [200] * 5 + [429] * 3
    refused = asked[-1]
    assert refused.content_type == "application/problem+json"
    assert refused.json["code"] == "rate_limited"
    assert refused.headers["Retry-After"] == "200"
    assert figures(refused) == ("5", "0", "1000")
    assert slow.operator("second").get(SEGMENTS).status_code == 200


def test_an_address_may_ask_more_and_not_without_end(slow: People):
    callers = [slow.operator(f"operator{number}") for number in range(4)]
    answers = [caller.get(SEGMENTS).status_code for caller in callers for _ in range(4)]
    assert answers == [200] * 12 + [429] * 4
    assert callers[0].get(SEGMENTS).headers["RateLimit-Policy"] == '"address";q=12;w=1000'


def test_who_has_no_token_counts_by_address(slow: People):
    answers = [slow.http.get(SEGMENTS) for _ in range(13)]
    assert [each.status_code for each in answers] == [401] * 12 + [429]
    assert answers[0].headers["RateLimit-Policy"] == '"address";q=12;w=1000'


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/api/openapi.json"])
def test_probes_and_documents_are_not_limited(slow: People, path: str):
    answers = [slow.http.get(path) for _ in range(13)]
    assert {each.status_code for each in answers} == {200}
    assert "RateLimit-Limit" not in answers[0].headers


def test_time_gives_requests_back_one_by_one(app: Flask, clean: None, settings: Settings):
    """A request comes back each second: one that has waited for it may ask, and no sooner."""
    slow = create_app(
        settings.model_copy(update={"requests_per_token": 5, "rate_window_seconds": 5})
    )
    operator = People(slow, slow.test_client()).operator()
    while (refused := operator.get(SEGMENTS)).status_code == 200:
        pass
    time.sleep(int(refused.headers["Retry-After"]))
    started = time.monotonic()
    answers = [operator.get(SEGMENTS).status_code for _ in range(2)]
    assert answers[0] == 200
    assert answers[1] == 429 or time.monotonic() - started > 0.9


def test_the_default_is_a_thousand_at_once(settings: Settings):
    fields = Settings.model_fields
    most, window = fields["requests_per_token"].default, fields["rate_window_seconds"].default
    subject = Subject("token", "key", most)
    assert (most, window) == (1000, 10)
    assert Standing(subject, window, window - 0.01).headers["RateLimit-Remaining"] == "0"
    assert Standing(subject, window, window - 0.01).fits
    assert not Standing(subject, window, window - 0.009).fits


def test_without_redis_each_process_counts_by_itself(own_redis: OwnRedis, settings: Settings):
    with running_app(own_redis, settings.model_copy(update=SLOW)) as other:
        own_redis.stop()
        operator = People(other, other.test_client()).operator()
        answers = [operator.get(SEGMENTS) for _ in range(6)]
    assert [each.status_code for each in answers] == [200] * 5 + [429]
    assert figures(answers[0]) == ("5", "4", "200")


def test_a_redis_that_hangs_is_waited_for_once(own_redis: OwnRedis, settings: Settings):
    patient = {"redis_url": own_redis.url, "redis_timeout_ms": 200, "redis_breaker_seconds": 60.0}
    calm = create_app(settings.model_copy(update=SLOW | patient))
    operator = People(calm, calm.test_client()).operator()
    assert operator.get(SEGMENTS).status_code == 200
    own_redis.hang()
    started = time.monotonic()
    answers = [operator.get(SEGMENTS).status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]  # Redis had counted one, this process none
    assert time.monotonic() - started < 2 * 0.2


def test_redis_and_the_process_count_alike(slow_app: Flask, redis):
    with slow_app.app_context():
        counted = slow_app.extensions[BUCKETS]
        subjects = [Subject("address", "a", 3), Subject("token", "b", 2)]
        shared = [counted._take_shared(redis, subjects) for _ in range(3)]
        own = [counted._take_own(subjects) for _ in range(3)]
    for there, here in zip(shared, own, strict=True):
        assert there == pytest.approx(here, abs=0.5)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What Redis is asked about buckets from here on."""
    questions, take = [], Buckets._take_shared

    def note(*args):
        questions.append(args)
        return take(*args)

    monkeypatch.setattr(Buckets, "_take_shared", note)
    return questions


def test_a_request_costs_redis_one_question_for_its_rate(slow: People, asked):
    operator = slow.operator()
    operator.get(SEGMENTS)
    asked.clear()
    operator.get(SEGMENTS)
    assert len(asked) == 1


def test_far_from_the_limit_it_costs_less_and_at_the_limit_nothing_is_forgotten(
    slow_app: Flask, asked, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(buckets, "LEASE_SECONDS", 1000)
    subjects = [Subject("address", "a", 3000), Subject("token", "b", 1000)]
    with slow_app.app_context():
        one, two = Buckets(1000), Buckets(1000)
        fits = [
            all(
                Standing(subject, 1000, filled).fits
                for subject, filled in zip(
                    subjects, (one, two)[number % 2].take(subjects), strict=True
                )
            )
            for number in range(1100)
        ]
    assert 999 <= fits.count(True) <= 1001  # a window of 1000 seconds gives one back meanwhile
    assert fits[998]
    assert not any(fits[1001:])
    assert 0 < len(asked) < 700
