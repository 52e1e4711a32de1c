"""Who loses a right while the body of a bulk comes in writes nothing any more."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text

from flashpromo.db import session, transaction
from tests.api.conftest import Caller
from tests.api.uploading import answered, sent_while
from tests.world import World

PRODUCTS = "/api/market/products/bulk/"
CLIENTS = "/api/users/clients-profiles/bulk/"
LATE = {"external_id": "late", "name": "Late", "regular_price": "7.00"}

Happens = Callable[[str], Callable[[], None]]


@pytest.fixture
def elsewhere(app: Flask) -> Happens:
    """What another process writes to the same database, at once and unknown to this one."""

    def plan(statement: str) -> Callable[[], None]:
        def write() -> None:
            with app.app_context(), transaction():
                session().execute(text(statement))

        return write

    return plan


DEACTIVATED = "UPDATE user_account SET is_active = false"
REVOKED = "DELETE FROM auth_token"
REMOVED = "DELETE FROM store_member"


@pytest.mark.parametrize(("loss", "status"), [(DEACTIVATED, 401), (REVOKED, 401), (REMOVED, 404)])
def test_a_merchant_s_products(techshop: Caller, world: World, rows, elsewhere, loss, status):
    path = f"{PRODUCTS}?store_id={world.store_id}"
    before = rows("product")
    assert sent_while(techshop, path, LATE, elsewhere(loss)).status_code == status
    assert rows("product") == before


def test_rows_that_name_their_store(techshop: Caller, world: World, rows, elsewhere):
    row = LATE | {"store_id": world.store_id}
    done = sent_while(techshop, PRODUCTS, row, elsewhere(REMOVED))
    assert (done.status_code, "is not found" in done.text) == (200, True)
    assert rows("product") == 1


@pytest.mark.parametrize("loss", [DEACTIVATED, REVOKED])
def test_an_operator_s_clients(operator: Caller, world: World, rows, elsewhere, loss):
    done = sent_while(operator, CLIENTS, {"external_id": "late"}, elsewhere(loss))
    assert done.status_code == 401
    assert rows("client_external") == 0


def test_members_of_a_segment_that_goes(operator: Caller, world: World, rows, elsewhere):
    path = f"/api/users/user-segments/{world.frequent}/members/"
    gone = elsewhere(f"UPDATE segment SET deleted_at = app_now() WHERE id = {world.frequent}")
    assert sent_while(operator, path, {"client_id": world.alice}, gone).status_code == 404


def test_whoever_loses_nothing_writes(techshop: Caller, world: World, elsewhere):
    path = f"{PRODUCTS}?store_id={world.store_id}"
    assert sent_while(techshop, path, LATE, elsewhere("SELECT 1")).status_code == 200
    assert answered(techshop, path, [LATE]).summary["updated"] == 1
