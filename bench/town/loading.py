"""Fill an empty, migrated database, and leave it as a service finds it after a month."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

from sqlalchemy import text

from bench.town import clients, market, notices, promos, sales
from bench.town.cities import TIME_ZONE
from bench.town.size import Size
from flashpromo.db import app_now, db, session, transaction

LOCATIONS = text(
    "SELECT indexname, indexdef FROM pg_indexes WHERE indexname LIKE 'ix_client_location%'"
)
SEQUENCES = text("""
SELECT sequence.oid::regclass AS name, owned.refobjid::regclass AS table_name,
  attname AS column_name
FROM pg_class AS sequence
JOIN pg_depend AS owned ON owned.classid = 'pg_class'::regclass AND owned.objid = sequence.oid
  AND owned.refclassid = 'pg_class'::regclass AND owned.deptype IN ('a', 'i')
JOIN pg_attribute ON attrelid = owned.refobjid AND attnum = owned.refobjsubid
WHERE sequence.relkind = 'S' AND sequence.relnamespace = 'public'::regnamespace
""")
NEXT = "SELECT setval('{name}', coalesce(max({column_name}), 0) + 1, false) FROM {table_name}"
RESERVATIONS = text("SELECT setval('reservation_id_seq', (SELECT count(*) FROM reservation) + 1)")


def load(size: Size, say: Callable[[str], object]) -> None:
    """Write everything; `say` is told what comes next."""
    now = app_now()
    today = now.astimezone(ZoneInfo(TIME_ZONE)).date()
    planned = promos.planned(size, now)
    say(f"loading {size.stores:,} stores and {size.promos:,} promos")
    with transaction():
        market.load(size)
        promos.load(size, planned)
        sales.load(size, planned)
    say(f"loading {size.clients:,} clients")
    with transaction(), _no_index_of_places():
        clients.load(range(1, size.clients + 1), now)
    say("loading notifications")
    with transaction():
        notices.load(size, planned, today)
        _set_sequences()
    say("vacuuming")
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (ANALYZE)"))
        connection.execute(text("CHECKPOINT"))


def add_reached(numbers: range) -> None:
    """More clients of the metropolis, beside those that are there."""
    with transaction(), _no_index_of_places():
        clients.load_reached(numbers, app_now())
        _set_sequences()


@contextmanager
def _no_index_of_places() -> Iterator[None]:
    """To make these indexes anew takes less time than to keep them while millions come in."""
    indexes = session().execute(LOCATIONS).all()
    for index in indexes:
        session().execute(text(f"DROP INDEX {index.indexname}"))
    yield
    for index in indexes:
        session().execute(text(index.indexdef))


def _set_sequences() -> None:
    for row in session().execute(SEQUENCES).mappings().all():
        session().execute(text(NEXT.format_map(row)))
    session().execute(RESERVATIONS)
