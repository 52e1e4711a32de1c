"""Importing clients: who is new gets in, who is known is changed, and nothing is half done."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from flashpromo.audience import clients, importing
from flashpromo.audience.client_terms import ClientChanges
from flashpromo.bulk.errors import ChangedMeanwhile
from flashpromo.bulk.source import UnreadableFile
from flashpromo.bulk.staging import RowResult
from flashpromo.db import app_now, session, transaction
from tests.audience.importing_file import client, count, import_file, meanwhile

FULL = """\
external_id,latitude,longitude,segments,time_zone,opted_in,located_at
m-1,19.4326,-99.1332,New users;Frequent buyers,America/Mexico_City,true,2026-01-02T03:04:05+01:00
m-2,,,,,false,
"""


@pytest.fixture(autouse=True)
def _segments(world):
    """The characters are there, so a table is never quite empty."""


def test_brings_in_every_column(world):
    assert import_file(FULL).counts == (2, 0, 0)
    first, second = client("m-1"), client("m-2")
    assert (first.latitude, first.longitude) == (19.4326, -99.1332)
    assert first.location is not None
    assert first.located_at == datetime(2026, 1, 2, 2, 4, 5, tzinfo=UTC)
    assert first.segment_ids == sorted([world.new_users, world.frequent])
    assert (first.time_zone, first.opted_in) == ("America/Mexico_City", True)
    assert (second.latitude, second.located_at, second.segment_ids) == (None, None, [])
    assert (second.time_zone, second.opted_in, second.username) == (None, False, None)


def test_only_the_outside_id_is_needed():
    assert import_file("external_id\nm-1\n").counts == (1, 0, 0)
    row = client("m-1")
    assert (row.latitude, row.segment_ids, row.opted_in, row.time_zone) == (None, [], True, None)


def test_a_place_without_a_time_was_taken_now():
    before = app_now()
    import_file("external_id,latitude,longitude\nm-1,1,2\n")
    assert before <= client("m-1").located_at <= app_now()


def test_the_same_file_again_changes_nothing_but_the_fix(world):
    import_file(FULL)
    before = client("m-1")
    assert import_file(FULL).counts == (0, 2, 0)
    after = client("m-1")
    assert after._asdict() | {"updated_at": 0} == before._asdict() | {"updated_at": 0}


def test_an_absent_column_leaves_a_known_client_as_it_is():
    import_file(FULL)
    before = client("m-1")
    import_file("external_id,opted_in\nm-1,no\n")
    after = client("m-1")
    assert after.opted_in is False
    kept = ("latitude", "longitude", "located_at", "segment_ids", "time_zone")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]


def test_an_empty_cell_means_no_place_and_no_segment_but_never_consent():
    import_file(FULL)
    import_file("external_id,opted_in\nm-1,false\n")
    import_file("external_id,latitude,longitude,segments,opted_in,time_zone\nm-1,,,,,\n")
    row = client("m-1")
    assert (row.latitude, row.located_at, row.segment_ids) == (None, None, [])
    assert (row.opted_in, row.time_zone) == (False, "America/Mexico_City")


def test_quiet_hours_come_stay_and_go():
    def hours():
        row = client("m-1")
        return row.quiet_from and f"{row.quiet_from:%H:%M}-{row.quiet_until:%H:%M}"

    import_file("external_id,quiet_from,quiet_until\nm-1,22:00,07:30\n")
    assert hours() == "22:00-07:30"
    import_file("external_id,opted_in\nm-1,no\n")
    assert hours() == "22:00-07:30"
    import_file("external_id,quiet_from,quiet_until\nm-1,,\n")
    assert hours() is None


def test_what_became_of_each_row_is_told_in_the_order_of_the_file():
    import_file("external_id\nm-2\n")
    told: list[RowResult] = []
    rows = [(1, {"external_id": "m-1"}), (2, {}), (3, {"external_id": "m-2"})]
    with transaction():
        importing.import_clients(rows, told.append, every=True)
    assert [(row.line, row.external_id, row.status) for row in told] == [
        (1, "m-1", "created"),
        (2, None, "rejected"),
        (3, "m-2", "updated"),
    ]
    assert [row.id for row in told] == [client("m-1").id, None, client("m-2").id]


def test_json_lines_say_the_same_as_csv(world):
    rows = [
        {"external_id": 17, "latitude": 19.5, "longitude": "-99", "opted_in": False},
        {"external_id": "m-2", "segments": ["New users"]},
        {"external_id": "m-3", "segments": "Frequent buyers;New users", "latitude": None},
    ]
    done = import_file("\n".join(json.dumps(row) for row in rows))
    assert (done.counts, done.complaints) == ((3, 0, 0), [])
    assert (client("17").latitude, client("17").opted_in) == (19.5, False)
    assert client("m-2").segment_ids == [world.new_users]
    assert client("m-3").segment_ids == [world.new_users, world.frequent]


def test_a_row_of_json_leaves_out_what_it_does_not_name():
    import_file(FULL)
    import_file('{"external_id": "m-1", "opted_in": false}\n{"external_id": "m-3"}\n')
    assert client("m-1").latitude == 19.4326
    assert client("m-1").opted_in is False


def test_a_new_zone_waits_for_the_local_midnight_and_then_counts(clock):
    import_file("external_id,time_zone\nm-1,America/Mexico_City\n")
    import_file("external_id,time_zone\nm-1,Asia/Tokyo\n")
    row = client("m-1")
    assert (row.time_zone, row.next_time_zone) == ("America/Mexico_City", "Asia/Tokyo")
    assert app_now() < row.next_time_zone_from <= app_now() + timedelta(days=1)
    assert row.next_time_zone_from.astimezone(UTC).hour == 6
    clock.advance(days=1)
    import_file("external_id,time_zone\nm-1,Asia/Tokyo\n")
    row = client("m-1")
    assert (row.time_zone, row.next_time_zone, row.next_time_zone_from) == (
        "Asia/Tokyo",
        None,
        None,
    )


def test_going_back_before_midnight_forgets_the_new_zone():
    import_file("external_id,time_zone\nm-1,America/Mexico_City\n")
    import_file("external_id,time_zone\nm-1,Asia/Tokyo\n")
    import_file("external_id,time_zone\nm-1,America/Mexico_City\n")
    row = client("m-1")
    assert (row.time_zone, row.next_time_zone) == ("America/Mexico_City", None)


def test_the_marketplaces_zone_that_waits_is_forgotten_too():
    import_file("external_id,time_zone\nm-1,Asia/Tokyo\n")
    with transaction():
        clients.change(client("m-1").id, ClientChanges(time_zone=None))
    assert client("m-1").next_time_zone_from is not None
    import_file("external_id,time_zone\nm-1,Asia/Tokyo\n")
    row = client("m-1")
    assert (row.time_zone, row.next_time_zone_from) == ("Asia/Tokyo", None)


@pytest.mark.parametrize("present", [None, "Asia/Tokyo", "America/Santiago", "Pacific/Kiritimati"])
@pytest.mark.parametrize("wanted", ["UTC", "Asia/Tokyo", "Pacific/Pago_Pago", "Asia/Kathmandu"])
def test_zones_change_by_the_rule_for_one_client(world, present, wanted):
    for number in (1, 2):
        with transaction():
            clients.create(ClientChanges(external_id=f"m-{number}", time_zone=present))
    with transaction():
        clients.change(client("m-1").id, ClientChanges(time_zone=wanted))
    import_file(f"external_id,time_zone\nm-2,{wanted}\n")
    columns = ("time_zone", "next_time_zone", "next_time_zone_from")
    one, crowd = ([getattr(client(name), each) for each in columns] for name in ("m-1", "m-2"))
    assert crowd == one


def test_the_first_of_two_lines_for_one_client_counts():
    done = import_file("external_id,opted_in\nm-1,no\nm-2,no\nm-1,yes\n")
    assert done.counts == (2, 0, 1)
    assert done.complaints == ["4: external_id stands already in line 2"]
    assert client("m-1").opted_in is False


def test_a_bad_first_line_does_not_stand_in_the_way_of_a_good_second_one():
    done = import_file("external_id,opted_in\nm-1,perhaps\nm-1,no\n")
    assert done.counts == (1, 0, 1)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\n\n  \n", "empty"),
        (b"username,opted_in\nalice,yes\n", "external_id is missing"),
        (b"external_id,lattitude\nm-1,1\n", "Unknown columns ['lattitude']"),
        (b"external_id,opted_in,opted_in\nm-1,1,1\n", "twice"),
        (b'external_id,"opted_in\nm-1,1\n', "header is not CSV"),
        (b"external_id\nm-1\nm-2\n\xff\xfe\n", "Line 4 is not UTF-8"),
        (b"e" * 70_000 + b"\nm-1\n", "first line is longer"),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_leaves_nothing(content, reason):
    clients = count("client")
    with pytest.raises(UnreadableFile) as refused:
        import_file(content, "csv")
    assert reason in refused.value.detail
    assert (count("client"), count("client_external")) == (clients, 0)


def test_a_crash_in_the_middle_leaves_nothing():
    def records():
        yield 2, {"external_id": "m-1", "username": "eve", "password": "secret"}
        raise KeyboardInterrupt

    clients = count("client")
    with pytest.raises(KeyboardInterrupt), transaction():
        importing.import_clients(records(), print)
    assert (count("client"), count("client_external"), count("sign_in")) == (clients, 0, 0)


def test_two_imports_in_one_transaction_are_possible():
    with transaction():
        importing.import_clients([(1, {"external_id": "m-1"})], print)
        done = importing.import_clients([(1, {"external_id": "m-1"})], print)
    assert (done.created, done.updated) == (0, 1)


def test_an_outside_id_that_somebody_takes_meanwhile_undoes_the_import(engine):
    clients = count("client")
    taken = text("INSERT INTO client_external VALUES ('m-1', 999999)")
    with meanwhile(engine, taken), pytest.raises(ChangedMeanwhile):
        import_file("external_id\nm-0\nm-1\n")
    assert (count("client"), client("m-0")) == (clients, None)


def test_a_client_that_somebody_removes_meanwhile_undoes_the_import(engine):
    import_file("external_id\nm-1\n")
    removed = text("DELETE FROM client WHERE id = (SELECT client_id FROM client_external)")
    with meanwhile(engine, removed), pytest.raises(ChangedMeanwhile):
        import_file("external_id\nm-0\nm-1\n")
    assert client("m-0") is None


def test_two_imports_of_one_file_at_once_agree(engine, app):
    def import_it(_):
        with app.app_context():
            return import_file("external_id,opted_in\nm-1,no\nm-2,no\n").counts

    with ThreadPoolExecutor(4) as threads:
        outcomes = sorted(threads.map(import_it, range(4)))
    assert outcomes == [(0, 2, 0)] * 3 + [(2, 0, 0)]


def test_memory_does_not_grow_with_the_file():
    rows = "".join(f"m-{number},1,2\n" for number in range(12_000))
    assert import_file(f"external_id,latitude,longitude\n{rows}").counts == (12_000, 0, 0)
    placed = text("SELECT count(*) FROM client WHERE latitude = 1 AND location IS NOT NULL")
    assert session().scalar(placed) == 12_000
