"""Staff accounts, sign-in names of everybody, and bearer tokens.

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


class User(Base):
    """A staff account: an operator, or a merchant's member. Never a client."""

    __tablename__ = "user_account"
    __table_args__ = ({"info": REFERENCE},)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    is_operator: Mapped[bool] = mapped_column(server_default=text("false"))
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))
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
