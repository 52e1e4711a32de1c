"""E-mail: one mail for each client that has an address, over a few lines to the mail server.

A mail cannot be taken back, and nobody who receives it looks at a key. So nothing is begun that the
lease might not outlive: what a slow server has no time for is tried again, and was not sent. After
a crash a mail may come twice, under one Message-ID.
"""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from typing import Final

from flashpromo import config
from flashpromo.audience import opting_out
from flashpromo.config import Settings
from flashpromo.db import app_now
from flashpromo.languages import Language
from flashpromo.letters import mails
from flashpromo.letters.addresses import is_address
from flashpromo.letters.transport import Line
from flashpromo.notify.channels.protocol import SENT, Message, Offer, Outcome

NO_ADDRESS: Final = Outcome("no_address", skipped=True)
NO_TIME: Final = Outcome("no_time_left")


class EmailChannel:
    """Writes the mails of a batch, then sends them side by side."""

    name = "email"

    def send(self, offer: Offer, messages: Sequence[Message]) -> Sequence[Outcome]:
        """Send every message whose client has an address; the others are skipped."""
        settings = config.current()
        deadline = (
            time.monotonic() + settings.delivery_lease_seconds - settings.smtp_timeout_seconds
        )
        written = {each: _mail(offer, each) for each in messages if is_address(each.email or "")}
        keys, lines = list(written), settings.smtp_connections
        shares = [keys[start::lines] for start in range(min(lines, len(keys)))]

        def post(share: Sequence[Message]) -> Mapping[Message, Outcome]:
            with Line(settings) as line:
                return {each: _hand_over(line, each, written[each], deadline) for each in share}

        outcomes: dict[Message, Outcome] = {}
        with ThreadPoolExecutor(lines) as threads:
            for done in threads.map(post, shares):
                outcomes |= done
        return [outcomes.get(each, NO_ADDRESS) for each in messages]


def check(settings: Settings) -> None:
    """Refuse settings with which no mail could ever be sent; raises `ValueError`."""
    if not settings.sends_mail:
        raise ValueError("FLASHPROMO_SMTP_HOST must be set where email is a channel")
    if settings.smtp_timeout_seconds * 2 > settings.delivery_lease_seconds:
        raise ValueError("FLASHPROMO_SMTP_TIMEOUT_SECONDS must fit twice into the delivery's lease")


def _hand_over(line: Line, message: Message, mail: EmailMessage, deadline: float) -> Outcome:
    if time.monotonic() > deadline:
        return NO_TIME
    refused = line.send(mail, f"promo-{message.idempotency_key}")
    return Outcome(refused.reason, permanent=refused.permanent) if refused else SENT


def _mail(offer: Offer, message: Message) -> EmailMessage:
    settings = config.current()
    opt_out = f"{settings.public_url}/opt-out/{opting_out.token(message.client_id)}/"
    written = mails.write(
        "promo",
        message.email or "",
        message.idempotency_key,
        Language(settings.marketplace_language),
        app_now(),
        offer=offer,
        metres=round(message.distance_m),
        opt_out=opt_out,
    )
    written["List-Unsubscribe"] = f"<{opt_out}>"
    written["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return written
