"""The API description as schemathesis reads it, and the town that its requests are sent to."""

from dataclasses import dataclass, field
from typing import Any

import schemathesis
from flask import Flask
from schemathesis import Case, CheckContext, HookContext, Response
from schemathesis.config import SchemathesisConfig
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import positive_data_acceptance

import tests.api.described_bulks  # noqa: F401 - says how bodies of bulks are sent
from flashpromo.api.paths import BIGGEST_ID
from flashpromo.app import create_app
from flashpromo.config import Settings
from flashpromo.db import transaction
from tests.api.conftest import Caller, People
from tests.world import World

SEED = 20300517
OWN_IDS = 3
"""Ids are mostly taken from the first so many: those of things that are there."""

ROLES = ("operator", "merchant", "client", "anonymous")
CASES_FOR_ALL = 3

# A wrong field is a 422 wherever the rule is one that no schema can say: an end before its start,
# a price not below the product's, an id of nothing; `names_its_fields` looks at those answers.
# 304 and 412 are what conditions are for.
ACCEPTED = ["2xx", "304", "401", "403", "404", "409", "412", "422", "429"]


class Relay:
    """Stands for the application while tests are collected: then none is connected to anything."""

    def __init__(self) -> None:
        nowhere = {"database_url": "postgresql://", "redis_url": "redis://", "environment": "test"}
        self.app: Flask = create_app(Settings.model_validate(nowhere))

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        return self.app(environ, start_response)


relay = Relay()


def schema(*, examples: int) -> BaseSchema:
    """The served document, with so many random examples for each operation: the same each time."""
    config = SchemathesisConfig(seed=SEED)
    found = schemathesis.openapi.from_wsgi("/api/openapi.json", relay, config=config)
    found.config.generation.update(
        max_examples=examples,
        deterministic=True,
        with_security_parameters=False,  # the town gives each request its token
        allow_extra_parameters=False,  # arguments that nobody knows are ignored, like fields
    )
    found.config.checks.positive_data_acceptance.expected_statuses = ACCEPTED
    found.hook(map_path_parameters)
    found.hook(map_body)
    return found


def map_path_parameters(_: HookContext, arguments: dict[str, Any] | None) -> dict[str, Any] | None:
    """Ask for things that are there."""
    return arguments and {name: present(name, value) for name, value in arguments.items()}


def map_body(_: HookContext, body: Any) -> Any:
    """Name things that are there."""
    return (
        {name: present(name, value) for name, value in body.items()}
        if isinstance(body, dict)
        else body
    )


def present(name: str, value: Any) -> Any:
    """A valid id becomes a small one; whatever is none stays as it was meant: wrong."""
    if isinstance(value, list) and name.endswith("_ids"):
        return [present(name.removesuffix("s"), each) for each in value]
    if name.endswith("_id") and type(value) is int and 0 < value <= BIGGEST_ID:
        return 1 + value % OWN_IDS
    if name == "key" and isinstance(value, str) and value.isdigit():
        return str(1 + int(value) % OWN_IDS)
    return value


def documented_code(_: CheckContext, response: Response, case: Case) -> None:
    """A problem has one of the codes that its operation names for the status."""
    if response.status_code < 400 or "problem+json" not in response.headers["content-type"][0]:
        return
    described = case.operation.responses.get(str(response.status_code))
    if described is not None:  # or else the status is found fault with already
        examples = described.definition["content"]["application/problem+json"]["examples"]
        assert response.json()["code"] in examples, response.json()


def names_its_fields(_: CheckContext, response: Response, case: Case) -> None:
    """A 422 says which fields are wrong."""
    if response.status_code == 422 and response.json()["code"] == "validation_error":
        assert response.json()["errors"], response.json()


ONLY_IN_WORDS = {
    "Must be after 1970 and before 2200.",
    "Give exactly one of client_id, external_id and username.",
}

CHECKS = [documented_code, names_its_fields]


def is_beyond_schemas(response: Response) -> bool:
    """A request was refused for a reason that a description can only say in words."""
    if response.status_code != 400:
        return False
    problem = response.json()
    said = {message for messages in problem.get("errors", {}).values() for message in messages}
    return problem["code"] == "incomplete_upload" or (bool(said) and said <= ONLY_IN_WORDS)


def is_turned_away(response: Response) -> bool:
    """The answer does not depend on what was asked, only on who asked."""
    return response.status_code == 403 and response.json()["code"] == "forbidden"


@dataclass
class Town:
    """The world with a caller of each kind; whose token ends gets another."""

    app: Flask
    people: People
    world: World
    sent: int = 0
    cases: int = 0
    callers: dict[str, Caller] = field(default_factory=dict)
    let_in: set[str] = field(default_factory=set)

    def settle(self, world: World) -> None:
        """Begin again in a new world, where nobody has a token yet."""
        self.world, self.callers = world, {}

    def roles(self, case: Case) -> tuple[str, ...]:
        """Who sends it; what is open to anyone asks nobody who he is.

        Who was turned away at the door by the first cases is not sent there again: the guard stands
        before whatever a request has in it (`test_permissions` walks through that).
        """
        self.cases += 1
        if case.operation.definition.raw.get("security") == []:
            return ("anonymous",)
        if self.cases <= CASES_FOR_ALL:
            return ROLES
        return tuple(role for role in ROLES if role in self.let_in)

    def headers(self, role: str) -> dict[str, str]:
        """The token of a caller of this role; plain bytes, for nothing unpacks them here."""
        plain = {"Accept-Encoding": "identity"}
        if role == "anonymous":
            return plain
        if role not in self.callers:
            self.callers[role] = self._new(role)
        return {"Authorization": f"Bearer {self.callers[role].token}", **plain}

    def send(self, case: Case, role: str) -> None:
        """Send a case and check the answer in every way; a token that has ended is replaced."""
        response = self._call(case, role)
        if response.status_code == 401 and role in self.callers and "auth" not in (case.path or ""):
            del self.callers[role]
            response = self._call(case, role)
        if role != "anonymous" and not is_turned_away(response):
            self.let_in.add(role)
        self.validate(case, response, role)

    def validate(self, case: Case, response: Response, role: str, **options: Any) -> None:
        """Check an answer in every way."""
        case.validate_response(
            response,
            headers=self.headers(role),
            additional_checks=[*CHECKS, *options.get("additional_checks", ())],
            excluded_checks=[positive_data_acceptance] if is_beyond_schemas(response) else [],
            transport_kwargs={"headers": self.headers(role)},
        )

    def _call(self, case: Case, role: str) -> Response:
        self.sent += 1
        return case.call(headers=self.headers(role))

    def _new(self, role: str) -> Caller:
        name = f"{role}-{self.sent}"
        if role == "operator":
            return self.people.operator(name)
        if role == "merchant":
            return self.people.merchant(name, self.world.store_id)
        with self.app.app_context(), transaction():
            client_id = self.world.add_client(name, metres=50)
        return self.people.client(name, client_id)
