"""`flask clients import`: a summary, one line for each bad row, and an exit code to act on."""

import json
import os
import pty
import subprocess
import sys

from flashpromo.app import create_app
from flashpromo.config.connections import PSYCOPG2
from tests.audience.importing_file import client, count

CSV = "external_id,latitude,longitude,segments\nm-1,19.4,-99.1,New users\nm-2,91,0,\nm-3,,,\n"


def test_tells_what_came_in_and_what_did_not(run, world, tmp_path):
    file = tmp_path / "clients.csv"
    file.write_text(CSV)
    done = run("clients", "import", file)
    assert done.stdout == "imported 2 (2 created, 0 updated), rejected 1\n"
    assert done.stderr == "line 3: latitude '91' is not between -90 and 90\n"
    assert done.exit_code == 1
    assert client("m-1").segment_ids == [world.new_users]


def test_succeeds_when_every_row_is_in(run, world, tmp_path):
    file = tmp_path / "clients.ndjson"
    file.write_text(json.dumps({"external_id": "m-1"}))
    assert run("clients", "import", file).exit_code == 0


def test_reads_standard_input_and_sees_what_it_is(run, world):
    assert run("clients", "import", "-", input="external_id\nm-1\n").exit_code == 0
    done = run("clients", "import", "-", input='{"external_id": "m-1", "opted_in": false}')
    assert "1 updated" in done.stdout
    assert client("m-1").opted_in is False


def test_the_format_can_be_said(run, world):
    done = run("clients", "import", "--format", "csv", "-", input='{"external_id": "m-1"}')
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: Unknown columns")


def test_an_unreadable_file_is_one_line_and_leaves_nothing(run, world, tmp_path):
    file = tmp_path / "clients.csv"
    file.write_bytes(b"external_id\nm-1\n\xff\n")
    done = run("clients", "import", file)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == "Error: Line 3 is not UTF-8: invalid start byte.\n"
    assert count("client_external") == 0


def test_a_file_that_is_not_there_is_said_so(run):
    done = run("clients", "import", "nowhere.csv")
    assert done.exit_code == 2
    assert "does not exist" in done.stderr


def test_a_terminal_gets_a_bar(world, tmp_path):
    file = tmp_path / "clients.csv"
    file.write_text(CSV)
    terminal, theirs = pty.openpty()
    arguments = [sys.executable, "-m", "flask", "--app", "wsgi", "clients", "import", str(file)]
    done = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=theirs, check=False)
    os.close(theirs)
    bar = os.read(terminal, 100_000).decode()
    os.close(terminal)
    assert "reading" in bar
    assert done.stdout == b"imported 2 (2 created, 0 updated), rejected 1\n"


def test_a_database_that_is_away_is_one_line(settings, tmp_path):
    app = create_app(settings.model_copy(update={"database_url": f"{PSYCOPG2}/x?host={tmp_path}"}))
    done = app.test_cli_runner().invoke(args=["promos", "list"])
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: The database does not answer: ")
