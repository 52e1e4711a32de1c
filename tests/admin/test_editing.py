"""What is made, changed and deleted goes through the domain, which says what is wrong with it."""

import re

import pytest
from sqlalchemy import text

from tests.admin.conftest import ADMIN
from tests.admin.everything import HOSTILE
from tests.console.conftest import OTHER, OWNER
from tests.pages.conftest import Browser

STORE = {
    "name": "Corner",
    "latitude": "19.5",
    "longitude": "-99.25",
    "time_zone": "America/Mexico_City",
    "currency": "MXN",
}


@pytest.fixture
def rows(engine):
    """Rows of a query, by a connection of its own."""

    def rows(query: str, **values):
        with engine.connect() as connection:
            return connection.execute(text(query), values).all()

    return rows


def last_events(rows, many: int = 1) -> list[tuple[str, str, str]]:
    found = rows(
        "SELECT action, actor_name, door FROM audit_event ORDER BY id DESC LIMIT :n", n=many
    )
    return [tuple(each) for each in reversed(found)]


def seen(page: str) -> str:
    found = re.search(r'name="seen"\s+value="([^"]*)"', page)
    assert found
    return found[1]


def error_at(page: str, field: str) -> str:
    found = re.search(rf'id="{field}-error">(.*?)</div>\s*</div>', page, re.DOTALL)
    return found[1] if found else ""


def test_a_store_is_opened_changed_and_deleted(operator: Browser, town, rows):
    new = f"{ADMIN}store/new/"
    made = operator.submit(new, new, **STORE)
    assert made.status_code == 303
    (store_id,) = rows("SELECT max(id) FROM store")[0]
    assert made.location == f"/admin/store/details/?id={store_id}"
    assert last_events(rows) == [("store.created", "admin", "admin")]
    edit = f"{ADMIN}store/edit/?id={store_id}"
    version = seen(operator.get(edit).text)
    changed = operator.submit(edit, edit, **STORE | {"name": "Edge", "seen": version})
    assert changed.status_code == 303
    assert rows("SELECT name FROM store WHERE id = :id", id=store_id)[0].name == "Edge"
    delete = f"{ADMIN}store/delete/?id={store_id}"
    assert "The store goes with its products" in operator.get(delete).text
    version = seen(operator.get(delete).text)
    assert operator.submit(delete, delete, seen=version).status_code == 303
    assert last_events(rows, 2)[1] == ("store.deleted", "admin", "admin")
    assert "Edit" not in operator.get(f"{ADMIN}store/details/?id={store_id}").text
    assert operator.get(delete).status_code == 200
    assert operator.submit(delete, delete).status_code == 404


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(operator, town, rows):
    new = f"{ADMIN}store/new/"
    wrong = {"name": HOSTILE, "latitude": "95", "longitude": "x", "currency": "MXN"}
    refused = operator.submit(new, new, **STORE | wrong)
    assert refused.status_code == 422
    assert "valid" in error_at(refused.text, "longitude")
    refused = operator.submit(new, new, **STORE | wrong | {"longitude": "200", "name": " "})
    assert refused.status_code == 422
    assert "between -90 and 90" in error_at(refused.text, "latitude")
    assert "between -180 and 180" in error_at(refused.text, "longitude")
    assert 'value="95' in refused.text
    refused = operator.submit(new, new, **STORE | wrong | {"longitude": "nan"})
    assert error_at(refused.text, "longitude")
    assert HOSTILE not in refused.text
    assert "&lt;script&gt;" in refused.text
    assert rows("SELECT count(*) FROM store")[0][0] == 2


def test_of_two_who_change_the_same_record_the_second_is_told(operator, town, rows):
    edit = f"{ADMIN}segment/edit/?id={town.world.new_users}"
    version = seen(operator.get(edit).text)
    first = operator.submit(edit, edit, name="First", description="", seen=version)
    assert first.status_code == 303
    second = operator.submit(edit, edit, name="Second", description="", seen=version)
    assert second.status_code == 412
    assert "Somebody else has changed it" in second.text
    assert 'value="Second"' in second.text
    assert "Stored now: First" in second.text
    assert rows("SELECT name FROM segment WHERE name = 'First'")
    again = operator.submit(edit, edit, name="Second", description="", seen=seen(second.text))
    assert again.status_code == 303


