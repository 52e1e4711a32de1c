"""Two web processes over one database and one Redis: what one writes, the other shows at once."""

import pytest
import requests
from flask import Flask

from tests.api.conftest import Caller, People
from tests.api.test_promos import PROMOS, terms
from tests.processes.running import Service, eventually
from tests.processes.watched_redis import free_ports
from tests.processes.web import HOST, answers
from tests.world import World

RESERVATIONS = "/api/promotions/promo-reservations/"


@pytest.fixture(scope="module")
def webs(app: Flask, shared_service: Service) -> list[str]:
    """The addresses of both; Flask's own server starts sooner than granian, and asks the same."""
    ports = free_ports(2)
    names = [f"run --host {HOST} --port {port}" for port in ports]
    shared_service.start(*names, wait=False)
    addresses = [f"http://{HOST}:{port}" for port in ports]
    for each in addresses:
        eventually(lambda at=each: answers(f"{at}/readyz"), 30, f"{each} is ready")
    return addresses


def test_what_one_web_writes_the_other_shows_at_once(webs, app: Flask, world: World):
    one, other = webs
    people = People(app, app.test_client())
    techshop, alice = (
        people.merchant("techshop", world.store_id),
        people.client("alice", world.alice),
    )

    def ask(web: str, who: Caller, path: str, method: str = "GET", **body) -> requests.Response:
        headers = {"Authorization": f"Bearer {who.token}"}
        return requests.request(method, web + path, headers=headers, timeout=30, **body)

    def offered(web: str) -> list[int]:
        """The promos that Alice may take."""
        listed = ask(web, alice, f"{PROMOS}eligible/").json()
        return [each["id"] for each in listed["results"]]

    assert (offered(one), offered(other)) == ([], [])  # and so remembered
    promo = ask(one, techshop, PROMOS, "POST", json=terms(world))
    assert promo.status_code == 201, promo.text
    promo_id = promo.json()["id"]
    assert (offered(other), offered(one)) == ([promo_id], [promo_id])
    address, hold = f"{PROMOS}{promo_id}/", {"promo_id": promo_id}
    paused = ask(other, techshop, f"{address}pause/", "POST")
    assert paused.status_code == 200, paused.text
    assert offered(one) == []
    assert ask(one, alice, RESERVATIONS, "POST", json=hold).status_code == 409
    assert ask(one, techshop, f"{address}resume/", "POST").status_code == 200
    held = ask(other, alice, RESERVATIONS, "POST", json=hold)
    assert held.status_code == 201, held.text
    bought = ask(one, alice, f"{RESERVATIONS}{held.json()['id']}/complete/", "POST")
    assert bought.status_code == 200, bought.text
    assert offered(other) == []
