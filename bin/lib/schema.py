"""Write docs/schema.md from the models: every table, its columns, and what points at what.

To be run after a model has changed, as `bin/schema`; a test holds the page against the models.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import Column, ForeignKeyConstraint, Table
from sqlalchemy.dialects import postgresql

import flashpromo.app  # noqa: F401 - brings every model
from flashpromo.db import Base

PAGE: Final = Path(__file__).parents[2] / "docs" / "schema.md"
HEAD: Final = """# The schema

Made from the models by `bin/schema`; the models say why each table is as it is. *Reference* tables
are small and joined by everybody; the others are distributed by the column that is named. Lines are
foreign keys. Between distributed tables there are few, so that a table can be large: `client_id`,
`promo_id` and `local_day` lead from one to the other.

"""


def main() -> None:
    """Write the page."""
    PAGE.write_text(page())


def page() -> str:
    """The whole page."""
    tables = sorted(Base.metadata.tables.values(), key=lambda table: table.name)
    return HEAD + "\n".join([*_diagram(tables), "", *_list(tables), ""])


def _diagram(tables: list[Table]) -> Iterator[str]:
    yield "```mermaid"
    yield "erDiagram"
    for table in tables:
        yield f"  {table.name} {{"
        yield from (f"    {_column(column)}" for column in table.columns)
        yield "  }"
    for table in tables:
        yield from sorted(_line(key) for key in table.foreign_key_constraints)
    yield "```"


def _line(key: ForeignKeyConstraint) -> str:
    is_whole_key = set(key.columns) == set(key.table.primary_key)
    many = "o|" if is_whole_key else "o{"
    names = ", ".join(each.name for each in key.columns)
    return f'  {key.referred_table.name} ||--{many} {key.table.name} : "{names}"'


def _column(column: Column[object]) -> str:
    kind = str(column.type.compile(dialect=postgresql.dialect())).lower()
    kind = kind.replace("timestamp with time zone", "timestamptz").replace("[]", "_array")
    kind = re.sub(r"\W.*", "", kind)
    marks = [
        *(["PK"] if column.primary_key else []),
        *(["FK"] if column.foreign_keys else []),
    ]
    return " ".join([kind, column.name, ", ".join(marks)]).strip()


def _list(tables: list[Table]) -> Iterator[str]:
    yield "| table | kind | what it is |"
    yield "| --- | --- | --- |"
    models = {each.local_table: each.class_ for each in Base.registry.mappers}
    for table in tables:
        kind = table.info["citus"]
        told = kind if isinstance(kind, str) else f"by `{kind['distributed_by']}`"
        yield f"| `{table.name}` | {told} | {(models[table].__doc__ or '').splitlines()[0]} |"


if __name__ == "__main__":
    main()
