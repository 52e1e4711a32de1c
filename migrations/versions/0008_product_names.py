"""A store's list of products, by name.

Revision ID: 0008
Revises: 0007
Create Date: 2026-11-22 22:58:12.402117

"""

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NAME = "ix_product_store_id_name_not_deleted"


def upgrade():
    op.create_index(
        NAME,
        "product",
        ["store_id", "name", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )


def downgrade():
    op.drop_index(NAME, table_name="product")
