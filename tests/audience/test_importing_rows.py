"""Bad rows: each is told by line, field and reason, and keeps nobody else out."""

import json

import pytest

from flashpromo.bulk.cells import BadRow
from tests.audience.importing_file import client, import_file


@pytest.fixture(autouse=True)
def _segments(world):
    """The segments New users and Frequent buyers exist."""


GOOD = {"external_id": "good"}

BAD = [
    ({"opted_in": True}, "external_id is missing"),
    ({"external_id": ""}, "external_id is missing"),
    ({"external_id": "  "}, "external_id is missing"),
    ({"external_id": True}, "external_id True is not a text"),
    ({"external_id": ["m"]}, "external_id ['m'] is not a text"),
    ({"external_id": "m" * 201}, "external_id is longer than 200 characters"),
    ({"external_id": 10**300}, "external_id is longer than 200 characters"),
    ({"external_id": "m\0"}, "external_id has control characters"),
    ({"external_id": "m\ud800"}, "external_id has control characters or lone surrogates"),
    ({"external_id": "m", "latitude": 1}, "longitude is missing: a location needs both"),
    ({"external_id": "m", "longitude": 1}, "latitude is missing: a location needs both"),
    ({"external_id": "m", "latitude": 91, "longitude": 1}, "latitude 91 is not between -90"),
    ({"external_id": "m", "latitude": 1, "longitude": 200}, "longitude 200 is not between -180"),
    ({"external_id": "m", "latitude": float("nan"), "longitude": 1}, "latitude nan is not between"),
    ({"external_id": "m", "latitude": float("inf"), "longitude": 1}, "latitude inf is not between"),
    ({"external_id": "m", "latitude": "nan", "longitude": 1}, "latitude 'nan' is not between"),
    ({"external_id": "m", "latitude": "1e999", "longitude": 1}, "latitude '1e999' is not"),
    ({"external_id": "m", "latitude": "1_0", "longitude": 1}, "latitude '1_0' is not a number"),
    (
        {"external_id": "m", "latitude": "\u0661", "longitude": 1},
        "latitude '\\u0661' is not a number",
    ),
    ({"external_id": "m", "latitude": True, "longitude": 1}, "latitude True is not a number"),
    ({"external_id": "m", "latitude": [], "longitude": 1}, "latitude [] is not a number"),
    ({"external_id": "m", "located_at": "2026-01-01T00:00Z"}, "located_at needs latitude"),
    ({"external_id": "m", "segments": "Nobody"}, "segments 'Nobody' is not a segment"),
    ({"external_id": "m", "segments": "New users;nobody"}, "segments 'nobody' is not a segment"),
    ({"external_id": "m", "segments": [7]}, "segments 7 is not a segment"),
    ({"external_id": "m", "segments": {"a": 1}}, "segments are neither a list nor separated"),
    ({"external_id": "m", "time_zone": "Mars/Olympus"}, "time_zone 'Mars/Olympus' is not a time"),
    ({"external_id": "m", "time_zone": "localtime"}, "time_zone 'localtime' is not a time zone"),
    ({"external_id": "m", "time_zone": 5}, "time_zone 5 is not a text"),
    ({"external_id": "m", "opted_in": "perhaps"}, "opted_in 'perhaps' is neither true nor false"),
    ({"external_id": "m", "opted_in": 2}, "opted_in 2 is neither true nor false"),
    ({"external_id": "m", "opted_in": []}, "opted_in [] is neither true nor false"),
    ({"external_id": "m", "quiet_from": "22:00"}, "quiet_until is missing: quiet hours need both"),
    ({"external_id": "m", "quiet_until": "7:00"}, "quiet_until '7:00' is not a time of day"),
    ({"external_id": "m", "quiet_from": "24:00"}, "quiet_from '24:00' is not a time of day"),
    (
        {"external_id": "m", "quiet_from": "22:00", "quiet_until": "22:00"},
        "quiet_until is equal to quiet_from",
    ),
    ({"external_id": "m", "username": "a b"}, "username has other than"),
    ({"external_id": "m", "username": "a" * 151}, "username has other than"),
    ({"external_id": "m", "username": "a", "email": "nowhere"}, "email 'nowhere' is not an"),
    ({"external_id": "m", "username": "a", "email": "a" * 250 + "@b.mx"}, "email 'aaaa"),
    ({"external_id": "m", "username": "a", "password": 7}, "password is not a text"),
    ({"external_id": "m", "username": "a", "password": "p\0"}, "password has control"),
    ({"external_id": "m", "username": "a", "password": "\udfff"}, "password has control"),
    ({"external_id": "m", "username": "a", "password": "p" * 2000}, "password is longer"),
    ({"external_id": "m", "password": "secret"}, "password needs a username"),
    ({"external_id": "m", "email": "a@b.mx"}, "email needs a username"),
    ({"external_id": "m", "nickname": "a"}, "line has the unknown field 'nickname'"),
]


