"""The compose file: valid by its specification, and as safe and as orderly as it is said to be."""

import json
import re
from pathlib import Path

import click
import pytest
from flask import Flask
from jsonschema import Draft202012Validator, ValidationError

from flashpromo.config import Settings
from flashpromo.queueing.names import QUEUES
from tests.deploy import compose
from tests.deploy.compose import ROOT, SECRETS

SPECIFICATION = Path(__file__).parent / "vendor" / "compose-spec.json"
SERVICES = compose.filled()["services"]
ENDING = {name for name, each in SERVICES.items() if each.get("restart") == "no"}
SERVERS = {"db", "redis"}
BUILT_HERE = re.compile(r"flashpromo(-\w+)?:")
PINNED = re.compile(r"[\w./-]+:\d+[\w.-]*")
SETTINGS = {f"FLASHPROMO_{field}".upper() for field in Settings.model_fields} | {
    "FLASHPROMO_ENV",
    "DATABASE_URL",
    "REDIS_URL",
    "FLASHPROMO_ADMIN_USERNAME",
    "FLASHPROMO_ADMIN_EMAIL",
    "FLASHPROMO_ADMIN_PASSWORD",
}

every_service = pytest.mark.parametrize("name", SERVICES)


@pytest.fixture(scope="module")
def specification() -> Draft202012Validator:
    return Draft202012Validator(json.loads(SPECIFICATION.read_text()))


def test_it_is_valid(specification):
    specification.validate(compose.filled())


def test_the_specification_finds_a_misspelt_word(specification):
    wrong = compose.filled()
    wrong["services"]["web"]["helthcheck"] = {}
    with pytest.raises(ValidationError, match="helthcheck"):
        specification.validate(wrong)


@pytest.mark.parametrize("secret", SECRETS)
def test_nothing_starts_without_a_secret(secret):
    assert compose.example()[secret] == ""
    given = dict.fromkeys(SECRETS, "a-secret") | {secret: ""}
    with pytest.raises(compose.Missing, match=secret):
        compose.read(compose.example() | given)


def test_every_variable_is_in_the_example_and_told_in_the_documents():
    told = (ROOT / "docs" / "settings.md").read_text()
    in_example = {name for _, name, _ in compose.ASSIGNED.findall(compose.EXAMPLE.read_text())}
    assert compose.variables() - in_example == set()
    assert {name for name in compose.variables() if f"`{name}`" not in told} == set()
    known = compose.variables() | SETTINGS | {"COMPOSE_PROFILES"}
    assert in_example - known == set()


@every_service
def test_it_has_a_health_check_or_ends(name):
    check = SERVICES[name]["healthcheck"]
    assert check == {"disable": True} if name in ENDING else check["test"][0].startswith("CMD")


def test_what_ends_says_why_it_has_no_health():
    text = compose.FILE.read_text()
    assert len(re.findall("so it has no health", text)) == len(ENDING)


@every_service
def test_it_waits_for_what_can_be_waited_for(name):
    for other, how in SERVICES[name].get("depends_on", {}).items():
        ends = how["condition"] == "service_completed_successfully"
        assert (other in ENDING) is ends, other
        hidden = set(SERVICES[other].get("profiles", [])) - set(SERVICES[name].get("profiles", []))
        assert not hidden or how.get("required") is False, other


@every_service
def test_it_is_confined(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}
    assert "privileged" not in service
    assert "cap_add" not in service


@every_service
def test_its_image_is_pinned(name):
    image = SERVICES[name]["image"]
    assert BUILT_HERE.match(image) or PINNED.fullmatch(image)


@every_service
def test_only_what_is_meant_to_is_reached_from_outside(name):
    ports = SERVICES[name].get("ports", [])
    assert bool(ports) is (name in {"web", "live", "front"})
    if name == "web":
        assert ports == ["127.0.0.1:8000:8000"]
    if name == "live":
        assert ports == ["127.0.0.1:8001:8001"]
    if name in SERVERS:
        assert SERVICES[name]["networks"] == ["data"]


def test_the_servers_network_is_closed_and_the_front_is_not_in_it():
    assert compose.filled()["networks"]["data"]["internal"] is True
    assert SERVICES["front"]["networks"] == ["edge"]


def test_every_queue_has_a_worker_and_redis_forgets_nothing():
    for queue in QUEUES:
        assert SERVICES[f"worker-{queue}"]["command"] == ["flask", "worker", queue]
    redis = SERVICES["redis"]["command"]
    assert redis[redis.index("--maxmemory-policy") + 1] == "noeviction"
    assert redis[redis.index("--appendonly") + 1] == "yes"


@every_service
def test_its_command_exists(name, app: Flask):
    said = " ".join(SERVICES[name].get("command", []))
    for words in re.findall(r"flask ([a-z -]+)", said):
        command: click.Command = app.cli
        for word in words.split():
            if isinstance(command, click.Group):
                assert word in command.commands, words
                command = command.commands[word]


def test_the_schema_is_changed_past_the_pooler():
    scaled = compose.read(
        compose.example()
        | dict.fromkeys(SECRETS, "a-secret")
        | {"DATABASE_URL": "postgresql://flashpromo@pgbouncer:6432/flashpromo"}
    )["services"]
    for name, service in scaled.items():
        address = service.get("environment", {}).get("DATABASE_URL")
        if address is not None:
            assert ("pgbouncer" in address) is (name not in {"migrate", "distribute"}), name


def test_only_the_first_start_is_told_the_operator_s_password():
    given = dict.fromkeys([*SECRETS, "FLASHPROMO_ADMIN_PASSWORD"], "a-secret")
    for name, service in compose.read(compose.example() | given)["services"].items():
        if "env_file" in service:
            password = service["environment"]["FLASHPROMO_ADMIN_PASSWORD"]
            assert password == ("a-secret" if name == "migrate" else ""), name
