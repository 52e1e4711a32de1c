"""The in-app inbox: the notification row itself is the message, there as soon as it is committed.

What remains to be done is to wake the listeners, who then read their own rows.
"""

import json
from collections.abc import Sequence

from redis import Redis

from flashpromo.guarded_redis import PREFIX
from flashpromo.queueing.bell import on_redis


def live_topic(redis: Redis) -> str:
    """The topic of our own Redis database: publishing by itself reaches the listeners of all."""
    return f"{PREFIX}live:{redis.get_connection_kwargs().get('db', 0)}"


class InboxChannel:
    """Publishes one event for each wave to whoever listens."""

    name = "inbox"

    def announce(self, promo_ids: Sequence[int]) -> None:
        """Nothing is lost with a listener or with Redis: the rows are there to be read."""
        event = json.dumps({"event": "activated", "promo_ids": list(promo_ids)})
        on_redis(lambda redis: redis.publish(live_topic(redis), event))
