"""Every group of the benchmark runs: it tells its figures, and compares only what does the same."""

import pytest

from bench import of_processes
from bench.memory import Most


def test_pages_and_what_is_done_in_one_process(figures):
    found = figures("console", "audience", "delivery", "bulk")
    for who in ("corner", "chain", "operator"):
        assert found[f"console: dashboard, {who}"]["against"] == "hello page"
    assert found["audience: count 2 km"]["ratio"] > 0
    assert found["audience: select 50 km"]["against"].startswith("psql select.sql")
    for channel, number in (("log", 30), ("webhook", 30), ("email", 20)):
        assert found[f"delivery: {channel}, {number} deliveries"]["value"] > 0
    assert found["import: 30 new clients beside 600"]["against"].startswith("COPY")


def test_what_is_asked_for_over_http(figures, brief):
    found = figures("lists", "reserve", "complete")
    for name in ("hello JSON after one SELECT", "eligible, unchanged", "eligible, computed"):
        assert found[f"lists: {name}"]["value"] == 5
    assert found["reserve: 5 promos, to pgbench"]["value"] > 0
    assert found["reserve: holders of the one unit"]["value"] <= 1
    assert found["race: 50 clients, one unit, races with one winner"]["ok"]
    assert found["complete: 5 promos, to hello"]["value"] > 0


@pytest.fixture
def no_processes(monkeypatch):
    """Starting them for each size takes longer than all of the rest."""
    found = Most({"web": 1.0}, {"web": 1.0})
    monkeypatch.setattr(of_processes, "measured", lambda _, size: of_processes.Found(size, found))


def test_growth_and_starts(figures, no_processes, tmp_path):
    (tmp_path / "performance.md").write_text(
        "before\n<!-- written by bin/bench: do not edit from here --><!-- to here -->\nafter\n"
    )
    found = figures("activation", "growth", "--docs", str(tmp_path))
    assert found["activation: 20 of 600 clients"]["against"].startswith("psql wave.sql")
    assert found["activation: 1 starts of 20 clients, visible, p99"]["value"] > 0
    assert found["growth: cost of a notification at 200"]["ratio"] > 0
    assert found["growth: hold, 20 promos elsewhere"]["ratio"] > 0
    assert found["growth: inbox of one client, 4,000 pretended"]["ratio"] > 0
    peers = [name for name in found if name.startswith("growth: 2 km of 200 clients")]
    assert len(peers) == 4

    document = (tmp_path / "performance.md").read_text()
    assert document.startswith("before\n")
    assert document.endswith("\nafter\n")
    assert "performance/hold.svg" in document
    drawn = (tmp_path / "performance" / "hold.svg").read_text()
    assert "running promos elsewhere" in drawn
