"""What products need in the console: a picture's name and small size, files on their way in.

Revision ID: 0007
Revises: 0006
Create Date: 2026-11-22 22:20:31.117042

"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

CHECKS = (
    ("product", "image_digest_form", "image_digest ~ '^[0-9a-f]{64}$'"),
    ("product_image", "thumbnail_length", "octet_length(thumbnail) BETWEEN 1 AND 65536"),
)


def upgrade():
    op.create_table(
        "product_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("app_now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "octet_length(content) BETWEEN 1 AND 8388608",
            name=op.f("ck_product_import_content_length"),
        ),
        sa.ForeignKeyConstraint(
            ["store_id"],
            ["store.id"],
            name=op.f("fk_product_import_store_id_store"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_product_import_user_id_user_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_import")),
    )
    op.create_index(
        op.f("ix_product_import_created_at"), "product_import", ["created_at"], unique=False
    )
    op.create_index(op.f("ix_product_import_user_id"), "product_import", ["user_id"], unique=False)
    op.add_column("product", sa.Column("image_digest", sa.Text(), nullable=True))
    # Nothing has written pictures before this.
    op.add_column("product_image", sa.Column("thumbnail", sa.LargeBinary(), nullable=False))
    for table, name, rule in CHECKS:
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, rule)


def downgrade():
    for table, name, _ in reversed(CHECKS):
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
    op.drop_column("product_image", "thumbnail")
    op.drop_column("product", "image_digest")
    op.drop_index(op.f("ix_product_import_user_id"), table_name="product_import")
    op.drop_index(op.f("ix_product_import_created_at"), table_name="product_import")
    op.drop_table("product_import")
