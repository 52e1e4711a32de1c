"""The log channel: one line for each message, for development.

How far away the client is, which it would read, is left out: whoever reads a log must not learn
where clients are.
"""

import logging
from collections.abc import Sequence

from flashpromo.notify.channels.protocol import SENT, Message, Offer, Outcome

log = logging.getLogger(__name__)


class LogChannel:
    """Writes what a client would read into the worker's log."""

    name = "log"

    def send(self, offer: Offer, messages: Sequence[Message]) -> Sequence[Outcome]:
        """Never fails."""
        for message in messages:
            log.info(
                "client %s: %s of %s at %s instead of %s, until %s [%s]",
                message.client_id,
                offer.product_name,
                offer.store_name,
                offer.promo_price,
                offer.regular_price,
                offer.end_time.isoformat(),
                message.idempotency_key,
                extra={"promo_id": offer.promo_id, "channel": self.name},
            )
        return [SENT] * len(messages)