def test_an_error_in_between_does_not_hide_what_somebody_else_has_saved(operator, town, rows):
    edit = f"{ADMIN}segment/edit/?id={town.world.frequent}"
    version = seen(operator.get(edit).text)
    assert (
        operator.submit(edit, edit, name="First", description="", seen=version).status_code == 303
    )
    told = operator.submit(edit, edit, name="", description="", seen=version)
    assert (told.status_code, seen(told.text)) == (422, version)
    second = operator.submit(edit, edit, name="Second", description="", seen=seen(told.text))
    assert second.status_code == 412
    assert rows("SELECT name FROM segment WHERE id = :id", id=town.world.frequent) == [("First",)]


def test_a_product_needs_a_store_that_there_is(operator, town, rows):
    new = f"{ADMIN}product/new/"
    wanted = {"name": "Mouse", "regular_price": "12.50", "external_id": "", "store_id": "999"}
    assert "no store 999" in error_at(operator.submit(new, new, **wanted).text, "store_id")
    wanted["store_id"] = str(town.world.store_id)
    assert operator.submit(new, new, **wanted | {"regular_price": "0"}).status_code == 422
    assert operator.submit(new, new, **wanted).status_code == 303
    assert rows("SELECT external_id FROM product WHERE name = 'Mouse'")[0].external_id is None
    assert last_events(rows) == [("product.created", "admin", "admin")]


def test_what_a_live_promo_needs_is_not_deleted(operator, town, rows):
    town.promo("Headphones", product_id=town.world.product_id)
    for address in (
        f"product/delete/?id={town.world.product_id}",
        f"store/delete/?id={town.world.store_id}",
    ):
        path = f"{ADMIN}{address}"
        told = operator.submit(path, path, seen=seen(operator.get(path).text))
        assert told.status_code == 303
        assert "still needs it" in operator.get(told.location).text
    assert rows("SELECT count(*) FROM product WHERE deleted_at IS NOT NULL")[0][0] == 0


def test_members_come_change_and_go_but_for_the_last_owner(operator, town, rows):
    town.account(OWNER)
    town.account(OTHER)
    new, store_id = f"{ADMIN}member/new/", str(town.world.store_id)
    wanted = {"username": OTHER, "store_id": store_id, "role": "staff"}
    assert "no merchant" in error_at(
        operator.submit(new, new, **wanted | {"username": "admin"}).text, "username"
    )
    let_in = operator.submit(new, new, **wanted)
    assert let_in.status_code == 303
    assert last_events(rows) == [("member.added", "admin", "admin")]
    assert "is a member of the store already" in operator.submit(new, new, **wanted).text
    (owner_id,) = rows(
        "SELECT user_id FROM store_member WHERE store_id = :s AND role = 'owner'", s=store_id
    )[0]
    edit = f"{ADMIN}member/edit/?id={store_id},{owner_id}"
    refused = operator.submit(edit, edit, role="staff")
    assert (refused.status_code, "at least one owner" in refused.text) == (409, True)
    delete = f"{ADMIN}member/delete/?id={let_in.location.partition('=')[2].replace('%2C', ',')}"
    assert operator.submit(delete, delete).status_code == 303
    assert last_events(rows) == [("member.removed", "admin", "admin")]


