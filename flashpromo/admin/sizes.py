"""About how large tables are, from what the database itself keeps of them: nothing is counted."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import func, literal, select, text, union_all

from flashpromo.db import Base, session

ABOUT: Final = text("""
SELECT root.relname AS name, sum(greatest(leaf.reltuples, 0))::bigint AS rows
FROM pg_class AS root
CROSS JOIN LATERAL (
  SELECT root.oid AS id WHERE root.relkind <> 'p'
  UNION ALL SELECT inhrelid FROM pg_inherits WHERE inhparent = root.oid) AS part
JOIN pg_class AS leaf ON leaf.oid = part.id
WHERE root.relnamespace = current_schema()::regnamespace AND root.relname = ANY (:names)
GROUP BY root.relname
""")
"""A partitioned table has what its partitions have; one never looked at counts as empty."""


def about(models: Sequence[type[Base]]) -> dict[str, int]:
    """About how many rows the tables of these models have, by the table's name. One query."""
    names = [table_name(each) for each in models]
    found = {row.name: row.rows for row in session().execute(ABOUT, {"names": names})}
    return {name: found.get(name, 0) for name in names}


def counted(models: Sequence[type[Base]]) -> dict[str, int]:
    """How many rows small tables have, by the table's name. One query."""
    counts: list[Any] = [
        select(func.count().label("rows"), literal(table_name(each)).label("name")).select_from(
            each
        )
        for each in models
    ]
    return {row.name: row.rows for row in session().execute(union_all(*counts))}


def table_name(model: type[Base]) -> str:
    """The name of a model's table."""
    return str(model.__tablename__)
