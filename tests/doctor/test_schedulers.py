"""A scheduler that is not heard of is a warning: no data is wrong for it."""

from flashpromo.db import app_now, transaction
from flashpromo.doctor import look
from flashpromo.operations import traces
from tests.conftest import Clock


def said() -> list[tuple[str, list[dict]]]:
    with transaction():
        found = [each for each in look(app_now()) if each.name == "scheduler_alive"]
    return [(each.status, [dict(row) for row in each.rows]) for each in found]


def leave(process: str) -> None:
    with transaction():
        traces.leave(process, app_now(), 1, {})


def test_none_at_all_one_that_is_there_and_two_that_were(context, clock: Clock):
    assert said() == [("warning", [{"last_seen_at": None, "process": None}])]
    leave("one")
    assert said() == [("ok", [])]
    clock.advance(seconds=traces.SILENT_SECONDS - 10)
    leave("two")
    clock.advance(seconds=traces.SILENT_SECONDS - 5)
    assert said() == [("ok", [])]
    clock.advance(seconds=10)
    ((status, (row,)),) = said()
    assert (status, row["process"]) == ("warning", "two")
