"""What schedulers have done last, and ways into a long audit log: by action, by name, by door.

Revision ID: 0005
Revises: 0004
Create Date: 2026-11-22 22:20:11.204117

"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WAYS = ("action", "actor_name", "door")


def upgrade():
    op.create_table(
        "scheduler_trace",
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("started_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("seen_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("rounds", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("process", name=op.f("pk_scheduler_trace")),
        postgresql_with={"fillfactor": 50},
        if_not_exists=True,
    )
    # The log only grows: nobody waits until its whole length was read, and what a first run left
    # half done a second one makes anew.
    with op.get_context().autocommit_block():
        for column in WAYS:
            name = f"ix_audit_event_{column}_at"
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON audit_event ({column}, at)")


def downgrade():
    for column in reversed(WAYS):
        op.drop_index(op.f(f"ix_audit_event_{column}_at"), table_name="audit_event")
    op.drop_table("scheduler_trace")
