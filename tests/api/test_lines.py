"""One id leads from a request to the last delivery, and no line of a log tells of a person."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from flashpromo import logs
from flashpromo.audit.models import AuditEvent
from flashpromo.db import app_now, db, session, transaction
from flashpromo.queueing import timetable
from flashpromo.queueing.job import AllowListedJob, queue
from flashpromo.queueing.names import ACTIVATION, DELIVERY
from tests.api.conftest import PASSWORD
from tests.world import LATITUDE, World

READ = {"buffered": True}
"""As a server sends it: to its end."""

PROMOS = "/api/promotions/flash-promos/"
ID = "0123456789abcdef0123456789abcdef"
OTHER = "fedcba98-7654-3210-fedc-ba9876543210"


@pytest.fixture(params=["json"])
def paper(monkeypatch, request) -> Iterator[io.StringIO]:
    """What a process with a log writes to standard error."""
    kept, root, ours = io.StringIO(), logging.getLogger(), logging.getLogger("flashpromo")
    before = root.handlers, root.level, ours.level
    monkeypatch.setattr("sys.stderr", kept)
    logs.log_to_stderr(as_json=request.param == "json")
    yield kept
    root.handlers, root.level, ours.level = before
    logs._Answers.write = None


def told(paper: io.StringIO, **wanted: object) -> list[dict]:
    """The lines with these values."""
    lines = [json.loads(line) for line in paper.getvalue().splitlines()]
    return [each for each in lines if wanted.items() <= each.items()]


def work(redis: Redis, name: str) -> None:
    """Perform what waits in a queue, as a worker does."""
    for job in queue(name, redis).jobs:
        queue(name, redis).remove(job)
        AllowListedJob.fetch(job.id, redis).perform()


def terms(world: World, seconds: float) -> dict[str, object]:
    start = app_now() + timedelta(seconds=seconds)
    return {
        "product_id": world.product_id,
        "promo_price": "499.00",
        "start_time": start.isoformat(),
        "end_time": (start + timedelta(hours=1)).isoformat(),
        "segment_ids": [world.new_users],
        "is_active": True,
    }


def test_one_id_leads_from_the_request_to_the_line_of_the_channel(
    app: Flask, world, techshop, redis, paper
):
    with app.app_context():
        sent = terms(world, -1)
        answer = techshop.post(PROMOS, sent, headers={"X-Request-ID": ID.upper()}, **READ)
        promo_id = answer.json["id"]
        work(redis, ACTIVATION)
        work(redis, DELIVERY)
        events = session().execute(
            select(AuditEvent.action, AuditEvent.request_id)
            .where(AuditEvent.subject_kind == "promo")
            .order_by(AuditEvent.id)
        )
        assert events.all() == [
            ("promo.created", ID),
            ("promo.published", ID),
            ("promo.activated", ID),
        ]
    assert answer.headers["X-Request-ID"] == ID
    way = told(paper, request_id=ID)
    names = [each["logger"].removeprefix("flashpromo.") for each in way]
    assert names.index("web") < names.index("jobs") < names.index("notify.channels.log_lines")
    assert {"activate", "deliver"} <= {each["job"] for each in way if "job" in each}
    of_promo = told(paper, promo_id=promo_id)
    assert [each for each in way if each not in of_promo] == told(paper, logger="flashpromo.web")


def test_each_promo_of_a_wave_goes_on_under_the_request_that_planned_it(
    app: Flask, world, techshop, redis, clock, paper
):
    with app.app_context():
        for name, request_id in (("A", ID), ("B", OTHER)):
            with transaction():
                product_id = world.add_product(name)
                client_id = world.add_client(name, metres=50)
                session().execute(
                    text("UPDATE client SET segment_ids = :ids WHERE id = :id"),
                    {"ids": [world.new_users], "id": client_id},
                )
            sent = terms(world, 100) | {"product_id": product_id}
            made = techshop.post(PROMOS, sent, headers={"X-Request-ID": request_id}, **READ)
            assert made.status_code == 201, made.json
        planned = timetable.timetable(redis)
        clock.advance(seconds=101)
        for raw_id in planned.whole():
            planned.enqueue_job(AllowListedJob.fetch(raw_id.decode(), connection=redis))
        work(redis, ACTIVATION)
    begun = [each for each in told(paper, logger="flashpromo.jobs") if "notified" in each]
    assert {each["request_id"] for each in begun} == {ID, OTHER}
    rung = told(paper, event="job enqueued", job="measure")
    assert {each["request_id"] for each in rung} == {ID, OTHER}


@pytest.mark.parametrize("sent", ["", "Alice Smith", "19.4326", "a" * 15, "a" * 65, "x\ny", "é"])
def test_what_is_no_id_is_not_taken_for_one(client, sent):
    """Whatever a stranger sends is repeated nowhere."""
    answer = client.get("/healthz", environ_overrides={"HTTP_X_REQUEST_ID": sent}, **READ)
    assert logs.is_request_id(answer.headers["X-Request-ID"])
    assert answer.headers["X-Request-ID"] != sent


@pytest.mark.parametrize(
    "meta",
    [b"{", b"[1]", b'{"request_id": "alice"}', b'{"request_id": ["a"]}', b"x" * 2000, b"[" * 900],
    ids=range(6),
)
def test_of_a_job_in_redis_an_id_is_believed_and_nothing_else(app: Flask, redis, meta):
    with app.app_context():
        redis.hset("rq:job:a", mapping={"data": b"x", "meta": meta, "created_at": ""})
        job = AllowListedJob("a", redis)
        job.restore({b"data": b"x", b"meta": meta, b"created_at": b"2026-01-01T00:00:00.000000Z"})
        assert job.meta == {}


def test_a_request_has_one_line_with_its_route_and_never_its_address(
    app: Flask, client, world, techshop, paper
):
    with app.app_context():
        sent = terms(world, 100)
    promo_id = techshop.post(PROMOS, sent, **READ).json["id"]
    paper.truncate(0)
    paper.seek(0)
    techshop.get(f"{PROMOS}{promo_id}/?search=alice", headers={"X-Request-ID": ID}, **READ)
    client.get("/link/secret-of-a-letter/", **READ)
    client.get("/nowhere/alice/", **READ)
    client.open("/healthz", method="ALICE", **READ)
    lines = told(paper, logger="flashpromo.web")
    shown = [(each["method"], each["route"], each["status"]) for each in lines]
    assert shown == [
        ("GET", f"{PROMOS}<int:promo_id>/", 200),
        ("GET", "/link/<token>/", 410),
        ("GET", "none", 404),
        ("OTHER", "none", 405),
    ]
    assert lines[0]["promo_id"] == promo_id
    assert all(each["ms"] >= 0 for each in lines)


def test_a_request_that_breaks_has_its_line_and_its_error(app: Flask, monkeypatch, client, paper):
    def fail() -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(app.view_functions, "health.healthz", fail)
    monkeypatch.setattr(app, "testing", False)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    before = logs.request_id()  # another test may have left an answer unread
    answer = client.get("/healthz", headers={"X-Request-ID": ID}, **READ)
    assert answer.status_code == 500
    (line,) = told(paper, logger="flashpromo.web")
    assert (line["status"], line["request_id"]) == (500, ID)
    assert any("ZeroDivisionError" in each.get("exception", "") for each in told(paper))
    assert logs.request_id() == before


def test_no_line_tells_of_a_person(app: Flask, world, people, client, redis, paper):
    """What is planted: names, places, tokens, passwords, on ways that succeed and that fail."""
    alice = people.client("alice-of-the-logs", world.clients["alice"])
    client.post(
        "/api/auth/token/", json={"username": "alice-of-the-logs", "password": PASSWORD}, **READ
    )
    client.post(
        "/api/auth/token/", json={"username": "alice-of-the-logs", "password": "hunter22"}, **READ
    )
    place = {"latitude": 19.4333, "longitude": -99.1345, "accuracy_m": 10}
    alice.put("/api/users/me/location/", place, **READ)
    alice.get("/api/users/me/?name=alice-of-the-logs", **READ)
    planted = place | {"name": "alice-of-the-logs", "hash": "secret-hash"}
    log = logging.getLogger("flashpromo.tests")
    with app.app_context():
        for statement in (
            "INSERT INTO sign_in (username, password_hash) VALUES (:name, :hash)",
            "INSERT INTO client (id, latitude, longitude) VALUES (7001, :latitude, :longitude)",
            "SELECT 1 / (CASE WHEN :name = '' THEN 1 ELSE 0 END)",
        ):
            with pytest.raises(DBAPIError) as refused, db.engine.begin() as connection:
                connection.execute(text(statement), planted)
            log.error("the database refused: %s", refused.value.orig)
            log.error("the same in full", exc_info=refused.value)
    log.warning("sent to alice@shop.example by %s", "redis://:hunter22@host/0")
    log.warning("at %s with %s", "POINT(-99.1345 19.4333)", f"Bearer {alice.token}")
    log.warning("see", extra={"latitude": 19.4333, "username": "alice-of-the-logs"})
    log.warning("GET /link/hunter22/ by fpk_hunter22")
    assert len(told(paper)) >= 12
    for secret in (
        *("alice-of-the-logs", "hunter22", "alice@shop", "secret-hash", PASSWORD, alice.token),
        *("19.4333", "99.1345", str(LATITUDE)),
    ):
        assert secret not in paper.getvalue(), secret


@pytest.mark.parametrize("paper", ["lines"], indirect=True)
def test_in_development_lines_are_to_be_read(client, paper):
    client.get("/healthz", headers={"X-Request-ID": ID}, **READ)
    logging.getLogger("flashpromo.jobs").info("a line", extra={"promo_id": 17})
    first, second = paper.getvalue().splitlines()
    assert "route=/healthz" in first
    assert f"request_id={ID}" in first
    assert "a line" in second
    assert "promo_id=17" in second


@pytest.mark.parametrize(
    ("environment", "chosen", "is_json"),
    [
        ("production", "auto", True),
        ("development", "auto", False),
        ("production", "lines", False),
        ("test", "json", True),
    ],
)
def test_a_line_is_a_document_in_production_or_where_it_is_said(
    settings, environment, chosen, is_json
):
    changed = settings.model_copy(update={"environment": environment, "log_format": chosen})
    assert changed.logs_json is is_json
