"""Letters that wait to be sent.

Revision ID: 0006
Revises: 0005
Create Date: 2026-11-22 22:16:21.913205

"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "letter",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("app_now()"),
            nullable=False,
        ),
        sa.Column("deadline", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_attempt_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), server_default=sa.text("'pending'"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("finished_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(kind = 'forgotten') = (email IS NULL)", name=op.f("ck_letter_address_given")
        ),
        sa.CheckConstraint(
            "(state = 'pending') = (finished_at IS NULL)", name=op.f("ck_letter_finished_whole")
        ),
        sa.CheckConstraint(
            "kind <> 'invitation' OR (username IS NULL AND num_nonnulls(store_id, role) = 2)",
            name=op.f("ck_letter_fits_invitation"),
        ),
        sa.CheckConstraint(
            "kind = 'invitation' OR (username IS NOT NULL AND num_nonnulls(store_id, role) = 0)",
            name=op.f("ck_letter_fits_account"),
        ),
        sa.CheckConstraint(
            "kind IN ('forgotten', 'password', 'password_changed', 'invitation')",
            name=op.f("ck_letter_kind_known"),
        ),
        sa.CheckConstraint("language ~ '^[a-z]{2,3}$'", name=op.f("ck_letter_language_form")),
        sa.CheckConstraint("role IN ('owner', 'staff')", name=op.f("ck_letter_role_known")),
        sa.CheckConstraint(
            "state IN ('pending', 'sent', 'failed', 'dropped')", name=op.f("ck_letter_state_known")
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_letter_attempts_range")),
        sa.CheckConstraint("deadline > created_at", name=op.f("ck_letter_window_order")),
        sa.CheckConstraint("length(email) BETWEEN 3 AND 254", name=op.f("ck_letter_email_length")),
        sa.CheckConstraint(
            "length(username) BETWEEN 1 AND 254", name=op.f("ck_letter_username_length")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
    )
    op.create_index(op.f("ix_letter_finished_at"), "letter", ["finished_at"], unique=False)
    op.create_index(
        "ix_letter_next_attempt_at_pending",
        "letter",
        ["next_attempt_at"],
        unique=False,
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(op.f("ix_letter_store_id"), "letter", ["store_id"], unique=False)
    op.create_index(op.f("ix_letter_username"), "letter", ["username"], unique=False)
    op.create_index(
        "ix_sign_in_email_lower",
        "sign_in",
        [sa.literal_column("lower(email)")],
        unique=False,
        postgresql_where=sa.text("email <> ''"),
    )


def downgrade():
    op.drop_index("ix_sign_in_email_lower", table_name="sign_in")
    op.drop_index(op.f("ix_letter_username"), table_name="letter")
    op.drop_index(op.f("ix_letter_store_id"), table_name="letter")
    op.drop_index(
        "ix_letter_next_attempt_at_pending",
        table_name="letter",
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.drop_index(op.f("ix_letter_finished_at"), table_name="letter")
    op.drop_table("letter")
