"""How what somebody holds ends: its row goes, this process forgets it, and a key's end is told."""

from sqlalchemy import ColumnElement, delete

from flashpromo import audit, db
from flashpromo.accounts.believed import forget_after_commit
from flashpromo.accounts.models import AuthToken
from flashpromo.accounts.principal import TokenKind

TOLD = (AuthToken.token_hash, AuthToken.id, AuthToken.kind, AuthToken.username, AuthToken.name)


def end(which: ColumnElement[bool]) -> bool:
    """End tokens, sessions and keys; whether there were any. Other processes know in a second."""
    gone = db.session().execute(delete(AuthToken).where(which).returning(*TOLD)).all()
    forget_after_commit(row.token_hash for row in gone)
    for row in gone:
        if row.kind == TokenKind.KEY:
            told = {"username": row.username, "name": row.name}
            audit.record("key.revoked", "key", row.id, before=told)
    return bool(gone)
