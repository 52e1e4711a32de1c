"""The log as an operator reads it: who did what to what, from where, before and after."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, insert, select, text

from flashpromo import audit
from flashpromo.admin.operations import audit_words
from flashpromo.audit.actors import Actor, ActorKind, Door, acting
from flashpromo.audit.models import AuditEvent
from flashpromo.db import app_now, session, transaction
from flashpromo.market import products
from tests.admin.operating import AUDIT, look_as, operator, town, workshop
from tests.console.conftest import OWNER

__all__ = ["look_as", "operator", "town", "workshop"]

ROOT = Path(__file__).parents[2]
NOTED = re.compile(
    r"\"((?:client|job|key|member|product|promo|reservation|segment|store|user)"
    r"\.\w*(?:ed|made|put|withdrawn))\""
)
ATTACK = "<script>alert(1)</script>{{1234567*7}}"
ANN = Actor(ActorKind.MERCHANT, Door.API, 7, "ann", "192.0.2.7")


@pytest.fixture
def note(app: Flask, town):
    """Let somebody change something; gives the event's id."""

    def change(action="store.changed", kind="store", which=None, who=ANN, **values) -> int:
        with app.app_context(), acting(who):
            with transaction():
                of_store = {"store_id": values.pop("store_id", None)}
                audit.record(action, kind, which, **of_store, **values)
            newest = select(AuditEvent.id).order_by(AuditEvent.id.desc()).limit(1)
            return session().scalar(newest)

    return change


def listed(operator, **asked) -> str:
    said = operator.get(AUDIT, query_string=asked)
    assert said.status_code == 200
    return said.text


def test_it_tells_who_did_what_from_where(operator, note, town):
    note(
        which=town.world.store_id,
        store_id=town.world.store_id,
        before={"name": "Old"},
        after={"name": "New"},
    )
    said = listed(operator)
    for words in ("Store changed", "ann", "192.0.2.7", "API", "TechShop", "Merchant"):
        assert words in said
    assert said.count("<h1") == 1


def test_a_change_of_a_price_is_told_side_by_side_in_words(operator, town, note):
    with town.app.app_context(), acting(ANN), transaction():
        product = products.get(town.world.product_id, scope=None, for_update=True)
        products.change(product, regular_price=Decimal(5))
    with town.app.app_context():
        event_id = session().scalar(select(AuditEvent.id).order_by(AuditEvent.id.desc()).limit(1))
    said = operator.get(f"{AUDIT}{event_id}/").text
    assert "Product changed" in said
    assert "Headphones XYZ" in said
    for words in ("Regular price", "999.00", "5.00"):
        assert words in said


def test_times_names_and_yes_or_no_are_written_for_people(operator, note, town):
    world = town.world
    event_id = note(
        "promo.changed",
        "promo",
        3,
        before={
            "start_time": datetime(2030, 5, 1, 17, tzinfo=UTC),
            "segment_ids": [world.new_users],
        },
        after={
            "start_time": datetime(2030, 5, 1, 18, tzinfo=UTC),
            "segment_ids": [world.new_users, world.frequent, 999],
            "opted_in": True,
            "anything_else": None,
        },
    )
    said = operator.get(f"{AUDIT}{event_id}/").text
    assert "May 1, 2030, 6:00" in said
    assert "New users, Frequent buyers, number 999" in said
    assert "Wants to be told" in said
    assert "Anything else" in said


def test_of_a_client_there_is_a_number_and_nothing_else(operator, note):
    note(
        "client.changed",
        "client",
        5,
        who=Actor(ActorKind.CLIENT, Door.API, 5, "alice", "192.0.2.9"),
    )
    said = listed(operator)
    assert "Client 5" in said
    assert "alice" not in said
    assert "192.0.2.9" not in said


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"who": "ann"}, {"a", "b"}),
        ({"who": "nobody"}, set()),
        ({"kind": "operator"}, {"c"}),
        ({"action": "store.deleted"}, {"b"}),
        ({"action": "store.deleted' OR 1=1"}, {"a", "b", "c"}),
        ({"subject": "store"}, {"a", "b"}),
        ({"subject": "store", "number": "1"}, {"a"}),
        ({"store": "1"}, {"a"}),
        ({"store": "9" * 30}, {"a", "b", "c"}),
        ({"door": "admin"}, {"c"}),
        ({"from": "2000-01-01"}, {"a", "b", "c"}),
        ({"until": "2000-01-01"}, set()),
        ({"from": "nonsense", "until": "9999-99-99", "kind": "x", "door": "\0"}, {"a", "b", "c"}),
        ({"older": "x_y", "newer": "2030-01-01T00:00:00_1"}, {"a", "b", "c"}),
    ],
)
def test_it_is_narrowed(operator, note, asked, found, app):
    with app.app_context(), transaction():
        session().execute(text("DELETE FROM audit_event"))
    root = Actor(ActorKind.OPERATOR, Door.ADMIN, 1, "root", "192.0.2.1")
    ids = {
        note("store.changed", "store", 1, store_id=1): "a",
        note("store.deleted", "store", 2): "b",
        note("job.removed", "job", "c", who=root): "c",
    }
    shown = re.findall(r'href="/admin/audit/(\d+)/"', listed(operator, **asked))
    assert {ids[int(each)] for each in shown} == found
    rows = list(csv.reader(io.StringIO(exported(operator, **asked))))
    assert {ids[int(row[0])] for row in rows[1:]} == found


