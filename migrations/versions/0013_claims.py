"""A row to lock for the wave that tells a promo's audience.

Revision ID: 0013
Revises: 0012
Create Date: 2026-11-23 02:25:44.910263

"""

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "promo_claim",
        sa.Column("promo_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["promo_id"], ["promo.id"], name="fk_promo_claim_promo_id_promo", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("promo_id", name="pk_promo_claim"),
    )
    # What a former version makes from now on gets its row when it is first claimed.
    op.execute("INSERT INTO promo_claim (promo_id) SELECT id FROM promo")


def downgrade():
    op.drop_table("promo_claim")
