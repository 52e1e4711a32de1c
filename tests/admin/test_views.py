"""Every kind of records has a list, a page and a file, for operators alone."""

import csv
import io
import re
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import Column, text
from sqlalchemy.engine import Engine

from flashpromo.admin.model_view import ModelView
from flashpromo.audit.models import AuditEvent
from flashpromo.db import Base
from flashpromo.operations.models import SchedulerTrace
from flashpromo.promos.models import PromoClaim
from tests.admin.conftest import ADMIN, statements
from tests.admin.everything import HOSTILE, SECRET, TOKEN
from tests.console.conftest import OWNER
from tests.pages.conftest import Browser

ELSEWHERE = {AuditEvent, SchedulerTrace}
"""Models that the pages of the operations show."""
TO_BE_LOCKED = {PromoClaim}
"""Rows that say nothing."""
EDITABLE = {"store", "product", "member", "client", "segment"}
READ_ONLY = [
    "productimage",
    "productimport",
    "promo",
    "promorun",
    "promounit",
    "promosegment",
    "promotries",
    "reservation",
    "purchase",
    "clientexternal",
    "clientfix",
    "notification",
    "delivery",
    "signin",
    "authtoken",
    "onetimelink",
    "letter",
    "keptanswer",
    "tally",
]
ALL = [*sorted(EDITABLE), "user", *READ_ONLY]


def views(app: Flask) -> list[ModelView]:
    (admin,) = app.extensions["admin"]
    return [each for each in admin._views if isinstance(each, ModelView)]


def view(app: Flask, address: str) -> ModelView:
    return next(each for each in views(app) if each.url == f"/admin/{address}")


def test_every_model_has_a_view(app: Flask):
    models = {each.class_ for each in Base.registry.mappers}
    assert {each.model for each in views(app)} | ELSEWHERE | TO_BE_LOCKED == models
    assert {each.url for each in views(app)} == {f"/admin/{each}" for each in ALL}


UNINDEXED = {("/admin/client", "segment")}  # measured: see the filter


def test_everything_that_is_shown_has_a_name(app: Flask):
    with app.test_request_context():
        for each in views(app):
            shown = [*each.columns, *each.more, *each.filters]
            for label in (each.name, each.title, *(column.label for column in shown)):
                assert re.fullmatch(r"[A-Z].*[^:._]", str(label)), (each.url, str(label))


def test_what_is_large_is_found_by_an_index(app: Flask):
    """A condition on something else than one column says itself which index it uses."""
    samples = {"number": 1, "text": TOKEN, "date": date(2026, 1, 1)}
    looked_at = 0
    with app.app_context():
        for each in (each for each in views(app) if each.is_large):
            table = each.model.__table__
            leading = {str(index.expressions[0]).rpartition(".")[2] for index in table.indexes}
            leading |= {next(iter(table.primary_key)).name, "local_day"}
            assert each.names[0] in leading, each.url
            assert all(column.order is None for column in each.columns), each.url
            for narrowing in each.filters:
                asked = getattr(narrowing.where(samples[narrowing.kind]), "left", None)
                if isinstance(asked, Column) and (each.url, narrowing.name) not in UNINDEXED:
                    assert asked.name in leading, (each.url, narrowing.name)
                    looked_at += 1
    assert looked_at > 15


def test_operators_see_every_list_and_every_record(operator, full):
    for address in ALL:
        look_at(operator, full, address)


def look_at(operator: Browser, full: dict[str, str], address: str) -> None:
    listed = operator.get(f"{ADMIN}{address}/")
    assert listed.status_code == 200
    assert listed.text.count("<h1") == 1
    assert listed.headers["Cache-Control"] == "no-store"
    assert listed.text.count("<tr") >= 2
    pages = [listed]
    if address in full:
        record = operator.get(f"{ADMIN}{address}/details/", query_string={"id": full[address]})
        assert record.status_code == 200, record.text
        assert record.text.count("<h1") == 1
        assert record.text.count("<dt") >= 2
        pages.append(record)
    for page in pages:
        assert_harmless(page.text)


def assert_harmless(page: str) -> None:
    for inside in ("<script>", "<img src=x", "onerror=alert(1)>{", ">49'"):
        assert inside not in page
    assert_no_secret(page)


@pytest.mark.parametrize(("who", "status"), [(OWNER, 403), ("alice", 403), (None, 303)])
def test_nobody_else_sees_anything(app, look_as, who: str | None, status: int):
    http = look_as(who) if who else app.test_client()
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith(ADMIN)]
    assert len(rules) > 3 * len(ALL)
    for rule in rules:
        refused = http.get(f"{re.sub('<[^>]*>', '1', rule.rule)}?id=1")
        assert refused.status_code == status, rule.rule
        assert "<table" not in refused.text


def test_records_of_what_happened_cannot_be_written(app: Flask, operator, full):
    for address in READ_ONLY:
        assert_read_only(app, operator, address)


