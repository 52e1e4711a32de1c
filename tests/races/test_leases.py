"""A worker stands still until its lease is over, another one takes its batch, and it goes on."""

import os
import signal
import time
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from flashpromo.db import session
from tests.races import acts, checks, places, postbox, twins
from tests.races.crew import Call
from tests.story import activate

AUDIENCE = 10
LEASE_SECONDS = 30
ROWS = text("""
SELECT client_id, state, attempts, next_attempt_at, lease_token, reason, finished_at
FROM delivery ORDER BY client_id
""")


def rows():
    session().rollback()
    found = [tuple(row) for row in session().execute(ROWS)]
    session().rollback()
    return found


def wait_until_stopped(pid):
    """The process has sent SIGSTOP to itself; the kernel says when it stands still."""
    patience = time.monotonic() + 30
    while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
        assert time.monotonic() < patience
        time.sleep(0.001)


def stand_still(hire, stage, clock, box, place, second_outcome, without=()):
    """The first worker stops at `place`; the second one's outcome must stand at the end."""
    stage.crowd(AUDIENCE - 1)
    promo = activate(stage.world)
    first = hire(1, [partial(postbox.install, box), partial(places.stop_at, place), *without])
    second = hire(1, [partial(postbox.install, box, *second_outcome)])
    pid = first.processes[0].pid
    first.begin([Call(acts.run_delivery, promo.id)])
    try:
        wait_until_stopped(pid)
        clock.advance(seconds=LEASE_SECONDS + 1)
        (answer,) = second.at_once([Call(acts.run_delivery, promo.id)])
        assert answer.value == [AUDIENCE]
        after_the_second = rows()
    finally:
        os.kill(pid, signal.SIGCONT)
    (answer,) = first.answers()
    checks.demand(answer.value == [0], f"the first worker changed {answer.value} rows")
    checks.demand(rows() == after_the_second, "the second worker's outcome was overwritten")
    checks.demand(set(postbox.sent(box).values()) == {2}, "sent again under the same keys")
    checks.each_told_once(AUDIENCE)
    stage.redis.flushdb()
    checks.nothing_is_broken()


SENT = ()
TO_BE_RETRIED = ("mailbox full",)
FAILED = ("no such mailbox", True)


@pytest.mark.parametrize("place", ["delivery.leased", "delivery.sent"])
@pytest.mark.parametrize("second_outcome", [SENT, TO_BE_RETRIED, FAILED])
def test_a_worker_that_comes_back_after_its_lease_changes_nothing(
    hire, stage, clock, tmp_path, place, second_outcome
):
    stand_still(hire, stage, clock, tmp_path / "postbox", place, second_outcome)


def test_settling_without_the_token_is_caught(hire, stage, clock, tmp_path):
    with pytest.raises(checks.Violation):
        stand_still(
            hire,
            stage,
            clock,
            tmp_path / "postbox",
            "delivery.leased",
            TO_BE_RETRIED,
            without=[twins.settle_without_token],
        )
