"""Reads a page of documentation as what it is: commands, and the answers shown for them."""

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
AND_MORE = "…"
"""As a key: there are others. As a value: whatever it says."""


@dataclass
class Step:
    """A block of commands, and what is shown as its answer: JSON, lines of it, headers, nothing."""

    commands: str
    kind: str = ""
    shown: str = ""


def steps(page: Path) -> list[Step]:
    """The commands of a page, in their order."""
    found: list[Step] = []
    for kind, text in BLOCK.findall(page.read_text()):
        if kind == "sh":
            found.append(Step(text))
        else:
            found[-1].kind, found[-1].shown = kind, text
    return found


def carry_out(found: list[Step], folder: Path, environment: dict[str, str]) -> list[str]:
    """What each step says, all of them in one shell that ends at the first failure."""
    border = "=-=-= next step =-=-="
    script = f"\necho '{border}'\n".join(step.commands for step in found)
    ended = subprocess.run(
        ["bash", "-c", f"set -euo pipefail\n{script}"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout.split(f"{border}\n")


def compare(step: Step, said: str) -> None:
    """The answer has the shape that is shown, and its words where they are no examples."""
    if step.kind == "json":
        same_shape(json.loads(step.shown), json.loads(said), step.commands)
    if step.kind == "ndjson":
        shown, came = step.shown.splitlines(), said.splitlines()
        for one, other in zip(shown, came, strict=True):
            same_shape(json.loads(one), json.loads(other), step.commands)
    if step.kind == "http":
        told, headers = names(step.shown), names(said)
        assert said.splitlines()[0].split()[:2] == step.shown.splitlines()[0].split()[:2], said
        assert told <= headers, (told - headers, said)


def names(headers: str) -> set[str]:
    return {line.partition(":")[0].lower() for line in headers.splitlines()[1:] if line}


def same_shape(shown: Any, came: Any, where: str) -> None:
    """Keys and types are the same; states and codes are equal."""
    if shown == AND_MORE or shown is None or came is None:
        assert shown == AND_MORE or shown is came is None, (where, shown, came)
    elif isinstance(shown, dict):
        assert isinstance(came, dict), where
        missing, more = shown.keys() - came.keys() - {AND_MORE}, came.keys() - shown.keys()
        assert not missing, (where, missing)
        assert AND_MORE in shown or not more, (where, more)
        for name in shown.keys() - {AND_MORE}:
            same_shape(shown[name], came[name], f"{where} .{name}")
    elif isinstance(shown, list):
        assert came, (where, "is empty")
        same_shape(shown[0], came[0], where)
    else:
        assert type(shown) is type(came), (where, shown, came)
        if where.rpartition(".")[2] in {"state", "code", "status", "kind", "type"}:
            assert shown == came, where
