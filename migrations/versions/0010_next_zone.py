"""Clients who wait to live by the marketplace's clock again: their next zone is none of their own.

Revision ID: 0010
Revises: 0009
Create Date: 2026-11-23 01:50:12.118406

"""

import sqlalchemy as sa
from alembic import op
from flask import current_app

# revision identifiers, used by Alembic.
revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NAME = "ck_client_next_zone_whole"
NAMED = sa.text("""
UPDATE client SET next_time_zone = :zone
WHERE next_time_zone IS NULL AND next_time_zone_from IS NOT NULL
""")


def upgrade():
    _check("next_time_zone IS NULL OR next_time_zone_from IS NOT NULL")


def downgrade():
    zone = current_app.extensions["flashpromo_settings"].marketplace_time_zone
    op.execute(NAMED.bindparams(zone=zone))
    _check("num_nonnulls(next_time_zone, next_time_zone_from) IN (0, 2)")


def _check(rule):
    """Nobody waits while what is there is looked through."""
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = '2s'")
        try:
            op.execute(
                f"ALTER TABLE client DROP CONSTRAINT IF EXISTS {NAME},"
                f" ADD CONSTRAINT {NAME} CHECK ({rule}) NOT VALID"
            )
            op.execute(f"ALTER TABLE client VALIDATE CONSTRAINT {NAME}")
        finally:
            op.execute("RESET lock_timeout")
