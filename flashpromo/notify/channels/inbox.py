"""The in-app inbox: the notification row itself is the message, there as soon as it is committed.

What remains to be done is to wake the listeners, who then read their own rows.
"""

from collections.abc import Sequence

from flashpromo.news import topic
from flashpromo.queueing.bell import on_redis


class InboxChannel:
    """Publishes one event for each wave to whoever listens."""

    name = "inbox"

    def announce(self, promo_ids: Sequence[int]) -> None:
        """Nothing is lost with a listener or with Redis: the rows are there to be read."""
        event = topic.activated(promo_ids)
        on_redis(lambda redis: redis.publish(topic.topic_of(redis), event))
