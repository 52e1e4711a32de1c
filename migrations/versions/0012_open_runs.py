"""Runs that are not over, units that are not sold, and what a day has brought: found by an index.

Revision ID: 0012
Revises: 0011
Create Date: 2026-11-23 02:14:31.207544

"""

from alembic import op

# revision identifiers, used by Alembic.
revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NOT_OVER = "sold_out_at IS NULL AND cancelled_at IS NULL AND ended_at IS NULL"
INDEXES = {
    "ix_promo_end_time": "promo (end_time)",
    "ix_promo_run_open": f"promo_run (activated_at, promo_id) WHERE {NOT_OVER}",
    "ix_promo_run_activated_at": "promo_run (activated_at) WHERE activated_at IS NOT NULL",
    "ix_promo_run_sold_out_at": "promo_run (sold_out_at) WHERE sold_out_at IS NOT NULL",
    "ix_promo_unit_unsold": "promo_unit (promo_id, unit_no) WHERE sold_at IS NULL AND NOT closed",
    "ix_reservation_created_at": "reservation (created_at)",
    "ix_purchase_purchased_at": "purchase (purchased_at)",
}


def upgrade():
    # Nobody waits while they are built; what a first run left half done a second one makes anew.
    with op.get_context().autocommit_block():
        for name, what in INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {what}")


def downgrade():
    with op.get_context().autocommit_block():
        for name in reversed(INDEXES):
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
