"""The units: systemd itself reads them and says how much a process of ours could do."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from flashpromo.queueing.names import QUEUES
from tests.deploy.compose import ROOT

UNITS = ROOT / "deploy" / "systemd"
PROCESSES = ("web@8000", "live", "scheduler", "migrate", "worker@letters")
SYSTEM = Path("/usr/lib/systemd/system")
MOST_EXPOSED = 1.5
"""Of 10: what a process that talks to a network cannot do without is about 1."""


@pytest.fixture(scope="module")
def machine(tmp_path_factory) -> Path:
    """The folders of a machine with the units where docs/deploy.md puts them."""
    root = tmp_path_factory.mktemp("machine")
    shutil.copytree(UNITS, root / "etc/systemd/system")
    venv = "srv/flashpromo/.venv/bin"
    for name in (f"{venv}/granian", f"{venv}/flask", f"{venv}/python", "bin/sh"):
        program = root / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.touch(0o755)
    (root / "etc/flashpromo").mkdir()
    (root / "etc/flashpromo/environment").touch()
    for name in ("sysinit.target", "basic.target", "shutdown.target", "network-online.target"):
        shutil.copy(SYSTEM / name, root / "etc/systemd/system")
    return root


def analyze(machine: Path, *words: str) -> str:
    """What systemd-analyze says; it fails where it finds fault."""
    ended = subprocess.run(
        ["systemd-analyze", f"--root={machine}", "--man=no", "--generators=no", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


def test_systemd_finds_no_fault(machine):
    units = [f"flashpromo-{name}.service" for name in PROCESSES]
    said = analyze(machine, "verify", "flashpromo.target", *units)
    assert "flashpromo" not in said


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_can_do_little(machine, name):
    said = analyze(machine, "--offline=true", "security", f"flashpromo-{name}.service")
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", said)
    assert found, said
    assert float(found[1]) <= MOST_EXPOSED


def test_the_target_wants_every_process():
    wanted = (UNITS / "flashpromo.target").read_text()
    for name in [
        "web@8000",
        "web@8002",
        "live",
        "scheduler",
        *(f"worker@{queue}" for queue in QUEUES),
    ]:
        assert f"flashpromo-{name}.service" in wanted
