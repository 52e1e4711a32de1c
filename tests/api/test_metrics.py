"""What Prometheus is told, who may ask, and that nothing in it grows with the clients."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from redis import Redis
from sqlalchemy import event, text
from sqlalchemy.engine import Engine

from flashpromo import campaign, jobs
from flashpromo.app import create_app
from flashpromo.checkout import ended
from flashpromo.db import app_now, session, transaction
from flashpromo.operations import exposition
from flashpromo.queueing import bell
from flashpromo.queueing.names import ACTIVATE
from tests.operations.conftest import sign_in_workers
from tests.story import activate, complete, publish, release, take
from tests.world import World

TOKEN = "a-token-of-sixteen-and-more"


@pytest.fixture
def world(context) -> World:
    return World.build()


def scrape(app: Flask) -> dict[str, dict[tuple[str, ...], float]]:
    """Every sample by its name and the values of its labels, read anew."""
    app.extensions[exposition.EXTENSION].until = 0.0
    answer = app.test_client().get("/metrics", buffered=True)
    assert answer.status_code == 200
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            labels = tuple(sample.labels.values())
            found.setdefault(sample.name, {})[labels] = sample.value
    return found


def test_a_promo_is_counted_from_its_start_to_the_end_of_its_holds(app, world, redis, clock):
    with transaction():
        for name in ("gail", "hana", "ivan"):
            world.add_client(name, metres=50)
    promo = activate(world, quantity=4)
    jobs.deliver(promo.id)
    jobs.measure(promo.id)
    complete(take(world.alice, promo.id))
    release(take(world.clients["gail"], promo.id))
    take(world.clients["hana"], promo.id)
    clock.advance(seconds=61)
    take(world.clients["ivan"], promo.id)
    with transaction():
        assert ended.count_ended(app_now()) == 3
    told = scrape(app)
    assert told["flashpromo_notifications_total"] == {(): 4}
    assert told["flashpromo_deliveries_ordered_total"] == {("log",): 4}
    assert told["flashpromo_deliveries_total"] == {("log", "sent"): 4}
    assert told["flashpromo_activation_lateness_seconds_count"] == {(): 1}
    assert told["flashpromo_audience_clients_bucket"][("10.0",)] == 1
    assert told["flashpromo_audience_clients_bucket"][("0.0",)] == 0
    assert told["flashpromo_time_to_notify_seconds_count"] == {("inbox",): 4, ("log",): 4}
    ends = {("completed",): 1, ("released",): 1, ("expired",): 1}
    assert told["flashpromo_holds_total"] == ends


def test_a_hold_is_counted_once_and_not_before_it_is_over(app, world, redis, clock):
    promo = activate(world, quantity=2)
    take(world.alice, promo.id)
    for seconds, counted in ((59, 0), (2, 1), (0, 0)):
        clock.advance(seconds=seconds)
        with transaction():
            assert ended.count_ended(app_now()) == counted
    with transaction():
        campaign.cancel(promo.id)
    assert scrape(app)["flashpromo_holds_total"] == {("expired",): 1}


def test_what_is_rolled_back_is_not_counted(app, world, redis):
    promo = publish(world)

    def fail() -> None:
        with transaction():
            campaign.activate_due([promo.id])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert scrape(app)["flashpromo_notifications_total"] == {(): 0}


def test_what_is_skipped_is_counted_with_its_state(app, world, redis):
    promo = activate(world)
    with transaction():
        campaign.cancel(promo.id)
    before = scrape(app)
    assert before["flashpromo_deliveries_pending"] == {("log",): 1}
    assert before["flashpromo_deliveries_oldest_seconds"]["log",] >= 0
    jobs.deliver(promo.id)
    after = scrape(app)
    assert after["flashpromo_deliveries_total"] == {("log", "skipped"): 1}
    assert after["flashpromo_deliveries_pending"] == {("log",): 0}


def test_it_tells_how_things_stand(app, world, redis: Redis):
    start = app_now() - timedelta(seconds=30)
    publish(world, start_time=start, end_time=start + timedelta(hours=1))
    with transaction():
        session().execute(
            text("UPDATE promo SET created_at = :at, updated_at = :at"), {"at": start}
        )
    redis.flushdb()
    bell.ring_now(ACTIVATE, 1)
    sign_in_workers(redis)
    told = scrape(app)
    assert told["flashpromo_promos_due"] == {(): 1}
    assert 30 <= told["flashpromo_promos_due_oldest_seconds"][()] < 300
    assert told["flashpromo_queue_jobs"]["activation", "waiting"] == 1
    assert told["flashpromo_queue_jobs"]["delivery", "failed"] == 0
    assert set(told["flashpromo_workers"].values()) == {1}
    assert told["flashpromo_schedulers"] == {(): 0}
    assert told["flashpromo_scheduler_trace_age_seconds"] == {(): 24 * 3600}
    assert told["flashpromo_metrics_part_up"] == {("database",): 1, ("redis",): 1}
    assert len(told["flashpromo_build_info"]) == 1
    # A scrape tells of the one before: its route and its looks are counted like any other's.
    assert scrape(app)["flashpromo_http_requests_total"]["GET", "/metrics", "200"] >= 1


def test_without_redis_the_rest_is_told(no_redis, own_redis):
    told = scrape(own_redis.app)
    assert told["flashpromo_metrics_part_up"] == {("database",): 1, ("redis",): 0}
    assert "flashpromo_queue_jobs" not in told
    assert told["flashpromo_redis_breaker_openings_total"]["board",] >= 1


def test_the_database_is_asked_once_in_some_seconds_and_never_for_the_last_connections(
    app: Flask, world, redis, engine: Engine, monkeypatch
):
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    scrape(app)
    once = len(asked)
    assert 0 < once < 20
    app.test_client().get("/metrics", buffered=True)
    assert len(asked) == once
    monkeypatch.setattr(engine.pool, "checkedout", lambda: 1000)
    assert scrape(app)["flashpromo_metrics_part_up"]["database",] == 0
    assert len(asked) == once


def test_labels_are_few_and_tell_of_nobody(app, world, redis):
    """An id, a name or an address as a label would be a series for each of them.

    Meters belong to the process, so the page may also tell of applications that other tests made.
    """
    promo = activate(world)
    jobs.deliver(promo.id)
    client = app.test_client()

    def series_after(paths):
        for path in paths:
            client.get(path, buffered=True)
        app.extensions[exposition.EXTENSION].until = 0.0
        page = client.get("/metrics", buffered=True).text
        return {line.rpartition(" ")[0] for line in page.splitlines() if not line.startswith("#")}

    def routes(series):
        return {route for one in series for route in re.findall(r'route="([^"]*)"', one)}

    of_others = routes(series_after([]))
    first = series_after(["/metrics", "/nowhere/1/", "/link/one/", f"/api/promos/{promo.id}/"])
    assert routes(first) - of_others <= {str(rule) for rule in app.url_map.iter_rules()} | {"none"}
    assert not any("Headphones" in one for one in first)
    more = [f"/{place}/{n}/" for place in ("nowhere", "link", "api/promos") for n in range(2, 40)]
    assert series_after(more) == first


@pytest.mark.parametrize(
    ("environment", "token", "sent", "status"),
    [
        ("test", "", None, 200),
        ("production", "", None, 404),
        ("production", "", "Bearer ", 404),
        ("production", TOKEN, None, 404),
        ("production", TOKEN, "Bearer wrong", 404),
        ("production", TOKEN, f"Basic {TOKEN}", 404),
        ("production", TOKEN, f"Bearer {TOKEN}", 200),
        ("test", TOKEN, None, 404),
    ],
)
def test_strangers_find_no_such_page(settings, clean, environment, token, sent, status):
    changed = {"environment": environment, "metrics_token": token, "secret_key": "secret"}
    guarded = create_app(settings.model_copy(update=changed | {"force_https": True}))
    headers = {"Authorization": sent} if sent else {}
    answer = guarded.test_client().get("/metrics", headers=headers, buffered=True)
    assert answer.status_code == status
    assert ("flashpromo_" in answer.text) == (status == 200)
    assert TOKEN not in repr(guarded.extensions["flashpromo_settings"])
