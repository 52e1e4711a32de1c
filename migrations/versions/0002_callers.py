"""What callers of the API need: scopes and keys, fixes and quiet hours, answers that are kept.

It goes up while the service runs. Every statement is a transaction of its own, so that no lock that
stops readers or writers outlives the moment it is needed for, and none is held while a table is
scanned or written anew: columns come empty and are filled by and by, constraints come unchecked and
are checked later, indexes are built concurrently. Whoever holds a table for long makes it give up;
it is then simply run again, for what is there already is left or made anew.

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
# Each takes its table for a moment: nothing is written but the catalogue.
COLUMNS = (
    """
    ALTER TABLE auth_token
        ADD COLUMN IF NOT EXISTS id uuid,
        ALTER COLUMN id SET DEFAULT gen_random_uuid(),
        ADD COLUMN IF NOT EXISTS kind text DEFAULT 'token' NOT NULL,
        ADD COLUMN IF NOT EXISTS name text DEFAULT '' NOT NULL,
        ADD COLUMN IF NOT EXISTS scopes text[],
        ADD COLUMN IF NOT EXISTS created_from text DEFAULT '' NOT NULL,
        ADD COLUMN IF NOT EXISTS last_used_at timestamptz,
        ALTER COLUMN expires_at DROP NOT NULL
    """,
    """
    ALTER TABLE client
        ADD COLUMN IF NOT EXISTS quiet_from time,
        ADD COLUMN IF NOT EXISTS quiet_until time
    """,
    "ALTER TABLE product ADD COLUMN IF NOT EXISTS external_id text",
    "ALTER TABLE promo_run ADD COLUMN IF NOT EXISTS audience_count bigint",
    """
    ALTER TABLE segment
        ADD COLUMN IF NOT EXISTS updated_at timestamptz,
        ALTER COLUMN updated_at SET DEFAULT app_now()
    """,
)
# A few thousand rows at a time, so that nobody waits long for one of them.
FILL = (
    """
    DO $$
    DECLARE
        done bytea := '';
        reached bytea;
    BEGIN
        LOOP
            SELECT token_hash INTO reached FROM (
                SELECT token_hash FROM auth_token WHERE token_hash > done
                ORDER BY token_hash LIMIT 5000) AS batch
            ORDER BY token_hash DESC LIMIT 1;
            EXIT WHEN reached IS NULL;
            UPDATE auth_token SET id = gen_random_uuid()
            WHERE token_hash > done AND token_hash <= reached AND id IS NULL;
            COMMIT;
            done := reached;
        END LOOP;
    END $$
    """,
    "UPDATE segment SET updated_at = app_now() WHERE updated_at IS NULL",
)
FILLED = (("auth_token", "id"), ("segment", "updated_at"))
INDEXES = (
    ("ix_auth_token_id", "CREATE INDEX CONCURRENTLY ix_auth_token_id ON auth_token (id)"),
    (
        "uq_product_store_id_external_id_not_deleted",
        """
        CREATE UNIQUE INDEX CONCURRENTLY uq_product_store_id_external_id_not_deleted
        ON product (store_id, external_id) WHERE deleted_at IS NULL
        """,
    ),
)


def upgrade():
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = '2s'")
        try:
            _create_tables()
            for statement in COLUMNS:
                op.execute(statement)
            for table, name, rule in CHECKS:
                _add_check(table, f"ck_{table}_{name}", rule)
            for statement in FILL:
                op.execute(statement)
            for table, column in FILLED:
                _demand_filled(table, column)
            # Building one waits for all who have begun before, and stops nobody meanwhile.
            op.execute("SET lock_timeout = 0")
            for name, statement in INDEXES:
                op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
                op.execute(statement)
        finally:
            op.execute("RESET lock_timeout")


def _add_check(table, name, rule):
    """Two steps: what comes in is checked from the first on, what is there by the second."""
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({rule}) NOT VALID")
    op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")


def _demand_filled(table, column):
    """NOT NULL, proved by a check that was made beforehand: it needs no scan then."""
    _add_check(table, f"{table}_{column}_filled", f"{column} IS NOT NULL")
    op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL")
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_{column}_filled")


def _create_tables():
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
        if_not_exists=True,
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
        if_not_exists=True,
    )
    op.create_index(
        op.f("ix_kept_answer_created_at"),
        "kept_answer",
        ["created_at"],
        unique=False,
        if_not_exists=True,
    )
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
        if_not_exists=True,
    )


def downgrade():
    op.execute("LOCK TABLE auth_token IN ACCESS EXCLUSIVE MODE")  # nobody narrows one meanwhile
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
    # What is left would be good for everything that its owner may do: the narrowed must not be.
    op.execute("DELETE FROM auth_token WHERE kind <> 'token' OR scopes IS NOT NULL")
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
