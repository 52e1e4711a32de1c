"""Room in the pages of runs and reservations: what changes of them is in no index.

Revision ID: 0014
Revises: 0013
Create Date: 2026-11-23 02:59:12.610377

"""

from alembic import op

# revision identifiers, used by Alembic.
revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TABLES = ("promo_run", "reservation")


def upgrade():
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} SET (fillfactor = 80)")


def downgrade():
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} RESET (fillfactor)")
