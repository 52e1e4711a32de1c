"""Every link and every GET form, as everybody: nothing is broken, nothing is forgotten.

Last comes the same walk through a marketplace whose every text is an attack on who reads it.
"""

import pytest
from sqlalchemy import String, Text, text
from sqlalchemy.exc import DBAPIError

from flashpromo.db import Base, session, transaction
from tests.pages.crawling import crawl, problems, read
from tests.pages.marketplace import REFUSED, ROLES, STARTS, Marketplace, marketplace

__all__ = ["marketplace"]

PAGES = {"anonymous": 5, "client": 2, "staff": 30, "owner": 40, "operator": 150}
"""How many pages somebody finds at least: a crawl that gets nowhere proves nothing."""

ATTACK = """<script>alert(1)</script>"><img src=x onerror=alert(1)>{{1234567*7}}'"""
FIXED = {"username", "channel", "state", "kind", "door", "action", "actor_kind", "subject_kind"}
"""Texts whose few values mean something to the service, or by which somebody is signed in."""


@pytest.mark.no_cover  # other tests run all of these lines
@pytest.mark.parametrize("role", ROLES)
def test_everything_that_is_linked_is_there_and_whole(marketplace: Marketplace, role: str):
    expected = STARTS | REFUSED[role]
    seen = crawl(marketplace.app, marketplace.as_(role), list(STARTS))
    statuses = {each.path: each.status for each in seen}
    assert {path: statuses[path] for path in STARTS} == expected
    refused = [each for each in seen if each.status >= 400 and each.path not in REFUSED[role]]
    assert [(each.path, each.came_from, each.status) for each in refused] == []
    assert {each.path: each.wrong for each in seen if each.wrong} == {}
    assert len(seen) >= PAGES[role]
    of_operators = [each.path for each in seen if each.path.startswith("/admin/")]
    assert role == "operator" or of_operators == ["/admin/"]


@pytest.fixture(scope="module")
def hostile(marketplace: Marketplace) -> Marketplace:
    """Every text column that takes it holds an attack; one that refuses it keeps what it has."""
    taken = 0
    with marketplace.app.app_context(), transaction():
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, String | Text) and column.name not in FIXED:
                    taken += attack(table.name, column.name)
    assert taken > 12
    return marketplace


def attack(table: str, column: str) -> bool:
    whole = f"UPDATE {table} SET {column} = :attack WHERE {column} IS NOT NULL"
    try:
        with session().begin_nested():
            session().execute(text(whole), {"attack": ATTACK})
    except DBAPIError:
        return False
    return True


@pytest.mark.no_cover
@pytest.mark.parametrize("role", ["owner", "operator"])
def test_no_text_of_anybody_becomes_part_of_a_page(hostile: Marketplace, role: str):
    seen = crawl(hostile.app, hostile.as_(role), list(STARTS))
    assert {each.path: each.wrong for each in seen if each.wrong} == {}
    assert not [each.path for each in seen if each.status >= 500]
    shown = hostile.as_(role).get("/console/promos/").get_data(as_text=True)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "<script>alert" not in shown


@pytest.mark.parametrize(
    ("html", "wrong"),
    [
        ("<h1>a</h1><p id=x></p><p id=x></p>", "id 'x' 2 times"),
        ("<h1>a</h1><label for=y></label>", "nothing has the id 'y'"),
        ("<h1>a</h1><h1>b</h1>", "2 h1"),
        ("<h1>a</h1><script>1</script>", "inline <script>"),
        ("<h1>a</h1><img src=x>", "no alt"),
        ("<h1>a</h1><img src=x alt='' onerror=alert(1)>", "inline handler"),
        ("<h1>a</h1><a href='javascript:1'>b</a>", "href=javascript:1"),
        ("<h1>a</h1><div><p></div>", "closes nothing"),
        ("<h1>a</h1><a href='#z'>b</a>", "#z leads nowhere"),
    ],
)
def test_what_is_wrong_with_a_page_is_found(html: str, wrong: str):
    assert any(wrong in each for each in problems(read(html)))
