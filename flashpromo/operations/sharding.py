"""Spreading a plain database over a Citus cluster: which statements, in which order.

What is to stand where says each table's `Table.info["citus"]`. Citus refuses a foreign key between
a table that it spreads and one that it does not yet, so keys are taken away before and put back
after; each statement is a transaction of its own, and the next run finishes an interrupted one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, ForeignKeyConstraint, Table, text
from sqlalchemy.dialects import postgresql

from flashpromo.db import Base
from flashpromo.errors import Conflict

HEADS: Final[Mapping[str, str]] = {"client_id": "client", "promo_id": "promo_run"}
"""Tables by the column of this name stand where the rows of that table do; others by themselves."""

VERSION: Final = text("SELECT extversion FROM pg_extension WHERE extname = 'citus'")
TABLES: Final = text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
KEYS: Final = text("SELECT conname FROM pg_constraint WHERE contype = 'f' AND conparentid = 0")
PLACED: Final = text("""
SELECT CAST(table_name AS text) AS name, citus_table_type AS kind, distribution_column
FROM citus_tables
""")
LEFT: Final = text("""
SELECT pg_relation_size(CAST(:name AS regclass)) + coalesce(sum(pg_relation_size(relid)), 0)
FROM pg_partition_tree(CAST(:name AS regclass))
""")

DIALECT: Final = postgresql.dialect()  # type: ignore[no-untyped-call] # SQLAlchemy has no type
COMPILER: Final = DIALECT.ddl_compiler(DIALECT, None)  # type: ignore[arg-type] # of none alone

REFERENCE: Final = "reference"
DISTRIBUTED: Final = "distributed"


@dataclass(frozen=True)
class Place:
    """Where a table stands: on every node, or spread by a column beside the rows of `beside`."""

    table: str
    column: str | None = None
    beside: str | None = None

    @property
    def kind(self) -> str:
        """As Citus calls it."""
        return REFERENCE if self.column is None else DISTRIBUTED

    def statement(self, shards: int | None) -> str:
        """What puts it there; Citus's own number of shards when none is said."""
        if self.column is None:
            return f"SELECT create_reference_table('{self.table}')"
        beside = self.beside or "none"
        told = f"'{self.table}', '{self.column}', colocate_with => '{beside}'"
        if shards is not None and self.beside is None:
            told += f", shard_count => {shards}"
        return f"SELECT create_distributed_table({told})"


@dataclass(frozen=True)
class State:
    """What a database has: its tables, its foreign keys, and what Citus has placed already."""

    version: str | None
    tables: frozenset[str]
    keys: frozenset[str]
    placed: Mapping[str, tuple[str, str]]

    def has(self, place: Place) -> bool:
        """Whether the table stands where it should.

        Raises:
            Conflict: it stands somewhere else, which is nothing to be changed on the way.
        """
        found = self.placed.get(place.table)
        if found is None or found[0] not in {REFERENCE, DISTRIBUTED}:
            return False
        if found[0] != place.kind or (place.column is not None and found[1] != place.column):
            wanted = place.column or "no column: on every node"
            raise Conflict(f"{place.table} is {found[0]} by {found[1]}, and not by {wanted}.")
        return True


def places() -> list[Place]:
    """Every table in an order in which Citus takes them: what others point to comes first."""
    tables = Base.metadata.sorted_tables
    everywhere = [Place(table.name) for table in tables if table.info["citus"] == REFERENCE]
    spread = [_spread(table) for table in tables if table.info["citus"] != REFERENCE]
    heads = set(HEADS.values())
    return [*everywhere, *sorted(spread, key=lambda place: place.table not in heads)]


def look(connection: Connection) -> State:
    """What there is just now."""
    version = connection.scalar(VERSION)
    placed = connection.execute(PLACED) if version else ()
    return State(
        version,
        frozenset(connection.scalars(TABLES)),
        frozenset(connection.scalars(KEYS)),
        {row.name: (row.kind, row.distribution_column) for row in placed},
    )


def statements(state: State, shards: int | None = None) -> list[str]:
    """What is still to be done; nothing when all of it is.

    Raises:
        Conflict: a table is missing, or stands somewhere else.
    """
    missing = sorted(set(Base.metadata.tables) - state.tables)
    if missing:
        raise Conflict(f"These tables are missing: {', '.join(missing)}. Run flask db upgrade.")
    to_place = [place for place in places() if not state.has(place)]
    moving = {place.table for place in to_place}
    return [
        *(_dropped(key) for key in _keys() if key.name in state.keys and _touches(key, moving)),
        *(place.statement(shards) for place in to_place),
        *(_emptied(place.table) for place in to_place),
        *(_added(key) for key in _keys() if key.name not in state.keys or _touches(key, moving)),
    ]


def leftovers(connection: Connection, state: State) -> Sequence[str]:
    """Rows of placed tables that an interrupted run has left on the coordinator as well."""
    spread = [place.table for place in places() if state.has(place)]
    return [_emptied(name) for name in spread if connection.scalar(LEFT, {"name": name})]


def _spread(table: Table) -> Place:
    column = table.info["citus"]["distributed_by"]
    head = HEADS.get(column)
    return Place(table.name, column, head if head != table.name else None)


def _keys() -> Iterator[ForeignKeyConstraint]:
    for table in Base.metadata.sorted_tables:
        yield from sorted(table.foreign_key_constraints, key=lambda key: str(key.name))


def _touches(key: ForeignKeyConstraint, moving: set[str]) -> bool:
    return bool({key.table.name, key.referred_table.name} & moving)


def _dropped(key: ForeignKeyConstraint) -> str:
    return f"ALTER TABLE {key.table.name} DROP CONSTRAINT {key.name}"


def _added(key: ForeignKeyConstraint) -> str:
    """As it stands in its table: SQLAlchemy's own `AddConstraint` would take it out of there."""
    return f"ALTER TABLE {key.table.name} ADD {COMPILER.process(key)}"


def _emptied(table: str) -> str:
    """Citus leaves the rows that it has copied into shards where they were, unseen."""
    return f"SELECT truncate_local_data_after_distributing_table('{table}')"
