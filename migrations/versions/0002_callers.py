"""What callers of the API need: scopes and keys, fixes and quiet hours, answers that are kept.

Revision ID: 0002
Revises: 0001
Create Date: 2026-11-22 18:47:41.520069

"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CHECKS = (
    ("auth_token", "kind_known", "kind IN ('token', 'session', 'key')"),
    ("auth_token", "expires", "kind = 'key' OR expires_at IS NOT NULL"),
    ("auth_token", "name_length", "length(name) <= 100"),
    ("client", "quiet_hours_whole", "num_nonnulls(quiet_from, quiet_until) IN (0, 2)"),
    ("client", "quiet_hours_some", "quiet_from <> quiet_until"),
    ("product", "external_id_length", "length(external_id) BETWEEN 1 AND 200"),
)


def upgrade():
    op.create_table(
        "client_fix",
        sa.Column("client_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("fixed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("anchor_latitude", sa.Double(), nullable=True),
        sa.Column("anchor_longitude", sa.Double(), nullable=True),
        sa.Column("anchor_accuracy_m", sa.Double(), nullable=True),
        sa.Column("anchored_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("refused_as", sa.Text(), nullable=True),
        sa.Column("refused_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "accuracy_m >= 0 AND accuracy_m < 100000000", name=op.f("ck_client_fix_accuracy_range")
        ),
        sa.CheckConstraint(
            "anchor_accuracy_m >= 0 AND anchor_accuracy_m < 100000000",
            name=op.f("ck_client_fix_anchor_accuracy"),
        ),
        sa.CheckConstraint(
            "anchor_latitude >= -90 AND anchor_latitude <= 90",
            name=op.f("ck_client_fix_anchor_north"),
        ),
        sa.CheckConstraint(
            "anchor_longitude >= -180 AND anchor_longitude <= 180",
            name=op.f("ck_client_fix_anchor_east"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(anchor_latitude, anchor_longitude, anchored_at) IN (0, 3)",
            name=op.f("ck_client_fix_anchor_whole"),
        ),
        sa.CheckConstraint(
            "latitude >= -90 AND latitude <= 90", name=op.f("ck_client_fix_latitude_range")
        ),
        sa.CheckConstraint(
            "longitude >= -180 AND longitude <= 180", name=op.f("ck_client_fix_longitude_range")
        ),
        sa.CheckConstraint(
            "num_nonnulls(latitude, longitude, fixed_at) IN (0, 3)",
            name=op.f("ck_client_fix_fix_whole"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(refused_as, refused_at) IN (0, 2)",
            name=op.f("ck_client_fix_refusal_whole"),
        ),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_client_fix")),
    )
    op.create_table(
        "kept_answer",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_digest", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column(
            "headers",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("length(key) BETWEEN 1 AND 255", name=op.f("ck_kept_answer_key_length")),
        sa.PrimaryKeyConstraint("owner", "key", name=op.f("pk_kept_answer")),
    )
    op.create_index(op.f("ix_kept_answer_created_at"), "kept_answer", ["created_at"], unique=False)
    op.create_table(
        "promo_tries",
        sa.Column("promo_id", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.Uuid(), nullable=False),
        sa.Column("tried", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("tried >= 0", name=op.f("ck_promo_tries_tried_range")),
        sa.ForeignKeyConstraint(
            ["promo_id"],
            ["promo.id"],
            name=op.f("fk_promo_tries_promo_id_promo"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("promo_id", "epoch", name=op.f("pk_promo_tries")),
    )
    op.add_column(
        "auth_token",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
    )
    op.add_column(
        "auth_token",
        sa.Column("kind", sa.Text(), server_default=sa.text("'token'"), nullable=False),
    )
    op.add_column(
        "auth_token", sa.Column("name", sa.Text(), server_default=sa.text("''"), nullable=False)
    )
    op.add_column("auth_token", sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=True))
    op.add_column(
        "auth_token",
        sa.Column("created_from", sa.Text(), server_default=sa.text("''"), nullable=False),
    )
    op.add_column(
        "auth_token", sa.Column("last_used_at", postgresql.TIMESTAMP(timezone=True), nullable=True)
    )
    op.alter_column(
        "auth_token", "expires_at", existing_type=postgresql.TIMESTAMP(timezone=True), nullable=True
    )
    op.create_index(op.f("ix_auth_token_id"), "auth_token", ["id"], unique=False)
    op.add_column("client", sa.Column("quiet_from", sa.Time(), nullable=True))
    op.add_column("client", sa.Column("quiet_until", sa.Time(), nullable=True))
    op.add_column("product", sa.Column("external_id", sa.Text(), nullable=True))
    op.create_index(
        "uq_product_store_id_external_id_not_deleted",
        "product",
        ["store_id", "external_id"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.add_column("promo_run", sa.Column("audience_count", sa.BigInteger(), nullable=True))
    op.add_column(
        "segment",
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("app_now()"),
            nullable=False,
        ),
    )
    for table, name, rule in CHECKS:
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, rule)


def downgrade():
    for table, name, _ in reversed(CHECKS):
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
    op.drop_column("segment", "updated_at")
    op.drop_column("promo_run", "audience_count")
    op.drop_index(
        "uq_product_store_id_external_id_not_deleted",
        table_name="product",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_column("product", "external_id")
    op.drop_column("client", "quiet_until")
    op.drop_column("client", "quiet_from")
    op.drop_index(op.f("ix_auth_token_id"), table_name="auth_token")
    op.execute("DELETE FROM auth_token WHERE kind <> 'token'")
    op.alter_column(
        "auth_token",
        "expires_at",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        nullable=False,
    )
    op.drop_column("auth_token", "last_used_at")
    op.drop_column("auth_token", "created_from")
    op.drop_column("auth_token", "scopes")
    op.drop_column("auth_token", "name")
    op.drop_column("auth_token", "kind")
    op.drop_column("auth_token", "id")
    op.drop_table("promo_tries")
    op.drop_index(op.f("ix_kept_answer_created_at"), table_name="kept_answer")
    op.drop_table("kept_answer")
    op.drop_table("client_fix")
