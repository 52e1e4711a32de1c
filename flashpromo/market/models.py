"""Stores, products with their pictures, and members: small tables that everybody joins.

Latitude and longitude are the truth and are checked; the point is derived from them by the
database, because PostGIS silently turns longitude 200 into -160. Deleting keeps the row
(`deleted_at`): what was sold there still has to name it.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from geoalchemy2 import Geography
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column, relationship

from flashpromo.db import REFERENCE, Base

POINT_SQL = "(st_setsrid(st_makepoint(longitude, latitude), 4326))::geography"
LATITUDE_CHECK = "latitude >= -90 AND latitude <= 90"
LONGITUDE_CHECK = "longitude >= -180 AND longitude <= 180"
MAX_PRICE = Decimal("9999999999.99")
MAX_IMAGE_BYTES = 1024 * 1024
MAX_THUMBNAIL_BYTES = 64 * 1024
MAX_IMAGE_PIXELS = 4096
MAX_IMPORT_BYTES = 8 * 1024 * 1024


class Store(Base):
    """A place that sells; its zone is the one in which its merchants read times."""

    __tablename__ = "store"
    __table_args__ = (
        CheckConstraint(LATITUDE_CHECK, name="latitude_range"),
        CheckConstraint(LONGITUDE_CHECK, name="longitude_range"),
        CheckConstraint("length(name) BETWEEN 1 AND 200", name="name_length"),
        CheckConstraint(
            "timezone(time_zone, timestamptz '2000-01-01 00:00:00+00') IS NOT NULL",
            name="time_zone_known",
        ),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_form"),
        {"info": REFERENCE},
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    latitude: Mapped[float] = mapped_column(Double)
    longitude: Mapped[float] = mapped_column(Double)
    location: Mapped[Any] = mapped_column(
        Geography("POINT", 4326, spatial_index=False, nullable=False),
        Computed(POINT_SQL, persisted=True),
        deferred=True,
    )
    time_zone: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text, server_default=text("'USD'"))
    created_at: Mapped[datetime] = mapped_column(
        TIMESTAMP(timezone=True), server_default=text("app_now()")
    )
    updated_at: Mapped[datetime] = mapped_column(
        TIMESTAMP(timezone=True), server_default=text("app_now()")
    )
    deleted_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class Product(Base):
    """Something a store sells at a regular price; `external_id` is the store's own name for it.

    `image_digest` names its picture, in hexadecimal digits: see `ProductImage`.
    """

    __tablename__ = "product"
    __table_args__ = (
        # NaN is larger than every number: the upper bound keeps it out.
        CheckConstraint(
            f"regular_price > 0 AND regular_price <= {MAX_PRICE}", name="regular_price_range"
        ),
        CheckConstraint("length(name) BETWEEN 1 AND 200", name="name_length"),
        CheckConstraint("length(external_id) BETWEEN 1 AND 200", name="external_id_length"),
        CheckConstraint("image_digest ~ '^[0-9a-f]{64}$'", name="image_digest_form"),
        Index(None, "store_id"),
        # A store's list by name, a page at a time, and how many there are.
        Index(
            "ix_product_store_id_name_not_deleted",
            "store_id",
            "name",
            "id",
            postgresql_where=text("deleted_at IS NULL"),
        ),
        Index(
            "uq_product_store_id_external_id_not_deleted",
            "store_id",
            "external_id",
            unique=True,
            postgresql_where=text("deleted_at IS NULL"),
        ),
        {"info": REFERENCE},
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"))
    external_id: Mapped[str | None] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    regular_price: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    image_digest: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(
        TIMESTAMP(timezone=True), server_default=text("app_now()")
    )
    updated_at: Mapped[datetime] = mapped_column(
        TIMESTAMP(timezone=True), server_default=text("app_now()")
    )
    deleted_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))

    store: Mapped[Store] = relationship(lazy="joined", innerjoin=True)


class ProductImage(Base):
    """The picture of a product, as it is sent to browsers; `digest` is the SHA-256 of its bytes.

    `thumbnail` is the same one, small, for lists.
    Kept in the database, not in a folder: every process and every backup has it.
    """

    __tablename__ = "product_image"
    __table_args__ = (
        CheckConstraint(
            "media_type IN ('image/jpeg', 'image/png', 'image/webp')", name="media_type_known"
        ),
        CheckConstraint(
            f"width BETWEEN 1 AND {MAX_IMAGE_PIXELS} AND height BETWEEN 1 AND {MAX_IMAGE_PIXELS}",
            name="pixels_range",
        ),
        CheckConstraint("octet_length(digest) = 32", name="digest_length"),
        CheckConstraint(
            f"octet_length(content) BETWEEN 1 AND {MAX_IMAGE_BYTES}", name="content_length"
        ),
        CheckConstraint(
            f"octet_length(thumbnail) BETWEEN 1 AND {MAX_THUMBNAIL_BYTES}",
            name="thumbnail_length",
        ),
        {"info": REFERENCE},
    )

    product_id: Mapped[int] = mapped_column(
        ForeignKey("product.id", ondelete="CASCADE"), primary_key=True
    )
    media_type: Mapped[str] = mapped_column(Text)
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    thumbnail: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    updated_at: Mapped[datetime] = mapped_column(
        TIMESTAMP(timezone=True), server_default=text("app_now()")
    )


class ProductImport(Base):
    """A file of products between its preview and the word of the person who has sent it.

    The file itself is kept, not what it was read as: what it would change is found out anew each
    time that it is shown, and when it is confirmed. It goes when it is confirmed, or grows old.
    """

    __tablename__ = "product_import"
    __table_args__ = (
        CheckConstraint(
            f"octet_length(content) BETWEEN 1 AND {MAX_IMPORT_BYTES}", name="content_length"
        ),
        Index(None, "user_id"),
        Index(None, "created_at"),
        {"info": REFERENCE},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    store_id: Mapped[int] = mapped_column(ForeignKey("store.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(Text)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime] = mapped_column(
        TIMESTAMP(timezone=True), server_default=text("app_now()")
    )


class Member(Base):
    """A user who may act for a store, as its owner or its staff."""

    __tablename__ = "store_member"
    __table_args__ = (
        CheckConstraint("role IN ('owner', 'staff')", name="role_known"),
        Index(None, "user_id"),
        {"info": REFERENCE},
    )

    store_id: Mapped[int] = mapped_column(
        ForeignKey("store.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True
    )
    role: Mapped[str] = mapped_column(Text)
