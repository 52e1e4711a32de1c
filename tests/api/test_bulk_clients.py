"""POST /api/users/clients-profiles/bulk/: whom the marketplace knows, row by row."""

import io
import json

import pytest
from sqlalchemy import text

from flashpromo.accounts import passwords
from flashpromo.audience.models import Client
from flashpromo.db import db, session
from tests.api.conftest import Caller
from tests.api.uploading import CSV, NDJSON, answered, sent
from tests.audience.importing_file import client as client_of
from tests.story import broken_promises
from tests.world import World

BULK = "/api/users/clients-profiles/bulk/"


@pytest.fixture
def stored(app):
    """A client's row by its outside id."""

    def look_up(external_id: str):
        with app.app_context():
            return client_of(external_id)

    return look_up


def test_says_of_each_row_what_became_of_it(operator, world, stored):
    answered(operator, BULK, [{"external_id": "m-2"}])
    rows = [
        {"external_id": "m-1", "latitude": 19.4, "longitude": -99.1, "segments": ["New users"]},
        {"external_id": "m-2", "opted_in": False},
        {"external_id": "m-3", "latitude": 1, "longitude": 200},
        {"external_id": "m-1"},
        {"external_id": "m\ud800", "opted_in": True},
        {"nickname": "m-6"},
    ]
    done = answered(operator, BULK, rows)
    assert done.rows == [
        {"line": 1, "external_id": "m-1", "status": "created", "id": stored("m-1").id},
        {"line": 2, "external_id": "m-2", "status": "updated", "id": stored("m-2").id},
        {
            "line": 3,
            "external_id": "m-3",
            "status": "rejected",
            "id": None,
            "errors": {"longitude": ["longitude 200 is not between -180 and 180."]},
        },
        {
            "line": 4,
            "external_id": "m-1",
            "status": "rejected",
            "id": None,
            "errors": {"external_id": ["external_id stands already in line 1."]},
        },
        {
            "line": 5,
            "external_id": None,
            "status": "rejected",
            "id": None,
            "errors": {"external_id": ["external_id has control characters or lone surrogates."]},
        },
        {
            "line": 6,
            "external_id": None,
            "status": "rejected",
            "id": None,
            "errors": {"line": ["line has the unknown field 'nickname'."]},
        },
    ]
    assert done.summary == {"created": 1, "updated": 1, "rejected": 4}
    assert stored("m-1").segment_ids == [world.new_users]
    assert stored("m-2").opted_in is False


@pytest.mark.parametrize(
    "content_type", [CSV, "text/csv; charset=UTF-8", "text/csv; header=present", ""]
)
def test_takes_csv_too(operator, stored, content_type):
    body = "external_id,quiet_from,quiet_until\nm-1,22:00,07:30\nm-2,22:00,\nm-3,9:00,10:00\n"
    done = answered(operator, BULK, body, content_type)
    assert done.summary == {"created": 1, "updated": 0, "rejected": 2}
    assert done.messages == [
        "quiet_until is missing: quiet hours need both.",
        "quiet_from '9:00' is not a time of day like 22:30.",
    ]
    assert stored("m-1").quiet_until.isoformat() == "07:30:00"


def test_tells_of_what_went_wrong_only_if_that_is_asked_for(operator, world):
    rows = [{"external_id": "m-1"}, {"external_id": ""}, {"external_id": "m-2"}]
    done = answered(operator, f"{BULK}?results=errors", rows)
    assert [row["line"] for row in done.rows] == [2]
    assert done.summary == {"created": 2, "updated": 0, "rejected": 1}
    assert sent(operator, f"{BULK}?results=none", rows).json["errors"].keys() == {"results"}


def test_numbers_that_are_none(operator, world):
    body = '{"external_id":"a","latitude":NaN,"longitude":0}\n' + "\n".join(
        f'{{"external_id":"{number}","latitude":{number},"longitude":0}}'
        for number in ("Infinity", "1e400", "-1e400")
    )
    assert answered(operator, BULK, body).statuses == ["rejected"] * 4


