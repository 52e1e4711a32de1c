"""The entry points of RQ: an id in, one transaction, one call. No rule lives here."""

import itertools
import logging
import time
from collections.abc import Callable, Mapping, Sequence

from flashpromo import campaign, config, logs
from flashpromo.barriers import barrier
from flashpromo.db import app_now, transaction
from flashpromo.letters import leases, transport
from flashpromo.notify import delivery
from flashpromo.notify.channels import registry
from flashpromo.notify.channels.protocol import Channel, Outcome
from flashpromo.notify.leases import Batch
from flashpromo.post import sending
from flashpromo.promos import queries, runs
from flashpromo.queueing import timetable
from flashpromo.queueing.names import ACTIVATE, DELIVER, MEASURE, POST, WITHDRAW

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
    try:
        _wave()
    except Exception:
        log.exception("the wave failed, its promos are activated one by one")
        _one_by_one()


def _wave(promo_ids: Sequence[int] | None = None) -> None:
    with transaction(timeout_seconds=config.current().wave_timeout_seconds):
        wave = campaign.activate_due(promo_ids)
    for activated, notified in wave.notified.items():
        with logs.bound(request_id=wave.causes.get(activated), promo_id=activated):
            told = {"notified": notified}
            log.info("promo %s activated, %s clients notified", activated, notified, extra=told)


def _one_by_one() -> None:
    """A promo that cannot be activated must not keep all others from their start."""
    with transaction():
        due = runs.due(app_now())
    for promo_id, _ in due:
        try:
            _wave([promo_id])
        except Exception:
            log.exception("promo %s cannot be activated", promo_id, extra={"promo_id": promo_id})


def withdraw(_promo_id: int) -> None:
    """Free the windows of what is over."""
    with transaction(timeout_seconds=config.current().statement_timeout_seconds):
        campaign.withdraw_finished(lately=True)


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
    """Claim, commit, send, record; False when nothing was left to claim, or all of it failed.

    Whoever refuses a whole batch would keep this worker from other promos for one timeout after
    the other; the sweep rings again.
    """
    timeout = config.current().statement_timeout_seconds
    with transaction(timeout_seconds=timeout):
        batch = delivery.claim(queries.any_promo(promo_id), channel.name)
    if batch is None:
        return False
    if not batch.messages:
        return True
    barrier("delivery.leased")
    outcomes = _send(channel, batch)
    sent = sum(each.error is None for each in outcomes)
    told = {"promo_id": promo_id, "channel": channel.name, "sent": sent}
    log.info("%s of %s messages sent", sent, len(outcomes), extra=told)
    barrier("delivery.sent")
    with transaction(timeout_seconds=timeout):
        delivery.settle(batch, outcomes)
    return any(outcome.error is None for outcome in outcomes)


def _send(channel: Channel, batch: Batch) -> list[Outcome]:
    try:
        return list(channel.send(batch.offer, batch.messages))
    except Exception as error:
        told = {"promo_id": batch.offer.promo_id, "channel": channel.name}
        log.exception("channel %s failed for a batch", channel.name, extra=told)
        return [Outcome(error=type(error).__name__)] * len(batch.messages)


def measure(promo_id: int) -> None:
    """Count whom the promo's activation reached."""
    with transaction(timeout_seconds=config.current().wave_timeout_seconds):
        reached = campaign.measure(promo_id)
    if reached is not None:
        told = {"promo_id": promo_id, "reached": reached}
        log.info("promo %s reached %s clients", promo_id, reached, extra=told)


def post(letter_id: int) -> None:
    """Send a letter: make it ready with its link, commit, hand it over, record what came of it."""
    settings = config.current()
    timeout = settings.statement_timeout_seconds
    with transaction(timeout_seconds=timeout):
        ready = sending.prepare(letter_id)
    if ready is None:
        return
    barrier("letter.ready")
    refused = transport.send(settings, ready.mail, f"letter-{letter_id}")
    barrier("letter.handed_over")
    with transaction(timeout_seconds=timeout):
        leases.settle(ready.letter, refused)


HANDLERS: Mapping[str, Callable[..., object]] = {
    ACTIVATE: activate,
    WITHDRAW: withdraw,
    DELIVER: deliver,
    MEASURE: measure,
    POST: post,
}
