"""The import of clients, against COPY of the same rows into the same tables.

COPY gets finished rows with their ids; the import reads lines of JSON, checks each, finds out which
clients are known, and draws the ids.
"""

import io
import json
import random
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from sqlalchemy import text

from bench import same
from bench.figures import compared
from bench.stage import Stage
from bench.statements import explained
from bench.timing import in_turn, timed
from bench.town.cities import TIME_ZONE, country
from bench.town.copying import batches
from bench.town.market import SEGMENTS
from flashpromo.audience.import_rows import COLUMNS
from flashpromo.audience.importing import import_clients
from flashpromo.bulk.source import records
from flashpromo.db import app_now, driver_cursor, session, transaction

GROUP: Final = "import"
RATIO: Final = 2
WHY: Final = (
    "every line is decoded and checked in Python, waits in a table until all are there, and is"
    " looked for among the known"
)
FIRST: Final = 2_000_000_000
CLIENT: Final = "client (id, latitude, longitude, located_at, segment_ids, opted_in, time_zone)"
EXTERNAL: Final = "client_external (external_id, client_id)"
FORGET: Final = """
DELETE FROM client USING client_external AS external
WHERE external.external_id LIKE 'bulk-%' AND client.id = external.client_id;
DELETE FROM client_external WHERE external_id LIKE 'bulk-%';
"""
COUNT: Final = text("""
SELECT client_external.external_id, latitude, longitude, segment_ids, opted_in, time_zone
FROM client JOIN client_external ON client_external.client_id = client.id
WHERE client_external.external_id LIKE 'bulk-%'
""")

Person = tuple[str, float, float]


def run(stage: Stage) -> None:
    """Measure and show all of it."""
    people = list(_people(stage.effort.imported))
    lines = b"".join(_line(each) for each in people)
    _demand_same(stage, people, lines)
    works = {
        "clients": partial(_cleared, stage, partial(_import, stage, lines)),
        "COPY": partial(_cleared, stage, partial(_copied, stage, people)),
    }
    taken = in_turn(works, stage.effort.repeats)
    name = f"{GROUP}: {len(people):,} new clients beside {stage.size.clients:,}"
    figure = compared(name, taken["clients"], "COPY", taken["COPY"], goal=RATIO)
    why = partial(explained, stage.engine, works["clients"])
    stage.notes.show("Bulk import", [figure.explained(lambda: f"{WHY}; {why()}")])


def _people(count: int) -> Iterator[Person]:
    dice = random.Random("people")  # noqa: S311 - the same each time, on purpose
    for number in range(count):
        yield f"bulk-{number:08}", *country().place(dice)


def _line(person: Person) -> bytes:
    external_id, latitude, longitude = person
    row = {
        "external_id": external_id,
        "latitude": latitude,
        "longitude": longitude,
        "segments": [SEGMENTS[0]],
        "time_zone": TIME_ZONE,
        "opted_in": True,
    }
    return json.dumps(row).encode() + b"\n"


def _import(stage: Stage, lines: bytes) -> float:
    with stage.app.app_context():
        return timed(lambda: _imported(lines))


def _imported(lines: bytes) -> None:
    with transaction(timeout_seconds=600):
        import_clients(records(io.BytesIO(lines), COLUMNS), lambda _: None)


def _copied(stage: Stage, people: list[Person]) -> float:
    with stage.app.app_context():
        now = app_now().isoformat()
        rows = [
            (FIRST + n, *each[1:], now, "{1}", True, TIME_ZONE) for n, each in enumerate(people)
        ]
        names = [(each[0], FIRST + n) for n, each in enumerate(people)]
        finished = {CLIENT: "".join(batches(rows)), EXTERNAL: "".join(batches(names))}
        return timed(lambda: _copy(finished))


def _copy(finished: Mapping[str, str]) -> None:
    with transaction(timeout_seconds=600), driver_cursor() as cursor:
        for table, lines in finished.items():
            cursor.copy_expert(f"COPY {table} FROM STDIN", io.StringIO(lines))


def _cleared(stage: Stage, work: partial[float]) -> float:
    taken = work()
    with stage.app.app_context(), transaction(timeout_seconds=600):
        session().execute(text(FORGET))
    stage.tidy("client", "client_external")
    return taken


def _demand_same(stage: Stage, people: list[Person], lines: bytes) -> None:
    """Both have written the same clients."""
    found = []
    for work in (partial(_import, stage, lines), partial(_copied, stage, people)):
        work()
        with stage.app.app_context():
            found.append({str(tuple(row)) for row in session().execute(COUNT)})
        _cleared(stage, partial(lambda: 0.0))
    if found[0] != found[1]:
        raise same.OtherWork("import: COPY has written other clients")
