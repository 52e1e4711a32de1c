"""Staff accounts, sign-in names of everybody, bearer tokens, and links that are good once.

A sign-in name is unique over staff and clients alike because both stand in one table, keyed by the
name. Clients are many and are sharded elsewhere by their id, so nothing here points at them by a
foreign key: the name carries the client's id as a plain value.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from flashpromo.db import REFERENCE, Base, distributed_by

USERNAME_PATTERN = "^[A-Za-z0-9._-]{1,150}$"
LANGUAGE_PATTERN = "^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$"
"""Like BCP 47, as far as anybody will ever translate for."""


class User(Base):
    """A staff account: an operator, or a merchant's member. Never a client.

    `language` is the one that the person has chosen, such as `es` or `pt-BR`; None has chosen none.
    """

    __tablename__ = "user_account"
    __table_args__ = (
        CheckConstraint(f"language ~ '{LANGUAGE_PATTERN}'", name="language_form"),
        {"info": REFERENCE},
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    is_operator: Mapped[bool] = mapped_column(server_default=text("false"))
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))
    language: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(
        TIMESTAMP(timezone=True), server_default=text("app_now()")
    )


class SignIn(Base):
    """A name and a password, for exactly one user or one client."""

    __tablename__ = "sign_in"
    __table_args__ = (
        CheckConstraint(f"username ~ '{USERNAME_PATTERN}'", name="username_form"),
        CheckConstraint("num_nonnulls(user_id, client_id) = 1", name="one_owner"),
        Index(None, "user_id"),
        Index(None, "client_id"),
        # Whoever has forgotten a password may know the address alone, in whatever case.
        Index(
            "ix_sign_in_email_lower",
            text("lower(email)"),
            postgresql_where=text("email <> ''"),
        ),
        {"info": distributed_by("username")},
    )

    username: Mapped[str] = mapped_column(Text, primary_key=True)
    id: Mapped[int] = mapped_column(
        BigInteger, server_default=text("nextval('sign_in_id_seq')"), nullable=False
    )
    email: Mapped[str] = mapped_column(Text, server_default=text("''"))
    password_hash: Mapped[str] = mapped_column(Text)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    client_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(
        TIMESTAMP(timezone=True), server_default=text("app_now()")
    )


class AuthToken(Base):
    """Something that stands for its owner, kept only as its SHA-256.

    A *token* is issued for name and password, a *session* is the one behind a browser's cookie, a
    *key* is made for a program. `scopes` narrows what it may be used for; None narrows nothing. The
    owner sees and revokes them by `id`. Only keys may be without an end.
    """

    __tablename__ = "auth_token"
    __table_args__ = (
        CheckConstraint("kind IN ('token', 'session', 'key')", name="kind_known"),
        CheckConstraint("kind = 'key' OR expires_at IS NOT NULL", name="expires"),
        CheckConstraint("length(name) <= 100", name="name_length"),
        Index(None, "id"),
        Index(None, "username"),
        Index(None, "expires_at"),
        {"info": distributed_by("token_hash")},
    )

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    id: Mapped[UUID] = mapped_column(server_default=text("gen_random_uuid()"))
    kind: Mapped[str] = mapped_column(Text, server_default=text("'token'"))
    name: Mapped[str] = mapped_column(Text, server_default=text("''"))
    scopes: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    username: Mapped[str] = mapped_column(Text)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    client_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(
        TIMESTAMP(timezone=True), server_default=text("app_now()")
    )
    created_from: Mapped[str] = mapped_column(Text, server_default=text("''"))
    last_used_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    expires_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class OneTimeLink(Base):
    """What a link in a letter stands for, kept only as the SHA-256 of its token.

    One for a *password* lets the owner of a user name choose a new one; an *invitation* lets
    whoever reads the letter become a member of a store. The store is a plain value, for accounts
    know no stores: whoever takes the link up looks for it.
    """

    __tablename__ = "one_time_link"
    __table_args__ = (
        CheckConstraint("purpose IN ('password', 'invitation')", name="purpose_known"),
        CheckConstraint(
            "purpose <> 'password' OR (username IS NOT NULL AND num_nonnulls(store_id, role) = 0)",
            name="fits_password",
        ),
        CheckConstraint(
            "purpose <> 'invitation' OR (username IS NULL AND num_nonnulls(store_id, role) = 2)",
            name="fits_invitation",
        ),
        CheckConstraint("role IN ('owner', 'staff')", name="role_known"),
        CheckConstraint("length(email) BETWEEN 3 AND 254", name="email_length"),
        CheckConstraint("expires_at > created_at", name="window_order"),
        CheckConstraint("used_at < expires_at", name="used_before_expiry"),
        Index(None, "username"),
        Index(None, "store_id"),
        Index(None, "expires_at"),
        {"info": distributed_by("token_hash")},
    )

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    purpose: Mapped[str] = mapped_column(Text)
    username: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    store_id: Mapped[int | None] = mapped_column(BigInteger)
    role: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE")
    )
    created_at: Mapped[datetime] = mapped_column(
        TIMESTAMP(timezone=True), server_default=text("app_now()")
    )
    expires_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
