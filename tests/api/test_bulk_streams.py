"""Bulks over real connections: 100,000 rows in bounded memory, and uploads that break off."""

import json
import time
from collections.abc import Iterator

import pytest

from tests.api.conftest import Caller
from tests.processes.running import eventually
from tests.processes.weighed_web import Web, serving

ROWS, SOME = 100_000, 20_000
CHUNK = 500
CLIENTS = "/api/users/clients-profiles/bulk/"
MOST_GROWTH_MB = 150


@pytest.fixture(scope="module")
def web(app, tmp_path_factory) -> Iterator[Web]:
    with serving(tmp_path_factory.mktemp("web")) as server:
        yield server


def chunks(row, rows: int) -> Iterator[bytes]:
    """So many rows of NDJSON in pieces."""
    for start in range(0, rows, CHUNK):
        lines = [json.dumps(row(number)) for number in range(start, start + CHUNK)]
        yield ("\n".join(lines) + "\n").encode()


def upload(web: Web, caller: Caller, path: str, row, rows: int, *, chunked: bool) -> dict[str, int]:
    """The counts of the lines that come back, held against their summary; prints the speed."""
    before, started = web.memory_mb(), time.monotonic()
    connection = web.connect()
    headers = {
        "Authorization": f"Bearer {caller.token}",
        "Content-Type": "application/x-ndjson",
    }
    body = chunks(row, rows) if chunked else b"".join(chunks(row, rows))
    connection.request("POST", path, body=body, headers=headers, encode_chunked=chunked)
    response = connection.getresponse()
    assert response.status == 200, response.read()
    counts: dict[str, int] = {}
    for number, line in enumerate(response, start=1):
        document = json.loads(line)
        if "summary" in document:
            summary = document["summary"]
            break
        assert document["line"] == number
        counts[document["status"]] = counts.get(document["status"], 0) + 1
    connection.close()
    seconds, grown = time.monotonic() - started, web.peak_mb() - before
    print(
        f"{path} {'chunked' if chunked else 'with its length'}: {rows:,} rows, "
        f"{rows / seconds:,.0f} a second, {before:.0f} MB before, at most {grown:.0f} MB more"
    )
    assert grown < MOST_GROWTH_MB
    assert {status: count for status, count in summary.items() if count} == counts
    return counts


def test_100_000_rows_in_one_request(web, operator, world, rows, capsys):
    def client(number: int) -> dict:
        return {
            "external_id": f"m-{number}",
            "latitude": 19 + number / ROWS,
            "longitude": -99.1 if number % 10 else 200,
            "segments": ["New users"],
        }

    def product(number: int) -> dict:
        price = f"{number % 100}.50" if number % 10 else "NaN"
        return {"external_id": f"p-{number}", "name": f"P {number}", "regular_price": price}

    def member(number: int) -> dict:
        return {"external_id": f"m-{number}"}

    products = f"/api/market/products/bulk/?store_id={world.store_id}"
    members = f"/api/users/user-segments/{world.frequent}/members/"
    nine_tenths, one_tenth = ROWS * 9 // 10, ROWS // 10
    with capsys.disabled():
        done = upload(web, operator, CLIENTS, client, ROWS, chunked=True)
        assert done == {"created": nine_tenths, "rejected": one_tenth}
        done = upload(web, operator, products, product, ROWS, chunked=False)
        assert done == {"created": nine_tenths, "rejected": one_tenth}
        done = upload(web, operator, members, member, SOME, chunked=True)
        assert done == {"added": SOME * 9 // 10, "rejected": SOME // 10}
    assert rows("client_external") == nine_tenths
    assert rows("product") == nine_tenths + 1
    assert rows(f"client WHERE {world.frequent} = ANY (segment_ids)") == SOME * 9 // 10 + 1


@pytest.mark.parametrize("length", ["Transfer-Encoding: chunked", "Content-Length: 100000"])
def test_an_upload_that_breaks_off_leaves_nothing(web, operator, world, rows, length):
    said = web.log.stat().st_size
    lines = b'{"external_id": "m-1"}\n{"external_id": "m-2'
    with web.socket() as connection:
        connection.sendall(
            f"POST {CLIENTS} HTTP/1.1\r\nHost: web\r\nAuthorization: Bearer {operator.token}\r\n"
            f"Content-Type: application/x-ndjson\r\n{length}\r\n\r\n".encode()
        )
        if "chunked" in length:
            lines = b"%x\r\n%b\r\n" % (len(lines), lines)
        connection.sendall(lines)
    eventually(lambda: CLIENTS in web.log.read_text()[said:], 20, "the request has ended")
    assert " 400 " in web.log.read_text()[said:]
    assert rows("client_external") == 0
