"""A job as it is written in Redis, read as plain bytes: looked at, never believed, nothing run.

RQ would build objects of what it finds there. Whoever looks at a queue must not: whatever was
planted is told by its bytes, cut short, and is never more than a foreign entry in a list.
"""

import json
import zlib
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import blake2b
from typing import Any, Final

from flashpromo.queueing.names import QUEUE_OF

FIELDS: Final = (b"data", b"enqueued_at", b"created_at", b"started_at")
LONGEST_FIELD: Final = 10_000
"""Bytes that are read of one field; a job of ours has less than a hundred."""

LONGEST_TRACEBACK: Final = 100_000
LONGEST_SHOWN: Final = 120
LARGEST_ID: Final = 2**63 - 1


class Standing(StrEnum):
    """What an entry of a list turned out to be."""

    OURS = "ours"
    FOREIGN = "foreign"
    UNREADABLE = "unreadable"
    LOST = "lost"


@dataclass(frozen=True)
class Jotting:
    """One entry of one of RQ's lists.

    `name` and `ids` are those of a job on our list, and empty for anything else; `at` is when it
    came into the queue, or came to be. `handle` finds the entry again without showing its id.
    """

    raw_id: bytes
    standing: Standing
    name: str = ""
    ids: tuple[int, ...] = ()
    at: datetime | None = None
    error: str = ""

    @property
    def handle(self) -> str:
        """The entry in an address: of a fixed form, whatever bytes its id has."""
        return handle(self.raw_id)

    @property
    def shown_id(self) -> str:
        """Its id, as far as it can be shown."""
        return shown(self.raw_id)

    @property
    def last_line(self) -> str:
        """What the error came to."""
        lines = self.error.strip().splitlines()
        return lines[-1][: LONGEST_SHOWN * 2] if lines else ""


def handle(raw_id: bytes) -> str:
    """32 hexadecimal digits."""
    return blake2b(raw_id, digest_size=16).hexdigest()


def read(raw_id: bytes, fields: Mapping[bytes, bytes | None] | None, error: str = "") -> Jotting:
    """What is written of a job; `fields` is None for what is no job's hash."""
    if fields is None:
        return Jotting(raw_id, Standing.UNREADABLE, error=error)
    data = fields.get(b"data")
    if data is None:
        return Jotting(raw_id, Standing.LOST, error=error)
    at = moment(fields.get(b"enqueued_at")) or moment(fields.get(b"created_at"))
    try:
        name, instance, args, options = json.loads(inflated(data, LONGEST_FIELD))
    except (ValueError, TypeError, zlib.error, RecursionError):
        return Jotting(raw_id, Standing.UNREADABLE, at=at, error=error)
    if not _is_ours(name, instance, args, options):
        return Jotting(raw_id, Standing.FOREIGN, at=at, error=error)
    return Jotting(raw_id, Standing.OURS, name, tuple(args), at, error)


def traceback(written: bytes | None) -> str:
    """RQ's note of an exception: compressed, and in base64; empty for what cannot be read."""
    if not written:
        return ""
    try:
        return inflated(b64decode(written), LONGEST_TRACEBACK).decode(errors="replace")
    except (ValueError, zlib.error):
        return ""


def inflated(data: bytes, most: int) -> bytes:
    """What was compressed, up to `most` bytes: a small thing may hold a very large one.

    Raises:
        zlib.error: it was not compressed.
    """
    return zlib.decompressobj().decompress(data, most)


def moment(written: bytes | None) -> datetime | None:
    """RQ's way of writing a time; None for what is none."""
    try:
        read = datetime.fromisoformat((written or b"").decode())
    except ValueError:
        return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def shown(raw: bytes) -> str:
    """Bytes of whoever, as a short line of printable signs."""
    text = raw[: LONGEST_SHOWN + 1].decode(errors="replace")
    line = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
    return line if len(line) <= LONGEST_SHOWN else f"{line[:LONGEST_SHOWN]}…"


def _is_ours(name: Any, instance: Any, args: Any, options: Any) -> bool:
    return (
        isinstance(name, str)
        and name in QUEUE_OF
        and instance is None
        and options == {}
        and isinstance(args, list)
        and all(type(each) is int and 0 < each <= LARGEST_ID for each in args)
    )
