"""A figure says whether its goal is met, and never misses it without a word."""

import json
import os

import pytest

from bench import memory, plots, same
from bench.figures import Figure, Samples, compared
from bench.notebook import Point
from bench.town.market import CORNER


def test_a_goal_is_the_most_or_the_least_of_a_value_or_a_ratio():
    assert Figure("a", 3.0, "ms", goal=3).ok
    assert not Figure("a", 3.1, "ms", goal=3).ok
    assert Figure("a", 3.0, "requests/s", goal=3, at_least=True).ok
    assert not Figure("a", 2.9, "requests/s", goal=3, at_least=True).ok
    assert not compared("a", Samples([4.0]), "b", Samples([2.0]), goal=1.9).ok
    assert not Figure("a", None, "ms", goal=3).ok


def test_a_missed_goal_demands_a_cause():
    missed = Figure("slow", 5.0, "ms", goal=1)
    with pytest.raises(ValueError, match="slow misses its goal"):
        missed.line()
    told = json.loads(missed.explained(lambda: "it sleeps").line())
    assert (told["ok"], told["cause"]) == (False, "it sleeps")
    met = Figure("fast", 0.5, "ms", goal=1)
    assert met.explained(lambda: pytest.fail("nobody asks")) is met


def test_other_work_is_not_compared():
    same.demand("all", [1, 2], [2, 1])
    with pytest.raises(same.OtherWork, match="1 are only in ours, 0 only"):
        same.demand("one", [1, 2], [2])


def test_a_process_takes_memory_alone_and_with_its_children():
    rss, pss = memory.taken_mb(os.getpid())
    assert rss >= pss > 1
    with memory.watched({CORNER: os.getpid()}) as most:
        pass
    assert most.rss[CORNER] > 1


def test_the_same_points_draw_the_same_picture(tmp_path):
    points = [Point("hold", "hold", 10, 1.0), Point("hold", "hold", 100, 1.1)]
    assert plots.draw(points, tmp_path / "one") == plots.draw(points, tmp_path / "two") == ["hold"]
    one, two = ((tmp_path / each / "hold.svg").read_bytes() for each in ("one", "two"))
    assert one == two
    assert len(one) < 40_000