@pytest.mark.parametrize(("row", "complaint"), BAD, ids=[complaint for _, complaint in BAD])
def test_is_told_and_kept_out_and_the_others_get_in(row, complaint):
    done = import_file(f"{json.dumps(GOOD)}\n{json.dumps(row)}\n", "ndjson")
    assert done.counts == (1, 0, 1)
    assert done.complaints[0].startswith(f"2: {complaint}")
    assert client("good") is not None


@pytest.mark.parametrize(
    "fix",
    [
        "yesterday",
        "2026-01-01T00:00:00",
        "9999-01-01T00:00:00Z",
        "1969-01-01T00:00:00Z",
        "0001-01-01T00:00+14:00",
    ],
)
def test_a_fix_has_a_time_of_the_past_with_an_offset(fix):
    row = {"external_id": "m", "latitude": 1, "longitude": 2, "located_at": fix}
    assert import_file(json.dumps(row)).complaints[0].startswith("1: located_at '")


@pytest.mark.parametrize(
    "line", ["[]", "7", "null", "{", "[" * 60_000, '{"external_id": ' + "9" * 5000 + "}"]
)
def test_a_line_that_is_no_json_object_is_one_bad_row(line):
    done = import_file(f"{json.dumps(GOOD)}\n{line}\n")
    assert (done.counts, done.complaints) == ((1, 0, 1), ["2: line is not a JSON object"])


def test_lines_that_are_no_csv_are_bad_rows():
    content = 'external_id,opted_in\na,yes,1\n"b\nc\n"d"x,yes\n"e ","no"\n\nf,yes\n'
    done = import_file(content, "csv")
    assert done.counts == (2, 0, 4)
    assert [complaint[:15] for complaint in done.complaints] == [
        "2: line has 3 c",
        "3: line is not ",
        "4: line has 1 c",
        "5: line is not ",
    ]


def test_a_line_that_is_too_long_is_read_past():
    long = b"m" * 1_000_000
    done = import_file(b"external_id\na\n" + long + b"\nb\n" + long)
    assert done.counts == (2, 0, 2)
    assert done.complaints[0] == "3: line is longer than 65536 bytes"


def test_a_mark_at_the_start_and_windows_line_ends_are_fine():
    done = import_file(b"\xef\xbb\xbfExternal_ID, opted_in\r\na, no\r\nb,YES\r\n")
    assert (done.counts, client("a").opted_in) == ((2, 0, 0), False)


def test_a_complaint_is_harmless_for_a_terminal():
    row = {"external_id": "m", "time_zone": "\u202e\U0001f600" * 30}
    (complaint,) = import_file(json.dumps(row)).complaints
    assert complaint.isascii()
    assert len(complaint) < 120


def test_a_bad_row_reads_as_a_sentence():
    assert str(BadRow("latitude", "is missing")) == "latitude is missing"


def test_what_was_taken_of_a_list_is_not_taken_of_a_text_that_looks_like_it():
    segments = [["New users"], ["New users"], "['New users']"]
    rows = [{"external_id": n, "segments": each} for n, each in enumerate(segments)]
    done = import_file("\n".join(map(json.dumps, rows)))
    assert done.counts == (2, 0, 1)
    assert done.complaints == ["""3: segments "['New users']" is not a segment"""]