def test_a_line_that_is_too_long_is_its_own_problem(operator, world):
    body = b'{"external_id": "a"}\n' + b"b" * 70_000 + b'\n{"external_id": "c"}'
    done = answered(operator, BULK, body)
    assert done.statuses == ["created", "rejected", "created"]
    assert done.messages == ["line is longer than 65536 bytes."]


@pytest.mark.parametrize(
    ("body", "content_type", "detail"),
    [
        (b"", NDJSON, "The file is empty."),
        (b"", CSV, "The file is empty."),
        (b"\n \n", NDJSON, "The file is empty."),
        (b'{"external_id":"m-1"}\n\xff\n', NDJSON, "Line 2 is not UTF-8: invalid start byte."),
        (b"external_id\nm-1\n\xc3(\n", CSV, "Line 3 is not UTF-8: invalid continuation byte."),
        (b"username\nm-1\n", CSV, "The column external_id is missing."),
        (b"external_id,external_id\n", CSV, "A column stands twice in the header."),
    ],
)
def test_what_cannot_be_read_leaves_nothing(operator, rows, body, content_type, detail):
    refused = sent(operator, BULK, body, content_type)
    assert (refused.status_code, refused.json["code"]) == (400, "unreadable_file")
    assert refused.json["detail"] == detail
    assert rows("client_external") == 0


def test_an_unknown_column_is_named_harmlessly(operator, rows):
    refused = sent(operator, BULK, "external_id,na\u202eme\nm-1,x\n", CSV)
    assert refused.json["detail"].startswith(r"Unknown columns ['na\u202eme']; the columns are")


@pytest.mark.parametrize(
    ("content_type", "encoding"),
    [
        ("application/json", None),
        ("application/gzip", None),
        ("text/csv; charset=utf-16", None),
        (NDJSON, "gzip"),
    ],
)
def test_other_media_are_refused(operator, rows, content_type, encoding):
    headers = {"Content-Encoding": encoding} if encoding else {}
    refused = operator._send(
        "POST", BULK, data=b'{"external_id":"a"}', content_type=content_type, headers=headers
    )
    assert (refused.status_code, refused.json["code"]) == (415, "unsupported_media_type")
    assert NDJSON in refused.headers["Accept-Post"]
    assert rows("client_external") == 0


def test_a_bulk_has_a_limit_of_its_own(app, operator, settings, rows, monkeypatch):
    small = settings.model_copy(update={"max_bulk_bytes": 3_000_000, "max_bulk_rows": 4})
    monkeypatch.setitem(app.extensions, "flashpromo_settings", small)
    line = b'{"external_id": "m-1"}\n'
    assert answered(operator, BULK, line + b" " * (3_000_000 - len(line))).summary["created"] == 1
    for body in (line + b" " * 3_000_000, line * 5):
        refused = sent(operator, BULK, body)
        assert (refused.status_code, refused.json["code"]) == (413, "body_too_large")
    assert rows("client_external") == 1


def in_chunks(operator, body: bytes, query: str = "", **environ: str):
    return operator.http.open(
        BULK + query,
        method="POST",
        headers={"Authorization": f"Bearer {operator.token}"},
        environ_overrides={
            "wsgi.input_terminated": True,
            "wsgi.input": io.BytesIO(body),
            **environ,
        },
        content_type=NDJSON,
    )


WHOLE = b'{"external_id":"a"}\n'


@pytest.mark.parametrize(
    ("body", "query", "length"),
    [
        pytest.param(WHOLE, "", "1000", id="shorter than its length"),
        pytest.param(WHOLE + b'{"external_id":"b', "", None, id="in the middle of a line"),
        pytest.param(WHOLE, "?rows=2", None, id="between two lines"),
    ],
)
def test_a_body_that_broke_off_leaves_nothing(operator, rows, body, query, length):
    refused = in_chunks(operator, body, query, **({"CONTENT_LENGTH": length} if length else {}))
    assert (refused.status_code, refused.json["code"]) == (400, "incomplete_upload")
    assert rows("client_external") == 0


