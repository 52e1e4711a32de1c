"""Clients who have signed in: a token each, of which only the hash is written, as always."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text

from bench.town.copying import Row, copy
from flashpromo.accounts import tokens
from flashpromo.db import app_now, session

COLUMNS: Final = (
    *("token_hash", "username", "client_id", "created_at", "last_used_at"),
    "expires_at",
)
FORGET: Final = text("DELETE FROM auth_token WHERE username LIKE 'bench-shopper-%'")
JUST_USED: Final = text("""
UPDATE auth_token SET last_used_at = app_now() WHERE username LIKE 'bench-shopper-%'
""")


def token_of(client_id: int) -> str:
    """What the client sends."""
    return f"token-of-bench-shopper-{client_id}"


def sign_in(client_ids: Collection[int]) -> None:
    """Give each of these clients its token, in the open transaction; all others lose theirs."""
    session().execute(FORGET)
    copy("auth_token", COLUMNS, _tokens(client_ids, app_now()))


def just_used() -> None:
    """Nobody's use is due to be noted for a minute: that is one write a minute for each client."""
    session().execute(JUST_USED)


def _tokens(client_ids: Collection[int], now: datetime) -> Iterator[Row]:
    for client_id in sorted(set(client_ids)):
        digest = rf"\\x{tokens.hash_of(token_of(client_id)).hex()}"
        yield digest, f"bench-shopper-{client_id}", client_id, now, now, now + timedelta(days=1)
