"""The shape of the code: what a reader may rely on without reading everything."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from jinja2 import StrictUndefined
from pydantic import AliasChoices
from pydantic_core import PydanticUndefined

from flashpromo import jobs
from flashpromo.config import Settings
from flashpromo.queueing.names import QUEUE_OF

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "flashpromo").rglob("*.py"))
LONGEST_FILE, LONGEST_FUNCTION = 250, 60
SETTING = re.compile(r"^\| `([A-Z_]+)` \| (?:`([^`]+)`|required|none) \|", re.MULTILINE)

Function = ast.FunctionDef | ast.AsyncFunctionDef


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(module: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, Function):
            yield node


def test_imports_run_one_way_down_the_ranks():
    command = Path(sys.executable).with_name("lint-imports")
    ended = subprocess.run(
        [command, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout


def test_the_ranks_are_told_as_they_are():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    built = [
        [part for part in layer.split(" | ") if not part.startswith("(") or present(part)]
        for layer in contracts["contracts"][0]["layers"]
    ]
    told = (ROOT / "docs" / "architecture.md").read_text()
    page = told.partition("## Ranks")[2].split("```")[1].strip().splitlines()
    assert [line.split(" | ") for line in page] == [
        [part.strip("()") for part in layer] for layer in built if layer
    ]


def present(part: str) -> bool:
    """Whether a part that may be missing is there."""
    path = ROOT / "flashpromo" / part.strip("()")
    return path.is_dir() or path.with_suffix(".py").exists()


def test_one_place_commits():
    committing = [name(each) for each in MODULES if re.search(r"\bcommit\(", each.read_text())]
    assert committing == ["flashpromo/db.py"]


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_a_module_says_why_it_is_there_and_is_short(module: Path):
    source = module.read_text()
    assert ast.get_docstring(ast.parse(source)) or not source.strip()
    assert len(source.splitlines()) < LONGEST_FILE
    assert "util" not in module.stem


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_a_function_is_short_and_imports_nothing(module: Path):
    for function in functions(module):
        assert function.end_lineno - function.lineno < LONGEST_FUNCTION, function.name
        for node in ast.walk(function):
            assert not isinstance(node, ast.Import | ast.ImportFrom), function.name


def test_every_job_name_resolves():
    assert set(jobs.HANDLERS) == set(QUEUE_OF)
    for job, handler in jobs.HANDLERS.items():
        assert getattr(jobs, handler.__name__) is handler, job


def test_templates_are_strict_and_compile(app):
    assert app.jinja_env.undefined is StrictUndefined
    templates = [each for each in app.jinja_env.list_templates() if each.endswith(".html")]
    assert "home.html" in templates
    for each in templates:
        app.jinja_env.get_template(each)


def test_the_compose_file_names_every_process():
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    processes = {
        "db",
        "redis",
        "migrate",
        "web",
        "worker-activation",
        "worker-delivery",
        "worker-letters",
        "scheduler",
    }
    assert processes <= set(compose["services"])
    for queue in set(QUEUE_OF.values()):
        assert compose["services"][f"worker-{queue}"]["command"] == ["flask", "worker", queue]


def variable(field: str) -> str:
    alias = Settings.model_fields[field].validation_alias
    return (
        str(alias.choices[0]) if isinstance(alias, AliasChoices) else f"FLASHPROMO_{field}".upper()
    )


def shown(default: object) -> str:
    if default is PydanticUndefined:
        return ""
    if isinstance(default, tuple):
        return ",".join(default)
    return f"{default:g}" if isinstance(default, float) else str(default)


def test_every_setting_is_documented_with_its_default():
    documented = dict(SETTING.findall((ROOT / "docs" / "settings.md").read_text()))
    assert documented == {
        variable(field): shown(
            info.get_default(
                call_default_factory=True, validated_data={"environment": "production"}
            )
        )
        for field, info in Settings.model_fields.items()
    }
