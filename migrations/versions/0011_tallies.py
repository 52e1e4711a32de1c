"""Counts beside the facts, and which request was the cause of an event.

Revision ID: 0011
Revises: 0010
Create Date: 2026-11-23 01:50:12.104873

"""

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "tally",
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("series", "part", name=op.f("pk_tally")),
        postgresql_with={"fillfactor": 50},
    )
    # A column with a constant default is added in an instant, and an older release leaves it out.
    op.add_column(
        "audit_event",
        sa.Column("request_id", sa.Text(), server_default=sa.text("''"), nullable=False),
    )


def downgrade():
    op.drop_column("audit_event", "request_id")
    op.drop_table("tally")
