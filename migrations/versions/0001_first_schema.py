"""The first schema: every guard of the rules stands in the database.

The extensions stay on a downgrade: others may use them.

Revision ID: 0001
Revises:
Create Date: 2026-11-22 15:54:03.432449

"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geography
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# The one clock of the rules. clock_timestamp(), not now(): a transaction that waited for a lock must
# see the time after the wait. Test databases may replace it.
APP_NOW = """
CREATE FUNCTION app_now() RETURNS timestamptz
LANGUAGE sql VOLATILE AS 'SELECT clock_timestamp()'
"""


def upgrade():
    op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.execute(APP_NOW)
    op.execute("CREATE SEQUENCE sign_in_id_seq")
    op.execute("CREATE SEQUENCE reservation_id_seq")
    op.create_geospatial_table(
        "client",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column(
            "location",
            Geography(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeogFromText",
                name="geography",
            ),
            sa.Computed(
                "(st_setsrid(st_makepoint(longitude, latitude), 4326))::geography", persisted=True
            ),
            nullable=True,
        ),
        sa.Column("located_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column(
            "segment_ids",
            postgresql.ARRAY(sa.Integer()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("opted_in", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=True),
        sa.Column("next_time_zone", sa.Text(), nullable=True),
        sa.Column("next_time_zone_from", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("app_now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("app_now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "latitude >= -90 AND latitude <= 90", name=op.f("ck_client_latitude_range")
        ),
        sa.CheckConstraint(
            "longitude >= -180 AND longitude <= 180", name=op.f("ck_client_longitude_range")
        ),
        sa.CheckConstraint(
            "num_nonnulls(latitude, longitude, located_at) IN (0, 3)",
            name=op.f("ck_client_location_whole"),
        ),
        sa.CheckConstraint(
            "time_zone IS NULL"
            " OR timezone(time_zone, timestamptz '2000-01-01 00:00:00+00') IS NOT NULL",
            name=op.f("ck_client_time_zone_known"),
        ),
        sa.CheckConstraint(
            "next_time_zone IS NULL"
            " OR timezone(next_time_zone, timestamptz '2000-01-01 00:00:00+00') IS NOT NULL",
            name=op.f("ck_client_next_time_zone_known"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(next_time_zone, next_time_zone_from) IN (0, 2)",
            name=op.f("ck_client_next_zone_whole"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client")),
    )
    op.create_geospatial_index(
        "ix_client_location",
        "client",
        ["location"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_table(
        "client_external",
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "length(external_id) BETWEEN 1 AND 200",
            name=op.f("ck_client_external_external_id_length"),
        ),
        sa.PrimaryKeyConstraint("external_id", name=op.f("pk_client_external")),
    )
    op.create_index(
        op.f("ix_client_external_client_id"), "client_external", ["client_id"], unique=False
    )
    op.create_table(
        "delivery",
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("promo_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'pending'"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_attempt_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("finished_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'pending') = (finished_at IS NULL)",
            name=op.f("ck_delivery_finished_when_not_pending"),
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'sent', 'skipped', 'failed')",
            name=op.f("ck_delivery_state_known"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('skipped', 'failed') OR reason IS NOT NULL",
            name=op.f("ck_delivery_reason_given"),
        ),
        sa.PrimaryKeyConstraint("client_id", "local_day", "channel", name=op.f("pk_delivery")),
        postgresql_partition_by="RANGE (local_day)",
    )
    op.create_index(
        "ix_delivery_pending",
        "delivery",
        ["promo_id", "channel", "next_attempt_at"],
        unique=False,
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_table(
        "notification",
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("promo_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("distance_m", sa.Double(), nullable=False),
        sa.Column("segment_id", sa.Integer(), nullable=False),
        sa.Column("located_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("opened_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("client_id", "local_day", name=op.f("pk_notification")),
        postgresql_partition_by="RANGE (local_day)",
    )
    op.create_index(
        "ix_notification_created_at",
        "notification",
        ["created_at"],
        unique=False,
        postgresql_using="brin",
    )
    op.create_table(
        "segment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("deleted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 100", name=op.f("ck_segment_name_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment")),
    )
    op.create_index(
        "uq_segment_name_not_deleted",
        "segment",
        ["name"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_geospatial_table(
        "store",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.Column(
            "location",
            Geography(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeogFromText",
                name="geography",
                nullable=False,
            ),
            sa.Computed(
                "(st_setsrid(st_makepoint(longitude, latitude), 4326))::geography", persisted=True
            ),
            nullable=False,
        ),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("app_now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("app_now()"),
            nullable=False,
        ),
        sa.Column("deleted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "latitude >= -90 AND latitude <= 90", name=op.f("ck_store_latitude_range")
        ),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 200", name=op.f("ck_store_name_length")),
        sa.CheckConstraint(
            "longitude >= -180 AND longitude <= 180", name=op.f("ck_store_longitude_range")
        ),
        sa.CheckConstraint(
            "timezone(time_zone, timestamptz '2000-01-01 00:00:00+00') IS NOT NULL",
            name=op.f("ck_store_time_zone_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store")),
    )
    op.create_table(
        "user_account",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("is_operator", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("app_now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
    )
    op.create_table(
        "auth_token",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("client_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("app_now()"),
            nullable=False,
        ),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_auth_token_user_id_user_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_auth_token")),
    )
    op.create_index(op.f("ix_auth_token_expires_at"), "auth_token", ["expires_at"], unique=False)
    op.create_index(op.f("ix_auth_token_username"), "auth_token", ["username"], unique=False)
    op.create_table(
        "product",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("regular_price", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("app_now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("app_now()"),
            nullable=False,
        ),
        sa.Column("deleted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 200", name=op.f("ck_product_name_length")),
        sa.CheckConstraint(
            "regular_price > 0 AND regular_price <= 9999999999.99",
            name=op.f("ck_product_regular_price_range"),
        ),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_product_store_id_store")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
    )
    op.create_index(op.f("ix_product_store_id"), "product", ["store_id"], unique=False)
    op.create_table(
        "sign_in",
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column(
            "id",
            sa.BigInteger(),
            server_default=sa.text("nextval('sign_in_id_seq')"),
            nullable=False,
        ),
        sa.Column("email", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("client_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("app_now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "username ~ '^[A-Za-z0-9._-]{1,150}$'", name=op.f("ck_sign_in_username_form")
        ),
        sa.CheckConstraint(
            "num_nonnulls(user_id, client_id) = 1", name=op.f("ck_sign_in_one_owner")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_sign_in_user_id_user_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("username", name=op.f("pk_sign_in")),
    )
    op.create_index(op.f("ix_sign_in_client_id"), "sign_in", ["client_id"], unique=False)
    op.create_index(op.f("ix_sign_in_user_id"), "sign_in", ["user_id"], unique=False)
    op.create_table(
        "store_member",
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.CheckConstraint("role IN ('owner', 'staff')", name=op.f("ck_store_member_role_known")),
        sa.ForeignKeyConstraint(
            ["store_id"],
            ["store.id"],
            name=op.f("fk_store_member_store_id_store"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_store_member_user_id_user_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("store_id", "user_id", name=op.f("pk_store_member")),
    )
    op.create_index(op.f("ix_store_member_user_id"), "store_member", ["user_id"], unique=False)
    op.create_geospatial_table(
        "promo",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("promo_price", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("regular_price", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("start_time", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("end_time", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column(
            "max_distance_km",
            sa.Numeric(precision=8, scale=6),
            server_default=sa.text("2"),
            nullable=False,
        ),
        sa.Column("quantity", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("published", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "location",
            Geography(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeogFromText",
                name="geography",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("segment_ids", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("app_now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("app_now()"),
            nullable=False,
        ),
        sa.Column("deleted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("product_id"), "="),
            (sa.text("tstzrange(start_time, end_time)"), "&&"),
            where=sa.text("published"),
            using="gist",
            name="ex_promo_product_window",
        ),
        sa.CheckConstraint(
            "NOT (published AND deleted_at IS NOT NULL)", name=op.f("ck_promo_deleted_unpublished")
        ),
        sa.CheckConstraint("cardinality(segment_ids) >= 1", name=op.f("ck_promo_segments_some")),
        sa.CheckConstraint(
            "isfinite(start_time) AND isfinite(end_time)", name=op.f("ck_promo_window_finite")
        ),
        sa.CheckConstraint(
            "max_distance_km > 0 AND max_distance_km <= 50", name=op.f("ck_promo_distance_range")
        ),
        sa.CheckConstraint(
            "promo_price > 0 AND promo_price < regular_price", name=op.f("ck_promo_price_range")
        ),
        sa.CheckConstraint("quantity BETWEEN 1 AND 100000", name=op.f("ck_promo_quantity_range")),
        sa.CheckConstraint(
            "regular_price < 10000000000", name=op.f("ck_promo_regular_price_range")
        ),
        sa.CheckConstraint("start_time < end_time", name=op.f("ck_promo_window_order")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_promo_product_id_product")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promo")),
    )
    op.create_index(
        "ix_promo_distance_published",
        "promo",
        ["max_distance_km"],
        unique=False,
        postgresql_where=sa.text("published"),
    )
    op.create_index(
        "ix_promo_end_published",
        "promo",
        ["end_time"],
        unique=False,
        postgresql_where=sa.text("published"),
    )
    op.create_geospatial_index(
        "ix_promo_location_published",
        "promo",
        ["location"],
        unique=False,
        postgresql_using="gist",
        postgresql_where=sa.text("published"),
        postgresql_ops={},
    )
    op.create_index(op.f("ix_promo_product_id"), "promo", ["product_id"], unique=False)
    op.create_index(
        "ix_promo_start_published",
        "promo",
        ["start_time"],
        unique=False,
        postgresql_where=sa.text("published"),
    )
    op.create_table(
        "promo_run",
        sa.Column("promo_id", sa.BigInteger(), nullable=False),
        sa.Column("activated_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("notified_count", sa.BigInteger(), nullable=True),
        sa.Column("paused_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("sold_out_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("cancelled_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["promo_id"], ["promo.id"], name=op.f("fk_promo_run_promo_id_promo"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("promo_id", name=op.f("pk_promo_run")),
    )
    op.create_table(
        "promo_segment",
        sa.Column("promo_id", sa.BigInteger(), nullable=False),
        sa.Column("segment_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["promo_id"],
            ["promo.id"],
            name=op.f("fk_promo_segment_promo_id_promo"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segment.id"], name=op.f("fk_promo_segment_segment_id_segment")
        ),
        sa.PrimaryKeyConstraint("promo_id", "segment_id", name=op.f("pk_promo_segment")),
    )
    op.create_index(
        op.f("ix_promo_segment_segment_id"), "promo_segment", ["segment_id"], unique=False
    )
    op.create_table(
        "promo_unit",
        sa.Column("promo_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fence", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("held_by", sa.BigInteger(), nullable=True),
        sa.Column("held_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("reservation_id", sa.Uuid(), nullable=True),
        sa.Column("sold_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("closed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(held_by, held_until, reservation_id) IN (0, 3)",
            name=op.f("ck_promo_unit_hold_whole"),
        ),
        sa.CheckConstraint(
            "sold_at IS NULL OR held_by IS NOT NULL", name=op.f("ck_promo_unit_sold_to_holder")
        ),
        sa.CheckConstraint(
            "sold_at IS NULL OR sold_at < held_until", name=op.f("ck_promo_unit_sold_before_expiry")
        ),
        sa.CheckConstraint("unit_no >= 1", name=op.f("ck_promo_unit_unit_no_range")),
        sa.ForeignKeyConstraint(
            ["promo_id"],
            ["promo.id"],
            name=op.f("fk_promo_unit_promo_id_promo"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("promo_id", "unit_no", name=op.f("pk_promo_unit")),
        postgresql_with={"fillfactor": 70},
    )
    op.create_table(
        "reservation",
        sa.Column("promo_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "id",
            sa.BigInteger(),
            server_default=sa.text("nextval('reservation_id_seq')"),
            nullable=False,
        ),
        sa.Column("reservation_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_no", sa.Integer(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("price", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("completed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("released_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("release_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(released_at IS NULL) = (release_reason IS NULL)",
            name=op.f("ck_reservation_release_has_reason"),
        ),
        sa.CheckConstraint(
            "completed_at IS NULL OR completed_at < expires_at",
            name=op.f("ck_reservation_completed_before_expiry"),
        ),
        sa.CheckConstraint("created_at < expires_at", name=op.f("ck_reservation_window_order")),
        sa.CheckConstraint(
            "num_nonnulls(completed_at, released_at) <= 1", name=op.f("ck_reservation_one_outcome")
        ),
        sa.ForeignKeyConstraint(
            ["promo_id", "unit_no"],
            ["promo_unit.promo_id", "promo_unit.unit_no"],
            name=op.f("fk_reservation_promo_id_unit_no_promo_unit"),
        ),
        sa.ForeignKeyConstraint(
            ["promo_id"], ["promo.id"], name=op.f("fk_reservation_promo_id_promo")
        ),
        sa.PrimaryKeyConstraint("promo_id", "id", name=op.f("pk_reservation")),
        sa.UniqueConstraint(
            "promo_id", "reservation_id", name=op.f("uq_reservation_promo_id_reservation_id")
        ),
        sa.UniqueConstraint(
            "promo_id", "unit_no", "fence", name=op.f("uq_reservation_promo_id_unit_no_fence")
        ),
    )
    op.create_index(
        op.f("ix_reservation_client_id_created_at"),
        "reservation",
        ["client_id", "created_at"],
        unique=False,
    )
    op.create_index(op.f("ix_reservation_id"), "reservation", ["id"], unique=False)
    op.create_table(
        "purchase",
        sa.Column("promo_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_no", sa.Integer(), nullable=False),
        sa.Column("reservation_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("price", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("purchased_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("price > 0", name=op.f("ck_purchase_price_range")),
        sa.ForeignKeyConstraint(
            ["promo_id", "reservation_id"],
            ["reservation.promo_id", "reservation.reservation_id"],
            name=op.f("fk_purchase_promo_id_reservation_id_reservation"),
        ),
        sa.ForeignKeyConstraint(
            ["promo_id", "unit_no"],
            ["promo_unit.promo_id", "promo_unit.unit_no"],
            name=op.f("fk_purchase_promo_id_unit_no_promo_unit"),
        ),
        sa.PrimaryKeyConstraint("promo_id", "unit_no", name=op.f("pk_purchase")),
        sa.UniqueConstraint(
            "promo_id", "reservation_id", name=op.f("uq_purchase_promo_id_reservation_id")
        ),
    )

    op.execute("ALTER SEQUENCE sign_in_id_seq OWNED BY sign_in.id")
    op.execute("ALTER SEQUENCE reservation_id_seq OWNED BY reservation.id")
    # Nothing is ever refused for want of a week: what no weekly partition takes goes here.
    op.execute("CREATE TABLE notification_default PARTITION OF notification DEFAULT")
    op.execute("CREATE TABLE delivery_default PARTITION OF delivery DEFAULT")


def downgrade():
    op.drop_table("purchase")
    op.drop_index(op.f("ix_reservation_id"), table_name="reservation")
    op.drop_index(op.f("ix_reservation_client_id_created_at"), table_name="reservation")
    op.drop_table("reservation")
    op.drop_table("promo_unit")
    op.drop_index(op.f("ix_promo_segment_segment_id"), table_name="promo_segment")
    op.drop_table("promo_segment")
    op.drop_table("promo_run")
    op.drop_index(
        "ix_promo_start_published", table_name="promo", postgresql_where=sa.text("published")
    )
    op.drop_index(op.f("ix_promo_product_id"), table_name="promo")
    op.drop_geospatial_index(
        "ix_promo_location_published",
        table_name="promo",
        postgresql_using="gist",
        postgresql_where=sa.text("published"),
        column_name="location",
    )
    op.drop_index(
        "ix_promo_distance_published",
        table_name="promo",
        postgresql_where=sa.text("published"),
    )
    op.drop_index(
        "ix_promo_end_published", table_name="promo", postgresql_where=sa.text("published")
    )
    op.drop_geospatial_table("promo")
    op.drop_index(op.f("ix_store_member_user_id"), table_name="store_member")
    op.drop_table("store_member")
    op.drop_index(op.f("ix_sign_in_user_id"), table_name="sign_in")
    op.drop_index(op.f("ix_sign_in_client_id"), table_name="sign_in")
    op.drop_table("sign_in")
    op.drop_index(op.f("ix_product_store_id"), table_name="product")
    op.drop_table("product")
    op.drop_index(op.f("ix_auth_token_username"), table_name="auth_token")
    op.drop_index(op.f("ix_auth_token_expires_at"), table_name="auth_token")
    op.drop_table("auth_token")
    op.drop_table("user_account")
    op.drop_geospatial_table("store")
    op.drop_index(
        "uq_segment_name_not_deleted",
        table_name="segment",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_table("segment")
    op.drop_index("ix_notification_created_at", table_name="notification", postgresql_using="brin")
    op.drop_table("notification")
    op.drop_index(
        "ix_delivery_pending", table_name="delivery", postgresql_where=sa.text("state = 'pending'")
    )
    op.drop_table("delivery")
    op.drop_index(op.f("ix_client_external_client_id"), table_name="client_external")
    op.drop_table("client_external")
    op.drop_geospatial_index(
        "ix_client_location", table_name="client", postgresql_using="gist", column_name="location"
    )
    op.drop_geospatial_table("client")
    op.execute("DROP FUNCTION app_now()")
