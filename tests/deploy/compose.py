"""The compose file as Compose reads it: with values for variables, or refused without them."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
EXAMPLE = ROOT / ".env.example"
VARIABLE = re.compile(r"\$(?:\$|\{(\w+)(?:(:[-?])([^}]*))?\})")
ASSIGNED = re.compile(r"^(#?)(\w+)=(.*)$", re.MULTILINE)

SECRETS = ("FLASHPROMO_SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD")


class Missing(Exception):
    """A variable without which nothing may start."""


def example() -> dict[str, str]:
    """What .env.example sets, without what stands behind a # there."""
    return {name: value for mark, name, value in ASSIGNED.findall(EXAMPLE.read_text()) if not mark}


def read(given: Mapping[str, str]) -> dict[str, Any]:
    """The compose file with `given` for its environment; raises `Missing`."""

    def value(found: re.Match[str]) -> str:
        name, how, text = found.groups()
        if name is None:
            return "$"
        if given.get(name):
            return given[name]
        if how == ":?":
            raise Missing(name)
        assert how, f"{name} would be empty without a word"
        return text or ""

    whole: dict[str, Any] = yaml.safe_load(VARIABLE.sub(value, FILE.read_text()))
    return whole


def filled() -> dict[str, Any]:
    """The compose file with the example's settings and secrets of its own."""
    return read(example() | dict.fromkeys(SECRETS, "a-secret"))


def variables() -> set[str]:
    """All that the compose file asks for."""
    return {name for name, _, _ in VARIABLE.findall(FILE.read_text()) if name}
