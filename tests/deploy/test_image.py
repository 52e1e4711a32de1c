"""The image's recipe and the secrets, as far as they can be looked at without building anything."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.deploy import compose
from tests.deploy.compose import ROOT, SECRETS

RECIPES = [ROOT / "Dockerfile", *(ROOT / "deploy").rglob("Dockerfile")]
STEP = re.compile(r"^([A-Z]+) +((?:.*\\\n)*.*)$", re.MULTILINE)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def steps(recipe: Path) -> list[tuple[str, str]]:
    text = re.sub(r"^#.*\n", "", recipe.read_text(), flags=re.MULTILINE)
    return [(word, rest.replace("\\\n", " ")) for word, rest in STEP.findall(text)]


def last(recipe: Path, word: str) -> str:
    return [rest for each, rest in steps(recipe) if each == word][-1]


@pytest.mark.parametrize("recipe", RECIPES, ids=name)
def test_every_base_is_pinned_and_may_be_replaced(recipe):
    bases = dict(
        rest.split("=", 1) for word, rest in steps(recipe) if word == "ARG" and "=" in rest
    )
    assert re.fullmatch(r"[\w/-]+:(\d+\.\d+[\w.-]*|bookworm-slim)", bases["BASE"])
    assert {rest.split()[0] for word, rest in steps(recipe) if word == "FROM"} == {"${BASE}"}


def test_the_image_has_nobody_in_it_and_no_compiler():
    recipe = ROOT / "Dockerfile"
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", last(recipe, "USER"))
    assert "apt-get" not in recipe.read_text()
    assert "--require-hashes" in recipe.read_text()
    final = steps(recipe)[[word for word, _ in steps(recipe)].index("USER") :]
    assert [word for word, _ in final if word in {"RUN", "COPY", "ADD"}] == []


def test_its_process_is_told_to_end_and_no_shell_before_it():
    command = json.loads(last(ROOT / "Dockerfile", "CMD"))
    assert command[0] == "granian"
    assert command[-1] == "wsgi:app"
    check = last(ROOT / "Dockerfile", "HEALTHCHECK")
    assert json.loads(check[check.index("[") :])[:3] == ["python", "-I", "deploy/healthy.py"]


def test_no_secret_and_no_history_becomes_part_of_the_image():
    lines = [
        line
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    assert lines[0] == "*"
    let_in = {line[1:] for line in lines if line.startswith("!")}
    assert all((ROOT / each).exists() for each in let_in)
    assert not let_in & {".env", ".git", "tests", "var", "deploy"}


def fill(file: Path) -> dict[str, str]:
    subprocess.run([ROOT / "bin" / "secrets", file], check=True, capture_output=True)
    return {found: value for _, found, value in compose.ASSIGNED.findall(file.read_text())}


def test_secrets_are_made_once_and_are_nobody_else_s(tmp_path: Path):
    file = tmp_path / ".env"
    file.write_text(compose.EXAMPLE.read_text().replace("REDIS_PASSWORD=", "REDIS_PASSWORD=mine"))
    made = fill(file)
    assert file.stat().st_mode & 0o077 == 0
    assert made["REDIS_PASSWORD"] == "mine"
    others = [made[secret] for secret in SECRETS if secret != "REDIS_PASSWORD"]
    assert all(re.fullmatch(r"[0-9a-f]{64}", secret) for secret in others)
    assert len(set(others)) == len(others)
    assert fill(file) == made
    assert compose.read(made)["services"]["web"]


def test_the_trial_starts_every_process():
    text = (ROOT / "bin/lib/trial.sh").read_text()
    found = re.search(r"^PROCESSES=\((.*)\)$", text, re.MULTILINE)
    assert found
    lasting = {
        service
        for service, each in compose.filled()["services"].items()
        if each["image"] == "flashpromo:latest" and each.get("restart") == "unless-stopped"
    }
    assert set(found[1].split()) == lasting