def exported(operator, **asked) -> str:
    answer = operator.get(f"{AUDIT}export/", query_string=asked)
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    return answer.text


def test_the_file_goes_out_in_bytes_as_a_server_wants_it(operator):
    """The test client takes texts for bytes; a server sends an empty file instead."""
    pieces = list(operator.get(f"{AUDIT}export/", buffered=False).response)
    assert pieces
    assert all(isinstance(piece, bytes) for piece in pieces)


@pytest.fixture
def many(app, town) -> None:
    """Two hundred and ten events, some of them at the same instant."""
    with app.app_context():
        start = app_now() - timedelta(days=1)
        rows = [
            {
                "at": start + timedelta(seconds=number // 3),
                "actor_kind": "system",
                "door": "cli",
                "action": "store.changed",
                "subject_kind": "store",
                "subject_id": f"row-{number}",
            }
            for number in range(210)
        ]
        with transaction():
            session().execute(text("DELETE FROM audit_event"))
            session().execute(insert(AuditEvent), rows)


def test_every_event_is_on_one_page_there_and_back(operator, many):
    seen, address, pages = [], AUDIT, 0
    while address:
        said = operator.get(address).text
        seen += rows_of(said)
        pages += 1
        address, back = link(said, "next") or "", link(said, "prev")
    assert pages == 5
    assert seen == [f"row-{number}" for number in reversed(range(210))]
    returned = []
    while back:
        said = operator.get(back).text
        returned = rows_of(said) + returned
        back = link(said, "prev")
    assert returned == seen[:200]


def rows_of(said: str) -> list[str]:
    return re.findall(r"Store (row-\d+)", said)


def link(said: str, rel: str) -> str | None:
    _, found, after = said.partition(f'rel="{rel}"')
    return after.split('href="')[1].split('"')[0].replace("&amp;", "&") if found else None


def test_a_page_costs_the_same_few_statements_and_counts_nothing(operator, many, engine):
    sent: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        operator.get(AUDIT)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    asked = [each for each in sent if "audit_event" in each]
    assert len(asked) == 1
    assert "count(" not in asked[0]


def test_the_file_has_everything_and_no_formula(operator, note, many):
    note(
        "store.changed",
        "store",
        "=1+1",
        who=Actor(ActorKind.MERCHANT, Door.API, 1, "@SUM(A1)"),
        after={"name": "=1"},
    )
    rows = list(csv.reader(io.StringIO(exported(operator))))
    assert len(rows) == 212
    heading, newest = rows[0], dict(zip(rows[0], rows[1], strict=True))
    assert heading[:2] == ["id", "at"]
    assert (newest["actor_name"], newest["subject_id"]) == ("'@SUM(A1)", "'=1+1")
    assert newest["after"] == '{"name": "=1"}'


def test_whatever_was_noted_is_shown_as_text(operator, note):
    who = Actor(ActorKind.MERCHANT, Door.API, 7, ATTACK, ATTACK)
    event_id = note(
        "store.changed", "store", ATTACK, who=who, before={ATTACK: ATTACK}, after={ATTACK: [ATTACK]}
    )
    for said in (listed(operator, who=ATTACK), operator.get(f"{AUDIT}{event_id}/").text):
        assert "<script>alert" not in said
        assert "&lt;script&gt;alert(1)&lt;/script&gt;{{1234567*7}}" in said


def test_what_it_tells_of_is_linked_where_it_has_a_page(operator, note, app, town):
    event_id = note(which=town.world.store_id, store_id=town.world.store_id)
    said = operator.get(f"{AUDIT}{event_id}/").text
    has_page = "admin_store.details_view" in app.view_functions
    assert (f'/admin/store/details/?id={town.world.store_id}"' in said) is has_page


@pytest.mark.parametrize("path", ["999999", "0", "x", "9" * 30])
def test_there_is_no_such_event(operator, path):
    assert operator.get(f"{AUDIT}{path}/").status_code == 404


def test_nothing_here_writes(app):
    rules = [each for each in app.url_map.iter_rules() if each.endpoint.startswith("admin_audit")]
    assert {each.endpoint for each in rules} == {
        "admin_audit.index",
        "admin_audit.show",
        "admin_audit.export",
    }
    assert all(each.methods <= {"GET", "HEAD", "OPTIONS"} for each in rules)


@pytest.mark.parametrize("name", [OWNER, "alice"])
def test_nobody_else_reads_it(look_as, note, name):
    event_id = note(after={"name": "told-mark"})
    for path in (AUDIT, f"{AUDIT}{event_id}/", f"{AUDIT}export/"):
        refused = look_as(name).get(path)
        assert refused.status_code == 403
        assert "told-mark" not in refused.text


def test_every_action_that_is_noted_has_its_words():
    """Looked for in the code: an action of which nobody has thought would stand there raw."""
    noted = set()
    for module in (ROOT / "flashpromo").rglob("*.py"):
        if module.name not in {"audit_words.py", "webhook.py"}:  # what that tells is not noted
            noted |= set(re.findall(NOTED, module.read_text()))
    assert len(noted) > 40
    assert noted == set(audit_words.ACTIONS) - {"client.password_changed", "user.password_changed"}
