"""What the console's pages ask of promos: when a wave was told, who opened it, what failed.

It goes up while the service runs, as 0002 does: the column comes empty, and the indexes are built
concurrently, one partition at a time. What is there already is left or made anew by a second run.

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-22 22:14:05.118240

"""

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INDEXES = (
    ("notification", "opened", "(promo_id, created_at) WHERE opened_at IS NOT NULL"),
    ("delivery", "failed", "(promo_id, finished_at) WHERE state = 'failed'"),
)
PARTITIONS = (
    "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = '{table}'::regclass"
)


def upgrade():
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = '2s'")
        try:
            op.execute("ALTER TABLE promo_run ADD COLUMN IF NOT EXISTS notified_at timestamptz")
            for table, name, of in INDEXES:
                _build(table, f"ix_{table}_{name}", name, of)
        finally:
            op.execute("RESET lock_timeout")


def _build(table, index, name, of):
    """On the partitioned table it is only said; each of its partitions then brings its own."""
    op.execute(f"DROP INDEX IF EXISTS {index}")
    op.execute(f"CREATE INDEX {index} ON ONLY {table} {of}")
    for partition in op.get_bind().scalars(sa.text(PARTITIONS.format(table=table))).all():
        own = f"{partition}_{name}_idx"
        op.execute("SET lock_timeout = 0")  # building waits for all who began before; nobody for it
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {own}")
        op.execute(f"CREATE INDEX CONCURRENTLY {own} ON {partition} {of}")
        op.execute("SET lock_timeout = '2s'")
        op.execute(f"ALTER INDEX {index} ATTACH PARTITION {own}")


def downgrade():
    for table, name, _ in INDEXES:
        op.drop_index(op.f(f"ix_{table}_{name}"), table_name=table)
    op.drop_column("promo_run", "notified_at")
