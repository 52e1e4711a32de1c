"""The signed webhook: tells the marketplace's own system whom to ring, and of what.

By the Standard Webhooks specification (https://www.standardwebhooks.com): an id, a time, an HMAC
over both and the body, several secrets side by side while one is being replaced. One request
carries many clients, so that a far endpoint is about as quick as a near one. An answer of 2xx takes
all of them; 410 is final; after any other, or none, they are sent again until the promo ends.
"""

import hashlib
import json
import logging
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Final

import urllib3
from standardwebhooks import Webhook

from flashpromo import config
from flashpromo.config import Settings
from flashpromo.db import app_now
from flashpromo.notify.channels.protocol import SENT, Message, Offer, Outcome

log = logging.getLogger(__name__)

NOTIFIED: Final = "promo.notified"
PING: Final = "ping"
GONE: Final = 410
KEPT_CONNECTIONS: Final = 16


class WebhookChannel:
    """Posts the messages of a batch side by side, over connections that stay open."""

    name = "webhook"

    def __init__(self) -> None:
        self._pool = urllib3.PoolManager(maxsize=KEPT_CONNECTIONS, retries=False)
        # A connection that two processes write to is of no use to either.
        os.register_at_fork(after_in_child=self._pool.clear)

    def send(self, offer: Offer, messages: Sequence[Message]) -> Sequence[Outcome]:
        """Post every message; all of one request share its outcome."""
        settings, now = config.current(), app_now()
        size = settings.webhook_messages
        parts = [messages[start : start + size] for start in range(0, len(messages), size)]

        def post(part: Sequence[Message]) -> Outcome:
            return self._post(settings, NOTIFIED, _id(part), _told(offer, part), now)

        with ThreadPoolExecutor(settings.webhook_connections) as threads:
            outcomes = threads.map(post, parts)
            return [outcome for part, outcome in zip(parts, outcomes, strict=True) for _ in part]

    def ping(self) -> Outcome:
        """Post an event about nobody, to see whether the other side understands."""
        now = app_now()
        return self._post(config.current(), PING, f"msg_ping_{now.timestamp():.0f}", {}, now)

    def _post(
        self, settings: Settings, kind: str, message_id: str, data: Mapping[str, Any], now: datetime
    ) -> Outcome:
        """One request; neither a redirect nor another try is followed here."""
        at = now.astimezone(UTC)
        body = json.dumps({"type": kind, "timestamp": at.isoformat(), "data": data})
        try:
            answer = self._pool.request(
                "POST",
                settings.webhook_url,
                body=body.encode(),
                headers=_headers(settings, message_id, at, body),
                timeout=settings.webhook_timeout_seconds,
                redirect=False,
            )
        except urllib3.exceptions.HTTPError as error:
            log.warning("the webhook does not answer: %s", type(error).__name__)
            return Outcome(f"webhook_{type(error).__name__}")
        if 200 <= answer.status < 300:
            return SENT
        log.warning("the webhook answers %s", answer.status)
        return Outcome(f"webhook_status_{answer.status}", permanent=answer.status == GONE)


def _headers(settings: Settings, message_id: str, at: datetime, body: str) -> dict[str, str]:
    signatures = (Webhook(secret).sign(message_id, at, body) for secret in settings.webhook_secrets)
    return {
        "Content-Type": "application/json",
        "User-Agent": "flash-promos",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _id(messages: Sequence[Message]) -> str:
    """The same messages again have the same id, whenever they are sent."""
    keys = ",".join(message.idempotency_key for message in messages)
    return f"msg_{hashlib.sha256(keys.encode()).hexdigest()[:32]}"


def _told(offer: Offer, messages: Sequence[Message]) -> dict[str, Any]:
    return {
        "promo": {
            "id": offer.promo_id,
            "product": offer.product_name,
            "store": offer.store_name,
            "promo_price": str(offer.promo_price),
            "regular_price": str(offer.regular_price),
            "currency": offer.currency,
            "end_time": offer.end_time.astimezone(UTC).isoformat(),
        },
        "messages": [
            {
                "key": message.idempotency_key,
                "client_id": message.client_id,
                "external_id": message.external_id,
                "local_day": message.local_day.isoformat(),
                "distance_m": round(message.distance_m),
                "attempt": message.attempt,
            }
            for message in messages
        ],
    }
