"""The entry points of RQ: an id in, one transaction, one call. No rule lives here."""

import itertools
import logging
import time
from collections.abc import Callable, Mapping

from flashpromo import campaign, config
from flashpromo.barriers import barrier
from flashpromo.db import transaction
from flashpromo.notify import delivery
from flashpromo.notify.channels import registry
from flashpromo.notify.channels.protocol import Channel, Outcome
from flashpromo.promos import queries
from flashpromo.queueing import timetable
from flashpromo.queueing.names import ACTIVATE, DELIVER, WITHDRAW

log = logging.getLogger(__name__)

LONGEST_WAIT_SECONDS = 2.0


def activate(promo_id: int) -> None:
    """Activate what is due; a bell that came early waits for the start, or is set anew."""
    with transaction():
        early_seconds = campaign.seconds_to_start(promo_id)
    if early_seconds > LONGEST_WAIT_SECONDS:
        with transaction():
            promo = queries.lock(promo_id)
            timetable.schedule(promo.start_time, ACTIVATE, promo_id)
        return
    time.sleep(early_seconds)
    with transaction(timeout_seconds=config.current().wave_timeout_seconds):
        wave = campaign.activate_due()
    for activated, notified in wave.notified.items():
        log.info("promo %s activated, %s clients notified", activated, notified)


def withdraw(_promo_id: int) -> None:
    """Free the windows of what is over."""
    with transaction(timeout_seconds=config.current().statement_timeout_seconds):
        campaign.withdraw_finished()


def deliver(promo_id: int, batches: int | None = None) -> None:
    """Send, batch by batch, whatever waits for this promo, on every channel.

    Args:
        promo_id: which promo.
        batches: at most so many on each channel; all when None.
    """
    for channel in registry.channels(config.current()):
        rounds = itertools.count() if batches is None else range(batches)
        for _ in rounds:
            if not _deliver_batch(promo_id, channel):
                break


def _deliver_batch(promo_id: int, channel: Channel) -> bool:
    """Claim, commit, send, record; False when nothing was left to send."""
    timeout = config.current().statement_timeout_seconds
    with transaction(timeout_seconds=timeout):
        batch = delivery.claim(queries.any_promo(promo_id), channel.name)
    if batch is None:
        return False
    barrier("delivery.leased")
    outcomes = _send(channel, batch)
    barrier("delivery.sent")
    with transaction(timeout_seconds=timeout):
        delivery.settle(batch, outcomes)
    return True


def _send(channel: Channel, batch: delivery.Batch) -> list[Outcome]:
    try:
        return list(channel.send(batch.offer, batch.messages))
    except Exception as error:
        log.exception("channel %s failed for a batch of promo %s", channel.name, batch.offer)
        return [Outcome(error=type(error).__name__)] * len(batch.messages)


HANDLERS: Mapping[str, Callable[..., object]] = {
    ACTIVATE: activate,
    WITHDRAW: withdraw,
    DELIVER: deliver,
}
