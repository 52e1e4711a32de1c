"""The benchmark's servers run with the settings of the service's own."""

from pathlib import Path

from bench.services import GRANIAN

PROGRAM = Path(__file__).parents[2] / "bin" / "lib" / "program"


def test_the_web_is_measured_as_it_runs():
    web = PROGRAM.read_text().partition(" -m granian ")[2].partition(";;")[0].split()
    for name in ("--interface", "--workers", "--blocking-threads"):
        assert web[web.index(name) + 1] == GRANIAN[GRANIAN.index(name) + 1], name
    assert ("--no-ws" in web) == ("--no-ws" in GRANIAN)
