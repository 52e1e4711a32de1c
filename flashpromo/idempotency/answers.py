"""One answer for each key of each owner.

Whoever gets the lock of a key either finds the answer that was given, or is the one who gives it.
The lock is let go by the end of the transaction that carries out the request, and the answer is
looked for in a statement of its own: read together with the lock, it would miss the one of a rival
that has just committed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from flashpromo import config
from flashpromo.db import session
from flashpromo.errors import Conflict, DomainError
from flashpromo.idempotency.models import KeptAnswer

RETRY_SECONDS: Final = 1
LOCK = text("SELECT pg_try_advisory_xact_lock(:lock) AS got, app_now() AS now")
FORGET = text("""
DELETE FROM kept_answer WHERE (owner, key) IN (
    SELECT owner, key FROM kept_answer WHERE created_at <= :before
    ORDER BY created_at LIMIT :most)
""")


class InFlight(Conflict):
    """Another request with this key is being carried out at this moment."""

    code = "idempotency_in_flight"
    title = "A request with this key is still being carried out."

    @property
    def headers(self) -> Mapping[str, str]:
        """RFC 9110: seconds until another try makes sense."""
        return {"Retry-After": str(RETRY_SECONDS)}


class KeyReused(DomainError):
    """The key belongs to a request that was not the same."""

    status = 422
    code = "idempotency_key_reused"
    title = "This key was used for another request."


@dataclass(frozen=True)
class Claim:
    """The right to give the answer to one key, until the open transaction ends."""

    owner: str
    key: str
    request_digest: bytes
    now: datetime


def claim(owner: str, key: str, request_digest: bytes) -> Claim | KeptAnswer:
    """The answer that was given to this request, or the right to give it.

    Args:
        owner: whose key it is: `client:<id>` or `user:<id>`.
        key: 1 to 255 characters.
        request_digest: equal for equal requests.

    Raises:
        InFlight: another request has the right just now.
        KeyReused: the answer belongs to another request.
    """
    locked = session().execute(LOCK, {"lock": _lock_number(owner, key)}).one()
    if not locked.got:
        raise InFlight
    kept = session().scalar(
        select(KeptAnswer).where(
            KeptAnswer.owner == owner,
            KeptAnswer.key == key,
            KeptAnswer.created_at > _before(locked.now),
        )
    )
    if kept is None:
        return Claim(owner, key, request_digest, locked.now)
    if kept.request_digest != request_digest:
        raise KeyReused
    return kept


def keep(claimed: Claim, *, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Keep the answer, to be committed together with what it tells of."""
    answer = {
        "request_digest": claimed.request_digest,
        "status": status,
        "headers": dict(headers),
        "body": body,
        "created_at": claimed.now,
    }
    row = insert(KeptAnswer).values(owner=claimed.owner, key=claimed.key, **answer)
    # Only one that is too old to be believed can still be there.
    session().execute(row.on_conflict_do_update(index_elements=["owner", "key"], set_=answer))


def forget_old(now: datetime, *, most: int) -> int:
    """Delete at most so many answers that nobody is given any more; how many were."""
    values = {"before": _before(now), "most": most}
    forgotten: int = session().execute(FORGET, values).rowcount  # type: ignore[attr-defined]
    return forgotten


def _before(now: datetime) -> datetime:
    return now - timedelta(hours=config.current().idempotency_hours)


def _lock_number(owner: str, key: str) -> int:
    """64 bits that stand for this key; two keys that share them only wait for each other."""
    digest = sha256(f"{owner}\n{key}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
