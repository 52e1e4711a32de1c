"""How Alembic reaches the database of the Flask application.

GeoAlchemy2's helpers keep PostGIS's own tables out of autogenerate; the weekly partitions of the
notification tables are made by the sweep and are no business of a migration either.
"""

import re
from typing import Any

from alembic import context
from flask import current_app
from geoalchemy2 import alembic_helpers

PARTITION = re.compile(r"^(notification|delivery)_(w\d{8}|default)(_|$)")

database = current_app.extensions["migrate"].db


def include_object(
    item: Any, name: str | None, kind: str, reflected: bool, compare_to: Any
) -> bool:
    """Say whether autogenerate looks at this object."""
    if kind == "table" and name is not None and PARTITION.match(name):
        return False
    return bool(alembic_helpers.include_object(item, name, kind, reflected, compare_to))


OPTIONS: dict[str, Any] = {
    "target_metadata": database.metadata,
    "include_object": include_object,
    "render_item": alembic_helpers.render_item,
    "process_revision_directives": alembic_helpers.writer,
    "compare_type": True,
    # Else a migration that commits on its way would commit those before it halfway.
    "transaction_per_migration": True,
}


def run_offline() -> None:
    """Print the SQL instead of running it."""
    url = database.engine.url.render_as_string(hide_password=False)
    context.configure(url=url, literal_binds=True, **OPTIONS)
    with context.begin_transaction():
        context.run_migrations()


def run_online() -> None:
    """Run the migrations over one connection."""
    with database.engine.connect() as connection:
        context.configure(connection=connection, **OPTIONS)
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    run_offline()
else:
    run_online()