@pytest.mark.parametrize("body", [WHOLE, WHOLE.rstrip(), WHOLE.rstrip() + b"\r\n\r\n"])
@pytest.mark.parametrize("query", ["", "?rows=1"])
def test_a_body_without_length_ends_with_a_whole_line(operator, rows, body, query):
    done = in_chunks(operator, body, query)
    assert json.loads(done.text.splitlines()[-1])["summary"]["created"] == 1
    assert rows("client_external") == 1


def test_no_connection_waits_for_a_body_that_comes_slowly(app, operator, world):
    class Slow:
        blocks = iter([b'{"external_id":"a"}', b"\n\n", b""])

        def read(self, _: int) -> bytes:
            with app.app_context():
                held.append(db.engine.pool.checkedout())
            return next(self.blocks)

    held: list[int] = []
    environ = {"wsgi.input_terminated": True, "wsgi.input": Slow()}
    done = operator.http.open(
        BULK,
        method="POST",
        headers={"Authorization": f"Bearer {operator.token}"},
        environ_overrides=environ,
        content_type=NDJSON,
    )
    assert "created" in done.text
    assert held == [0, 0, 0]


def test_only_operators(people, world: World, techshop: Caller, alice: Caller, rows):
    for caller in (techshop, alice):
        assert sent(caller, BULK, [{"external_id": "m-1"}]).status_code == 403
    assert rows("client_external") == 0


def test_the_doctor_finds_nothing(app, operator, world):
    answered(operator, BULK, [{"external_id": "m-1", "username": "eve", "password": "secret"}])
    with app.app_context():
        assert broken_promises() == set()
        assert session().get(Client, world.alice).opted_in


def test_segments_may_be_told_by_their_ids(operator, world, stored):
    rows = [
        {"external_id": "m-1", "segment_ids": [world.new_users]},
        {"external_id": "m-2", "segment_ids": [999]},
        {"external_id": "m-3", "segment_ids": ["New users"]},
        {"external_id": "m-4", "segments": ["New users"], "segment_ids": [world.new_users]},
        {"external_id": "m-5", "nickname": "five"},
    ]
    done = answered(operator, BULK, rows)
    assert [row["status"] for row in done.rows] == ["created", *["rejected"] * 4]
    assert [row["external_id"] for row in done.rows] == ["m-1", "m-2", "m-3", "m-4", "m-5"]
    wrong = [list(row["errors"]) for row in done.rows[1:]]
    assert wrong == [["segment_ids"], ["segment_ids"], ["segment_ids"], ["line"]]
    assert stored("m-1").segment_ids == [world.new_users]
    text = f"external_id,segments,segment_ids\nm-1,,{world.new_users};{world.new_users}\nm-2,,\n"
    sent(operator, BULK, text, CSV)
    assert stored("m-1").segment_ids == [world.new_users]
    assert stored("m-2").segment_ids == []


def test_a_connection_that_is_lost_while_passwords_are_hashed(app, operator, rows, monkeypatch):
    standing = (
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        "WHERE state = 'idle in transaction' AND datname = current_database()"
    )

    def lose_connection(_password: str) -> str:
        with engine.connect() as other:
            other.execute(text(standing)).all()
        return "hash"

    with app.app_context():
        engine = db.engine
    monkeypatch.setattr(passwords, "hashed", lose_connection)
    row = {"external_id": "m-1", "username": "eve", "password": "secret"}
    lost = sent(operator, BULK, [row])
    assert (lost.status_code, lost.json["code"]) == (503, "unavailable")
    assert rows("client_external") == 0
    monkeypatch.undo()
    assert answered(operator, BULK, [row]).summary["created"] == 1
