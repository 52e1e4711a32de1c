"""The schema keeps the rules that let it be sharded, and the database has every guard it names."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Identity, Table, create_engine, make_url, text
from sqlalchemy.engine import Connection, Engine

from flashpromo.db import Base
from tests.conftest import recreate_database

TABLES = sorted(Base.metadata.tables.values(), key=lambda table: table.name)
LOOSE = {"notification", "delivery"}
"""Tables without foreign keys: they cost the wave a quarter of its time."""

OURS = "rel.relnamespace = 'public'::regnamespace AND NOT rel.relispartition"
COLUMNS = f"""
SELECT rel.relname, attname, format_type(atttypid, atttypmod), attnotnull, attgenerated,
       pg_get_expr(adbin, adrelid)
FROM pg_attribute JOIN pg_class AS rel ON rel.oid = attrelid
LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE {OURS} AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped
"""
CONSTRAINTS = f"""
SELECT rel.relname, conname, contype::text, pg_get_constraintdef(con.oid)
FROM pg_constraint AS con JOIN pg_class AS rel ON rel.oid = conrelid WHERE {OURS}
"""
INDEXES = f"""
SELECT rel.relname, tab.relname, pg_get_indexdef(rel.oid)
FROM pg_index JOIN pg_class AS rel ON rel.oid = indexrelid
JOIN pg_class AS tab ON tab.oid = indrelid
WHERE {OURS}
"""
UNIQUE = f"""
SELECT rel.relname, array(
    SELECT attname::text FROM unnest(indkey::int[]) AS key
    JOIN pg_attribute ON attrelid = indrelid AND attnum = key)
FROM pg_index JOIN pg_class AS rel ON rel.oid = indexrelid
JOIN pg_class AS tab ON tab.oid = indrelid
WHERE {OURS} AND tab.relname = :table AND (indisunique OR indisexclusion)
"""
TRIGGERS = "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal"
IDENTITIES = "SELECT attrelid::regclass::text, attname FROM pg_attribute WHERE attidentity <> ''"
COUNTED_UP = """
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE attrelid = CAST(:table AS regclass) AND pg_get_expr(adbin, adrelid) LIKE 'nextval%'
"""
BEFORE_TABLES = """
CREATE EXTENSION postgis; CREATE EXTENSION btree_gist;
CREATE FUNCTION app_now() RETURNS timestamptz LANGUAGE sql AS 'SELECT clock_timestamp()';
CREATE SEQUENCE sign_in_id_seq; CREATE SEQUENCE reservation_id_seq
"""
NOT_OURS = {"spatial_ref_sys", "alembic_version", "test_clock"}

every_table = pytest.mark.parametrize("table", TABLES, ids=str)


def distribution(table: Table) -> str | None:
    """The column by which the table is sharded; None for a reference table."""
    kind = table.info["citus"]
    return None if kind == "reference" else kind["distributed_by"]


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        yield connection


def rows(connection: Connection, question: str, **values: str) -> set[tuple[object, ...]]:
    """The answer without PostGIS's tables and those of the tests."""
    found = {tuple(row) for row in connection.execute(text(question), values)}
    return {row for row in found if NOT_OURS.isdisjoint(map(str, row))}


@every_table
def test_a_table_says_how_it_is_spread(table):
    column = distribution(table)
    assert column is None or column in table.columns


@every_table
def test_what_is_unique_in_a_sharded_table_is_so_within_a_shard(connection, table):
    column = distribution(table)
    uniques = connection.execute(text(UNIQUE), {"table": table.name}).all()
    assert uniques
    for name, columns in uniques:
        assert column is None or column in columns, name


@every_table
def test_foreign_keys_stay_within_a_shard_or_point_to_what_is_everywhere(table):
    column = distribution(table)
    for constraint in table.foreign_key_constraints:
        target = distribution(constraint.referred_table)
        if target is not None:
            pairs = {(key.parent.name, key.column.name) for key in constraint.elements}
            assert (column, target) in pairs, constraint.name


@every_table
def test_no_reference_table_points_to_a_sharded_one(table):
    if distribution(table) is None:
        targets = {distribution(each.referred_table) for each in table.foreign_key_constraints}
        assert targets <= {None}


@pytest.mark.parametrize("name", sorted(LOOSE))
def test_the_tables_of_the_wave_have_no_foreign_keys(connection, name):
    assert not Base.metadata.tables[name].foreign_keys
    assert not [row for row in rows(connection, CONSTRAINTS) if row[0] == name and row[2] == "f"]


def test_no_column_is_an_identity(connection):
    assert rows(connection, IDENTITIES) == set()
    assert not [
        column
        for table in TABLES
        for column in table.columns
        if isinstance(column.identity, Identity)
    ]


@every_table
def test_what_is_counted_up_in_a_sharded_table_is_a_bigint(connection, table):
    """Each node of a cluster counts in a range of its own, which only a bigint has room for."""
    counted = {
        (name, kind)
        for name, kind in connection.execute(text(COUNTED_UP), {"table": table.name})
        if distribution(table)
    }
    assert {kind for _, kind in counted} <= {"bigint"}


def test_the_natural_key_is_the_guard_of_the_day(connection):
    keys = {tuple(row[1]) for row in connection.execute(text(UNIQUE), {"table": "notification"})}
    assert keys == {("client_id", "local_day")}


def test_nothing_hides_in_a_trigger(connection):
    assert rows(connection, TRIGGERS) == set()


@pytest.fixture(scope="module")
def from_models(settings, app) -> Iterator[Engine]:
    """A database made from the models alone."""
    url = recreate_database(f"{make_url(settings.database_url).database}_models")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(BEFORE_TABLES))
        Base.metadata.create_all(connection)
    yield engine
    engine.dispose()


@pytest.mark.parametrize(
    "question", [COLUMNS, CONSTRAINTS, INDEXES], ids=["column", "constraint", "index"]
)
def test_the_migrated_database_has_every_one_of_the_models_and_no_other(
    connection, from_models, question
):
    with from_models.connect() as modelled:
        assert rows(connection, question) == rows(modelled, question)


def test_every_guard_of_the_models_is_in_the_database_by_its_name(connection):
    named = {
        (table.name, str(constraint.name))
        for table in TABLES
        for constraint in table.constraints
        if constraint.name is not None
    }
    assert named <= {row[:2] for row in rows(connection, CONSTRAINTS)}
    assert len(named) > 40
