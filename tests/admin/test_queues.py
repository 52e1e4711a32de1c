"""The queues as an operator sees them, and what is done there with failed jobs."""

import re
import time

import pytest
from sqlalchemy import select

from flashpromo.audit.models import AuditEvent
from flashpromo.db import session
from flashpromo.queueing import timetable
from flashpromo.queueing.job import queue
from flashpromo.queueing.names import ACTIVATE, ACTIVATION
from tests.admin.operating import QUEUES, SCRIPT, look_as, operator, town, workshop
from tests.console.conftest import OWNER
from tests.own_redis import OwnRedis, running_app
from tests.pages.conftest import Browser

__all__ = ["look_as", "operator", "town", "workshop"]

REQUEUE = re.compile(r'href="(/admin/queues/activation/failed/\w{32}/requeue/)"')
REMOVE = re.compile(r'href="(/admin/queues/activation/failed/\w{32}/remove/)"')


def events(app) -> list[AuditEvent]:
    with app.app_context():
        of_jobs = select(AuditEvent).where(AuditEvent.subject_kind == "job")
        return list(session().scalars(of_jobs.order_by(AuditEvent.id)))


def test_what_waits_who_works_and_what_is_to_come(operator, workshop, town):
    promo_id = town.promo("Headphones", hours=2)
    workshop.ring(promo_id)
    workshop.sign_in_workers()
    said = operator.get(QUEUES).text
    assert said.count("<h1") == 1
    assert "w-activation" in said
    assert "in step" in said
    assert "No job has failed" in said
    assert f'href="/console/promos/{promo_id}/"' in said
    assert "Jobs of Activation" in said


def test_a_bell_that_is_missing_and_one_for_nothing_are_marked(operator, workshop, town):
    promo_id = town.promo("Headphones", hours=2)
    with town.app.app_context():
        timetable.cancel_now(ACTIVATE, promo_id)
    workshop.redis.zadd("rq:scheduler:scheduled_jobs", {"activate-4711": time.time() + 900})
    workshop.redis.zadd("rq:scheduler:scheduled_jobs", {b"\xff<b>": time.time() + 900})
    said = operator.get(QUEUES).text
    assert "The sweep starts the promo without it." in said
    assert said.count("rings for no promo") == 2
    assert "&lt;b&gt;" in said


def test_a_failed_job_is_shown_with_its_error_escaped(operator, workshop, town):
    promo_id = town.promo("Headphones", hours=2)
    workshop.fail("one", ["activate", None, [promo_id], {}])
    said = operator.get(QUEUES).text
    assert "Headphones, TechShop" in said
    assert SCRIPT not in said
    assert "ValueError: &lt;script&gt;" in said
    page = operator.get(REQUEUE.search(said)[1].removesuffix("requeue/")).text
    assert "flashpromo/x.py&#34;, line 7" in page
    assert SCRIPT not in page


def test_requeueing_asks_first_and_is_on_record(operator, workshop, app):
    workshop.fail("one", ["activate", None, [17], {}])
    asked = REQUEUE.search(operator.get(QUEUES).text)[1]
    assert "A new job of the same name" in operator.get(asked).text
    assert workshop.redis.zcard("rq:failed:activation") == 1
    done = operator.submit(asked, asked)
    assert (done.status_code, done.location) == (303, QUEUES)
    assert "in its queue again" in operator.get(QUEUES).text
    assert [job.args for job in queue(ACTIVATION, workshop.redis).jobs] == [[17]]
    (event,) = events(app)
    assert (event.action, event.actor_name, event.door) == ("job.requeued", "admin", "admin")


def test_all_at_once(operator, workshop, app):
    for number in (1, 2):
        workshop.fail(f"job-{number}", ["activate", None, [number], {}])
    workshop.fail("planted", ["os.system", None, ["true"], {}])
    path = f"{QUEUES}activation/requeue-all/"
    assert path in operator.get(QUEUES).text
    operator.submit(path, path)
    said = operator.get(QUEUES).text
    assert "2 jobs are in their queue again." in said
    assert "Not one of our jobs" in said
    assert [each.action for each in events(app)] == ["job.all_requeued"]


def test_what_is_foreign_can_only_be_removed(operator, workshop, app):
    workshop.fail("planted<i>", ["os.system", None, ["true"], {}])
    said = operator.get(QUEUES).text
    assert REQUEUE.search(said) is None
    assert "planted&lt;i&gt;" in said
    remove = REMOVE.search(said)[1]
    requeue = remove.replace("remove", "requeue")
    assert operator.submit(remove, requeue).status_code == 409
    assert operator.submit(remove, remove).status_code == 303
    assert workshop.redis.zcard("rq:failed:activation") == 0
    assert [each.action for each in events(app)] == ["job.removed"]


@pytest.mark.parametrize(
    "rest", ["activation/failed/x/", "nowhere/requeue-all/", "x/failed/y/remove/"]
)
def test_what_is_not_there_is_a_404(operator, workshop, rest):
    assert operator.get(f"{QUEUES}{rest}").status_code == 404


def test_whatever_is_planted_never_breaks_the_page(operator, workshop):
    redis = workshop.redis
    odd = [b"\xff\xfe", b"", b"a <b>name</b>", b"x" * 10_000, b"none"]
    for number, name in enumerate(odd):
        redis.rpush("rq:queue:activation", name)
        redis.zadd("rq:failed:activation", {name: float("inf")})
        redis.zadd("rq:wip:activation", {name + b":" + name: number})
        redis.zadd("rq:scheduler:scheduled_jobs", {name: float("inf")})
        redis.sadd("rq:workers", b"rq:worker:" + name)
        redis.hset(b"rq:worker:" + name, mapping={"queues": name, "current_job": name})
    redis.hset("rq:job:none", mapping={"data": b"\x00" * 100_000, "created_at": b"\xff"})
    redis.set("rq:failed:delivery", "text")
    redis.sadd("rq:queues", "rq:queue:<script>")
    answer = operator.get(QUEUES)
    assert answer.status_code == 200
    assert "Cannot be read" in answer.text
    assert "<b>name" not in answer.text
    assert operator.get("/admin/health/").status_code == 200


@pytest.mark.parametrize("hangs", [False, True])
def test_without_redis_it_says_so_at_once(tmp_path, settings, town, look_as, app, hangs):
    cookie = look_as("admin").cookie
    own = OwnRedis(tmp_path)
    if hangs:
        own.start()
        own.hang()
    try:
        with running_app(own, settings) as other:
            without = Browser(other.test_client())
        without.cookie = cookie
        began = time.monotonic()
        said = without.get(QUEUES)
        took = time.monotonic() - began
    finally:
        own.go_on()
        own.stop()
    assert said.status_code == 200
    assert "Redis does not answer" in said.text
    assert took < 2


@pytest.mark.parametrize("name", [OWNER, "alice"])
def test_nobody_else_sees_the_queues(look_as, workshop, name):
    workshop.fail("one", ["activate", None, [17], {}])
    seen = look_as(name)
    for path in (QUEUES, f"{QUEUES}now/", f"{QUEUES}activation/requeue-all/", "/admin/health/"):
        assert seen.get(path).status_code == 403
    sent = seen.submit("/", f"{QUEUES}activation/requeue-all/")
    assert sent.status_code == 403
    assert workshop.redis.zcard("rq:failed:activation") == 1
