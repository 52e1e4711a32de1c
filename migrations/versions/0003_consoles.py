"""What the consoles need: an audit log, languages, currencies, pictures, links that are good once.

Revision ID: 0003
Revises: 0002
Create Date: 2026-11-22 20:09:22.315063

"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CHECKS = (
    ("store", "currency_form", "currency ~ '^[A-Z]{3}$'"),
    ("user_account", "language_form", "language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$'"),
)


def upgrade():
    op.create_table(
        "audit_event",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column(
            "at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("app_now()"),
            nullable=False,
        ),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=True),
        sa.Column("store_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "before",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column(
            "after",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "action ~ '^[a-z_]+[.][a-z_]+$'", name=op.f("ck_audit_event_action_form")
        ),
        sa.CheckConstraint(
            "actor_kind <> 'client' OR (actor_name = '' AND address = '')",
            name=op.f("ck_audit_event_client_unnamed"),
        ),
        sa.CheckConstraint(
            "actor_kind IN ('operator', 'merchant', 'client', 'visitor', 'system')",
            name=op.f("ck_audit_event_actor_kind_known"),
        ),
        sa.CheckConstraint(
            "door IN ('api', 'pages', 'console', 'admin', 'cli', 'worker', 'scheduler', 'system')",
            name=op.f("ck_audit_event_door_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    op.create_index(
        op.f("ix_audit_event_actor_kind_actor_id_at"),
        "audit_event",
        ["actor_kind", "actor_id", "at"],
        unique=False,
    )
    op.create_index(op.f("ix_audit_event_at"), "audit_event", ["at"], unique=False)
    op.create_index(
        op.f("ix_audit_event_store_id_at"), "audit_event", ["store_id", "at"], unique=False
    )
    op.create_index(
        op.f("ix_audit_event_subject_kind_subject_id_at"),
        "audit_event",
        ["subject_kind", "subject_id", "at"],
        unique=False,
    )
    op.create_table(
        "one_time_link",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("app_now()"),
            nullable=False,
        ),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("used_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "purpose <> 'invitation' OR (username IS NULL AND num_nonnulls(store_id, role) = 2)",
            name=op.f("ck_one_time_link_fits_invitation"),
        ),
        sa.CheckConstraint(
            "purpose <> 'password' OR (username IS NOT NULL AND num_nonnulls(store_id, role) = 0)",
            name=op.f("ck_one_time_link_fits_password"),
        ),
        sa.CheckConstraint(
            "purpose IN ('password', 'invitation')", name=op.f("ck_one_time_link_purpose_known")
        ),
        sa.CheckConstraint("role IN ('owner', 'staff')", name=op.f("ck_one_time_link_role_known")),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_one_time_link_window_order")),
        sa.CheckConstraint(
            "length(email) BETWEEN 3 AND 254", name=op.f("ck_one_time_link_email_length")
        ),
        sa.CheckConstraint(
            "used_at < expires_at", name=op.f("ck_one_time_link_used_before_expiry")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["user_account.id"],
            name=op.f("fk_one_time_link_created_by_user_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_one_time_link")),
    )
    op.create_index(
        op.f("ix_one_time_link_expires_at"), "one_time_link", ["expires_at"], unique=False
    )
    op.create_index(op.f("ix_one_time_link_store_id"), "one_time_link", ["store_id"], unique=False)
    op.create_index(op.f("ix_one_time_link_username"), "one_time_link", ["username"], unique=False)
    op.create_table(
        "product_image",
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("app_now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "media_type IN ('image/jpeg', 'image/png', 'image/webp')",
            name=op.f("ck_product_image_media_type_known"),
        ),
        sa.CheckConstraint(
            "octet_length(content) BETWEEN 1 AND 1048576",
            name=op.f("ck_product_image_content_length"),
        ),
        sa.CheckConstraint(
            "octet_length(digest) = 32", name=op.f("ck_product_image_digest_length")
        ),
        sa.CheckConstraint(
            "width BETWEEN 1 AND 4096 AND height BETWEEN 1 AND 4096",
            name=op.f("ck_product_image_pixels_range"),
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["product.id"],
            name=op.f("fk_product_image_product_id_product"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_product_image")),
    )
    op.add_column(
        "store", sa.Column("currency", sa.Text(), server_default=sa.text("'USD'"), nullable=False)
    )
    op.add_column("user_account", sa.Column("language", sa.Text(), nullable=True))
    for table, name, rule in CHECKS:
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, rule)


def downgrade():
    for table, name, _ in reversed(CHECKS):
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
    op.drop_column("user_account", "language")
    op.drop_column("store", "currency")
    op.drop_table("product_image")
    op.drop_index(op.f("ix_one_time_link_username"), table_name="one_time_link")
    op.drop_index(op.f("ix_one_time_link_store_id"), table_name="one_time_link")
    op.drop_index(op.f("ix_one_time_link_expires_at"), table_name="one_time_link")
    op.drop_table("one_time_link")
    op.drop_index(op.f("ix_audit_event_subject_kind_subject_id_at"), table_name="audit_event")
    op.drop_index(op.f("ix_audit_event_store_id_at"), table_name="audit_event")
    op.drop_index(op.f("ix_audit_event_at"), table_name="audit_event")
    op.drop_index(op.f("ix_audit_event_actor_kind_actor_id_at"), table_name="audit_event")
    op.drop_table("audit_event")
