"""A stranger makes a client with a generator of others, from nothing but the address, and buys."""

import importlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from flask import Flask

from tests.api.conftest import PASSWORD
from tests.processes.web import served
from tests.story import publish
from tests.world import World

PACKAGE = "flash_promos_client"
# The generator has to be told that what it does not know is to be sent as it is.
CONFIG = """
content_type_overrides:
  application/x-ndjson: application/octet-stream
  text/csv: application/octet-stream
post_hooks: []
"""

Import = Callable[[str], ModuleType]


@pytest.fixture
def running(app: Flask, world: World) -> int:
    """The id of a promo that runs."""
    with app.app_context():
        return publish(world).id


@pytest.fixture
def address(tmp_path: Path, world: World) -> Iterator[str]:
    with served(tmp_path) as address:
        yield address


@pytest.fixture
def generated(address: str, tmp_path: Path, monkeypatch) -> Iterator[Import]:
    """Imports a module of the client that was generated from the served description."""
    (tmp_path / "config.yml").write_text(CONFIG)
    options = ["--url", f"{address}/api/openapi.json", "--meta", "none", "--fail-on-warning"]
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "openapi_python_client", "generate", *options),
            *("--output-path", tmp_path / PACKAGE, "--config", tmp_path / "config.yml"),
        ],
        # What a generator of others executes is no business of our coverage, and twice as slow.
        env={name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")},
        capture_output=True,
        text=True,
        check=False,
    )
    said = ended.stdout + ended.stderr
    assert ended.returncode == 0, said
    assert "warning" not in said.lower(), said
    monkeypatch.syspath_prepend(tmp_path)
    yield lambda name: importlib.import_module(f"{PACKAGE}.{name}")
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


@pytest.mark.usefixtures("alice")
def test_a_generated_client_buys(generated: Import, address: str, running: int, rows):
    models = generated("models")
    sign_in = generated("api.sign_in.create_token")
    anonymous = generated("client").Client(base_url=address, raise_on_unexpected_status=True)
    credentials = models.CredentialsIn(username="alice", password=PASSWORD)
    with anonymous:
        token = sign_in.sync(client=anonymous, body=credentials).token
    me = generated("client").AuthenticatedClient(
        base_url=address, token=token, raise_on_unexpected_status=True
    )
    with me:
        buy(me, generated, running)
    assert rows("purchase") == 1


def buy(me: Any, generated: Import, running: int) -> None:
    """List, reserve twice with one key, complete, and be refused."""
    models, promotions = generated("models"), "api.promotions"
    offers = generated(f"{promotions}.list_eligible").sync(client=me)
    assert [offer.id for offer in offers.results] == [running]

    reserve = generated(f"{promotions}.reserve")
    wanted = models.ReservationIn(promo_id=running)
    held = reserve.sync(client=me, body=wanted, idempotency_key="once")
    assert held.state == models.ReservationState.HELD
    again = reserve.sync_detailed(client=me, body=wanted, idempotency_key="once")
    assert again.parsed.reservation_id == held.reservation_id
    assert again.headers["Idempotency-Replayed"] == "true"

    complete = generated(f"{promotions}.complete")
    sold = complete.sync(client=me, key=str(held.reservation_id))
    assert (sold.completed, sold.price) == (True, "499.00")

    refused = reserve.sync(client=me, body=wanted)
    assert isinstance(refused, models.Problem)
    assert (refused.status, refused.code) == (409, "sold_out")
