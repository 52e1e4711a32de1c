"""How often a promo was tried while all of its units were held: refusals, not people.

Most of those who lose a race are refused by a hint in Redis without a look into the database, so
they are counted in Redis too, by one command: a hash with a number for each promo. The scheduler
gives the hash an *epoch*, a random name for this life of it, and writes the highest number that it
has seen of each epoch into `promo_tries`; to write it again changes nothing, and a flushed Redis
begins a new epoch instead of counting down. What Redis counted since the last round is lost when it
is flushed, and with Redis away nothing is counted.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast
from uuid import UUID, uuid4

from redis import Redis
from redis.exceptions import ResponseError
from sqlalchemy import BigInteger, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from flashpromo import cache
from flashpromo.db import session
from flashpromo.guarded_redis import PREFIX

log = logging.getLogger(__name__)

KEY: Final = f"{PREFIX}tries"
EPOCH: Final = b"epoch"
LARGEST: Final = 2**63 - 1

IDS = bindparam("promo_ids", type_=ARRAY(BigInteger))
KEEP = text("""
INSERT INTO promo_tries (promo_id, epoch, tried)
SELECT promo.id, :epoch, seen.tried
FROM unnest(:promo_ids, :tried) AS seen (promo_id, tried) JOIN promo ON promo.id = seen.promo_id
ORDER BY promo.id
ON CONFLICT (promo_id, epoch) DO UPDATE SET tried = excluded.tried
WHERE promo_tries.tried < excluded.tried
""").bindparams(IDS, bindparam("tried", type_=ARRAY(BigInteger)))
# A promo that is over stays so, and nobody is refused any more because all of it is held.
LONG_OVER = text("""
SELECT seen.promo_id FROM unnest(:promo_ids) AS seen (promo_id)
LEFT JOIN promo ON promo.id = seen.promo_id
LEFT JOIN promo_run AS run ON run.promo_id = promo.id
WHERE promo.id IS NULL
  OR least(promo.deleted_at, run.ended_at, run.sold_out_at, run.cancelled_at)
     < app_now() - interval '1 hour'
""").bindparams(IDS)
TRIED = text("SELECT coalesce(sum(tried), 0) FROM promo_tries WHERE promo_id = :promo_id")


@dataclass(frozen=True)
class Seen:
    """What stands in Redis: the epoch, and the tries of each promo in it."""

    epoch: UUID
    tried: Mapping[int, int]


def note(promo_id: int) -> None:
    """Count a refusal; nothing with Redis away."""
    cache.current().ask(lambda redis: _increment(redis, promo_id))


def look(redis: Redis) -> Seen | None:
    """What Redis has counted; None when it has counted nothing.

    What makes no sense there is thrown away and counted anew.

    Raises:
        RedisError: Redis is away.
    """
    try:
        stored = cast(dict[bytes, bytes], redis.hgetall(KEY))
        if not stored:
            return None
        if EPOCH not in stored:
            redis.hsetnx(KEY, EPOCH, str(uuid4()))
            stored = cast(dict[bytes, bytes], redis.hgetall(KEY))
        epoch = UUID(stored.pop(EPOCH, b"").decode())
    except (ResponseError, ValueError) as error:
        log.warning("the tries in Redis cannot be read and are counted anew: %s", error)
        redis.delete(KEY)
        return None
    return Seen(epoch, {int(key): int(value) for key, value in stored.items() if _is(key, value)})


def keep(seen: Seen) -> list[int]:
    """Write what was seen into the database.

    Returns:
        The promos that are long over, for `forget` once this is committed.
    """
    values = {"promo_ids": list(seen.tried), "tried": list(seen.tried.values())}
    session().execute(KEEP, values | {"epoch": seen.epoch})
    return list(session().scalars(LONG_OVER, {"promo_ids": list(seen.tried)}))


def forget(redis: Redis, promo_ids: list[int]) -> None:
    """Drop the numbers of promos that are long over; raises `RedisError` when Redis is away."""
    if promo_ids:
        redis.hdel(KEY, *map(str, promo_ids))


def tried(promo_id: int) -> int:
    """How often the promo was tried while all of it was held, up to the last round."""
    count: int = session().execute(TRIED, {"promo_id": promo_id}).scalar_one()
    return int(count)


def _increment(redis: Redis, promo_id: int) -> None:
    try:
        redis.hincrby(KEY, str(promo_id))
    except ResponseError as error:  # it is there, and refuses: no reason to do without its hints
        log.warning("Redis does not count the tries: %s", error)


def _is(key: bytes, value: bytes) -> bool:
    """An id and its number, rather than something that was planted."""
    return all(
        each.isdigit() and len(each) <= len(str(LARGEST)) and int(each) <= LARGEST
        for each in (key, value)
    )