def assert_read_only(app: Flask, operator: Browser, address: str) -> None:
    rules = {rule.rule for rule in app.url_map.iter_rules() if f"/admin/{address}/" in rule.rule}
    for step in ("new", "edit", "delete"):
        assert f"/admin/{address}/{step}/" not in rules
        assert operator.get(f"{ADMIN}{address}/{step}/?id=1").status_code == 404
    assert (f"/admin/{address}/action/" in rules) == (address in {"promo", "reservation"})


def test_every_list_is_to_be_had_as_a_file(app: Flask, operator, full):
    for address in ALL:
        look_into_the_file(operator, view(app, address), f"{ADMIN}{address}/export/csv/")


def look_into_the_file(operator: Browser, shown: ModelView, path: str) -> None:
    sent = operator.get(path)
    assert sent.status_code == 200
    assert sent.mimetype == "text/csv"
    header, *rows = csv.reader(io.StringIO(sent.text))
    assert len(header) == len(shown.columns) + len(shown.more)
    assert rows
    assert all(len(row) == len(header) for row in rows)
    assert_no_secret(sent.text)


def assert_no_secret(sent: str) -> None:
    for secret in (SECRET.hex(), "secret-digest", "kept-body", "$argon2"):
        assert secret not in sent


def test_a_file_has_no_formula(operator, town, engine):
    for name in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1"):
        with engine.begin() as connection:
            connection.execute(text("UPDATE store SET name = :name"), {"name": name})
        sent = operator.get(f"{ADMIN}store/export/csv/").text
        _header, row, *_more = csv.reader(io.StringIO(sent))
        assert row[1] == f"'{name}"
        assert any(cell.startswith("-99") for cell in row)  # a number below zero is no formula


def test_a_file_goes_over_many_blocks(operator, town, engine):
    with engine.begin() as connection:
        many = "INSERT INTO client (segment_ids) SELECT '{}' FROM generate_series(1, 2500)"
        connection.execute(text(many))
    sent = operator.get(f"{ADMIN}client/export/csv/").text
    assert len(sent.splitlines()) == 1 + 6 + 2500


def test_a_list_costs_the_same_however_long_it_is(operator, full, engine):
    for address in MORE:
        assert_costs_the_same(operator, engine, address)


def assert_costs_the_same(operator: Browser, engine: Engine, address: str) -> None:
    path = f"{ADMIN}{address}/"
    operator.get(path)
    with statements(engine) as few:
        operator.get(path)
    with engine.begin() as connection:
        for number in range(15):
            values = {"n": number}
            connection.execute(text(MORE[address]), values)
    with statements(engine) as many:
        assert operator.get(path).text.count("<tr") > 15
    assert len(many) == len(few) <= 10


MORE = {
    "store": "INSERT INTO store (name, latitude, longitude, time_zone) VALUES (:n, 1, 1, 'UTC')",
    "product": "INSERT INTO product (store_id, name, regular_price) "
    "SELECT min(id), :n, 5 FROM store",
    "promo": """
        WITH made AS (
          INSERT INTO promo (product_id, promo_price, regular_price, start_time, end_time,
            location, segment_ids)
          SELECT product_id, promo_price, regular_price, start_time, end_time, location,
            segment_ids FROM promo ORDER BY id LIMIT 1 RETURNING id)
        INSERT INTO promo_run (promo_id) SELECT id FROM made WHERE :n >= 0
        """,
    "client": "INSERT INTO client (segment_ids) SELECT '{1}' WHERE :n >= 0",
    "user": """
        WITH made AS (INSERT INTO user_account DEFAULT VALUES RETURNING id)
        INSERT INTO sign_in (username, password_hash, user_id)
        SELECT 'more' || :n, '-', id FROM made
        """,
    "reservation": """
        INSERT INTO reservation (promo_id, reservation_id, client_id, unit_no, fence, price,
          created_at, expires_at)
        SELECT promo_id, gen_random_uuid(), client_id, unit_no, 1000 + :n, price, created_at,
          expires_at FROM reservation ORDER BY id LIMIT 1
        """,
}


def test_what_is_large_is_never_counted(operator, full, engine):
    for address in ("client", "notification", "delivery", "signin", "reservation"):
        with statements(engine) as sent:
            operator.get(f"{ADMIN}{address}/")
        assert not [each for each in sent if "count(" in each], address


@pytest.mark.parametrize("address", ["client", "promo"])
def test_a_list_is_narrowed_to_a_segment(operator, full, address: str):
    one = f"{ADMIN}{address}/?segment"
    assert f'href="/admin/{address}/details/?id=1"' in operator.get(f"{one}=1").text
    for nobody in (999, 2**31, 2**63 - 1):
        page = operator.get(f"{one}={nobody}")
        assert page.status_code == 200
        assert f"/admin/{address}/details/" not in page.text


def test_what_does_not_exist_is_not_found(operator, town):
    for address in ("store", "client", "promounit"):
        for wrong in ("", "0", "999999999", "99999999999999999999", "x", "1,2,3", "1%00"):
            assert operator.get(f"{ADMIN}{address}/details/?id={wrong}").status_code == 404
    assert operator.get(f"{ADMIN}nothing/").status_code == 404


def test_hostile_names_stay_words(operator, full):
    page = operator.get(f"{ADMIN}store/").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert HOSTILE not in page
