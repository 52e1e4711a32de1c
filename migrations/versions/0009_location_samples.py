"""The places of every 64th and every 16th client, for estimates of wide circles.

Revision ID: 0009
Revises: 0008
Create Date: 2026-11-22 23:32:40.518220

"""

from alembic import op

# revision identifiers, used by Alembic.
revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SAMPLES = ((64, "(id & 63) = 0"), (16, "(id & 15) = 0"))


def upgrade():
    # Clients move while it is built; what a first run left half done a second one makes anew.
    with op.get_context().autocommit_block():
        for nth, rule in SAMPLES:
            name = f"ix_client_location_every_{nth}th"
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(
                f"CREATE INDEX CONCURRENTLY {name} ON client USING gist (location) WHERE {rule}"
            )


def downgrade():
    for nth, _ in reversed(SAMPLES):
        op.drop_index(f"ix_client_location_every_{nth}th", table_name="client")
