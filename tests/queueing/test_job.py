"""A job is a name from the list and ids; nothing else of it is believed."""

import pickle

import pytest
from redis import Redis
from rq.exceptions import DeserializationError, NoSuchJobError
from rq.serializers import JSONSerializer

from flashpromo import jobs
from flashpromo.queueing import bell
from flashpromo.queueing.job import (
    JOB_TIMEOUT_SECONDS,
    KEEP_FAILED_SECONDS,
    AllowListedJob,
    UnknownJob,
    queue,
)
from flashpromo.queueing.names import ACTIVATE, ACTIVATION, QUEUE_OF, QUEUES


def test_every_name_has_a_handler_and_a_queue_that_exists(app):
    assert AllowListedJob.handlers == jobs.HANDLERS
    assert set(jobs.HANDLERS) == set(QUEUE_OF)
    assert set(QUEUE_OF.values()) == set(QUEUES)


@pytest.mark.parametrize("handlers", [{}, {**jobs.HANDLERS, "shell": print}])
def test_a_name_without_handler_or_a_handler_without_name_is_refused(app, settings, handlers):
    with pytest.raises(ValueError, match="without a match"):
        bell.init_app(app, settings, handlers)
    assert AllowListedJob.handlers == jobs.HANDLERS


@pytest.mark.parametrize("serializer", [None, "pickle", pickle])
def test_the_serializer_is_json_whatever_is_asked_for(redis: Redis, serializer):
    assert AllowListedJob("a", redis, serializer).serializer is JSONSerializer


@pytest.mark.parametrize(
    "data",
    [
        ["os.system", None, ["true"], {}],
        ["flashpromo.jobs.activate", None, [1], {}],
        ["", None, [1], {}],
        [None, None, [1], {}],
        [["activate"], None, [1], {}],
        ["activate", {"class": "x"}, [1], {}],
        ["activate", "os", [1], {}],
        ["activate", None, [1], {"promo_id": 2}],
        ["activate", None, ["1"], {}],
        ["activate", None, [True], {}],
        ["activate", None, [1.0], {}],
        ["activate", None, [0], {}],
        ["activate", None, [-1], {}],
        ["activate", None, [2**63], {}],
        ["activate", None, [[1]], {}],
        ["activate", None, "12", {}],
        ["activate", None, 5, {}],
    ],
    ids=str,
)
def test_whatever_is_not_a_name_of_the_list_with_ids_is_refused(hand, data):
    job = AllowListedJob.fetch(hand.plant("planted", data), hand.redis)
    with pytest.raises(UnknownJob):
        job.perform()


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe", b"[", b"5", b"[1, 2]", pickle.dumps(("os.system", None, ["x"], {}))]
)
def test_what_is_not_a_job_in_json_is_refused(hand, data):
    job = AllowListedJob.fetch(hand.plant("planted", data), hand.redis)
    with pytest.raises(DeserializationError):
        job.perform()


def test_only_the_name_and_the_progress_are_believed(hand):
    """Time and place of a job are our rule; nothing in it makes RQ import, call or repeat."""
    hand.plant(
        "planted",
        ["activate", None, [1], {}],
        queue="elsewhere",
        timeout="-1",
        result_ttl="-1",
        failure_ttl="-1",
        ttl="1",
        meta='{"interval": 1, "queue_class_name": "tests.queueing.trap.Queue"}',
        success_callback_name="tests.queueing.trap.spring",
        failure_callback_name="tests.queueing.trap.spring",
        stopped_callback_name="tests.queueing.trap.spring",
        webhooks='[{"url": "http://127.0.0.1:9/", "job_status": "finished"}]',
        retries_left="5",
        repeats_left="5",
        repeat_intervals="[1]",
        rate_limit_key="key",
        rate_limit_concurrency="1",
        group_id="group",
        dependency_ids='["other"]',
    )
    job = AllowListedJob.fetch("planted", hand.redis)
    assert (job.timeout, job.result_ttl, job.failure_ttl, job.ttl) == (
        JOB_TIMEOUT_SECONDS,
        0,
        KEEP_FAILED_SECONDS,
        None,
    )
    assert job.origin == ACTIVATION
    assert (job.meta, job.webhooks, job.group_id, job.has_rate_limit) == ({}, [], None, False)
    assert (job.retries_left, job.repeats_left, job.dependency) == (None, None, None)
    assert (job.success_callback, job.failure_callback, job.stopped_callback) == (None,) * 3


@pytest.mark.parametrize(
    "fields", [{"status": "asleep"}, {"status": b"\xff"}, {"created_at": "yesterday"}], ids=str
)
def test_a_job_that_cannot_be_read_counts_as_not_there(hand, fields):
    hand.plant("planted", ["activate", None, [1], {}], **fields)
    with pytest.raises(NoSuchJobError):
        AllowListedJob.fetch("planted", hand.redis)


def test_a_key_of_another_kind_counts_as_not_there(hand):
    hand.redis.set("rq:job:planted", "text")
    for name in ("planted", "not a name", "none"):
        with pytest.raises(NoSuchJobError):
            AllowListedJob.fetch(name, hand.redis)


def test_our_own_jobs_are_json_too(hand):
    bell.ring_now(ACTIVATE, 17)
    (job,) = queue(ACTIVATION, hand.redis).jobs
    assert job.data == b'["activate", null, [17], {}]'