def test_a_client_is_kept(operator, town, rows):
    new = f"{ADMIN}client/new/"
    form = {"time_zone": "", "opted_in": "y", "latitude": "1", "longitude": ""}
    assert "both latitude and longitude" in error_at(
        operator.submit(new, new, **form).text, "longitude"
    )
    wrong = operator.submit(new, new, **form | {"longitude": "2", "segment_ids": "1, x"})
    assert "whole number" in error_at(wrong.text, "segment_ids")
    form |= {"longitude": "2", "segment_ids": "1, 2", "external_id": "ext", "quiet_from": "22:00"}
    form |= {"quiet_until": "07:00", "username": "newbie", "password": "pw", "email": "a@b.mx"}
    made = operator.submit(new, new, **form)
    assert made.status_code == 303
    (client_id,) = rows("SELECT max(id) FROM client")[0]
    before = rows("SELECT located_at, segment_ids FROM client WHERE id = :id", id=client_id)[0]
    assert before.segment_ids == [1, 2]
    edit = f"{ADMIN}client/edit/?id={client_id}"
    page = operator.get(edit).text
    assert 'value="ext"' in page
    assert 'value="22:00"' in page
    assert "argon2" not in page
    kept = form | {"password": "", "segment_ids": "2", "seen": seen(page)}
    kept.pop("opted_in")
    assert operator.submit(edit, edit, **kept).status_code == 303
    after = rows(
        "SELECT located_at, segment_ids, opted_in FROM client WHERE id = :id", id=client_id
    )[0]
    assert after == (before.located_at, [2], False)
    assert last_events(rows) == [("client.changed", "admin", "admin")]
    delete = f"{ADMIN}client/delete/?id={client_id}"
    assert operator.submit(delete, delete, seen=seen(operator.get(delete).text)).status_code == 303
    assert last_events(rows) == [("client.erased", "admin", "admin")]
    assert not rows("SELECT FROM sign_in WHERE username = 'newbie'")


def test_a_text_that_was_not_sent_is_empty(operator, town, rows):
    new = f"{ADMIN}segment/new/"
    assert operator.submit(new, new, name="Bare").status_code == 303
    assert rows("SELECT description FROM segment WHERE name = 'Bare'")[0].description == ""


def test_clients_come_into_a_segment_and_go(operator, town, rows):
    path = f"{ADMIN}segment/members/?id={town.world.frequent}"
    alice, bob = town.world.alice, town.world.bob
    typed = f"{alice}\n\n999999\n{bob}"
    told = operator.submit(path, path, way="in", named="client_id", clients=typed)
    assert told.status_code == 422
    assert "1 line was rejected" in told.text
    assert "Line 3: client_id names no client" in told.text
    assert "2 came in" in told.text
    assert last_events(rows) == [("segment.members_changed", "admin", "admin")]
    out = operator.submit(path, path, way="out", named="client_id", clients=str(bob))
    assert out.status_code == 303
    within = rows(
        "SELECT id FROM client WHERE :s = ANY (segment_ids) ORDER BY id", s=town.world.frequent
    )
    assert alice in [each.id for each in within]
    assert bob not in [each.id for each in within]


def test_users_are_made_by_the_same_rules(operator, town, rows):
    new = f"{ADMIN}user/new/"
    form = {"username": "op2", "email": "", "password": "short", "kind": "operator"}
    assert "at least 8" in error_at(operator.submit(new, new, **form).text, "password")
    refused = operator.submit(new, new, **form)
    assert "short" not in refused.text
    assert operator.submit(new, new, **form | {"password": "long-enough"}).status_code == 303
    assert last_events(rows) == [("user.created", "admin", "admin")]
    assert rows("SELECT is_operator FROM user_account ORDER BY id DESC LIMIT 1")[0].is_operator


def test_an_error_of_the_database_never_shows_its_words(operator, town, engine):
    """A trigger that fails stands for whatever the database may refuse."""
    with engine.begin() as connection:
        connection.execute(
            text("""
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'the secret of %', TG_TABLE_NAME; END $$;
            CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON store EXECUTE FUNCTION refuse();
            """)
        )
    try:
        new = f"{ADMIN}store/new/"
        told = operator.submit(new, new, **STORE)
    finally:
        with engine.begin() as connection:
            connection.execute(text("DROP FUNCTION refuse CASCADE"))
    assert told.status_code == 500
    assert "Something went wrong here." in told.text
    assert told.text.count("<h1") == 1
    for words in ("INSERT", "secret", "store (", "psycopg", "sqlalche"):
        assert words not in told.text


def test_a_form_without_its_token_changes_nothing(operator, town, rows):
    told = operator.http.post(f"{ADMIN}store/new/", data=STORE)
    assert told.status_code == 400
    assert rows("SELECT count(*) FROM store")[0][0] == 2
