"""Where the `type` of a problem leads to, and what problems of no view look like."""

import pytest

from tests.api.conftest import Caller, People
from tests.world import World


def test_the_type_of_a_problem_leads_to_what_it_means(client, operator: Caller):
    refused = operator.get("/api/market/stores/999/").json
    said = client.get(refused["type"])
    assert said.status_code == 200
    assert (said.json["code"], said.json["status"]) == ("not_found", 404)
    assert said.json["title"] == refused["title"]
    assert said.json["meaning"]
    assert said.json["to_do"]


def test_every_code_that_is_described_is_explained(client):
    document = client.get("/api/openapi.json").json
    described = {
        (code, example["value"]["status"], example["value"]["type"])
        for kept in (
            answer
            for found in document["paths"].values()
            for operation in found.values()
            for answer in [
                *operation["responses"].values(),
                *document["components"]["responses"].values(),
            ]
        )
        for code, example in kept.get("content", {})
        .get("application/problem+json", {})
        .get("examples", {})
        .items()
    }
    assert len(described) > 25
    for code, status, leads_to in described:
        said = client.get(leads_to).json
        assert (said["code"], said["status"]) == (code, status)
        assert said["to_do"]


@pytest.mark.parametrize("code", ["method_not_allowed", "internal_error", "body_too_large"])
def test_codes_of_no_operation_are_explained_too(client, code: str):
    assert client.get(f"/api/problems/{code}/").json["code"] == code


def test_a_code_that_nobody_answers_is_a_404(client):
    assert client.get("/api/problems/nothing_of_ours").status_code == 404


@pytest.mark.parametrize("path", ["/api/nothing/", "/api/market/stores/x/", "/api/problems/"])
def test_a_path_of_nothing_is_said_in_our_words(client, path: str):
    answer = client.get(path)
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")
    assert answer.json["detail"] == "There is nothing at this address."


def test_an_answer_without_a_body_has_no_type_of_it(people: People, operator: Caller, world: World):
    gone = operator.delete(f"/api/users/clients-profiles/{world.bob}/")
    assert (gone.status_code, gone.data) == (204, b"")
    assert "Content-Type" not in gone.headers
