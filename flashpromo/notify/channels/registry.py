"""The channels that exist, and those that the settings ask for."""

from collections.abc import Mapping, Sequence

from flashpromo.config import Settings
from flashpromo.notify.channels import email
from flashpromo.notify.channels.email import EmailChannel
from flashpromo.notify.channels.inbox import InboxChannel
from flashpromo.notify.channels.log_lines import LogChannel
from flashpromo.notify.channels.protocol import Broadcast, Channel
from flashpromo.notify.channels.webhook import WebhookChannel

CHANNELS: Mapping[str, Channel] = {
    channel.name: channel for channel in (LogChannel(), WebhookChannel(), EmailChannel())
}
BROADCASTS: Mapping[str, Broadcast] = {channel.name: channel for channel in (InboxChannel(),)}


def check(settings: Settings) -> None:
    """Refuse settings that name a channel that does not exist, or not whither it leads.

    Raises:
        ValueError: naming it.
    """
    unknown = set(settings.channels) - CHANNELS.keys() - BROADCASTS.keys()
    if unknown:
        raise ValueError(f"FLASHPROMO_CHANNELS: no such channel: {', '.join(sorted(unknown))}")
    if WebhookChannel.name in settings.channels and not settings.webhook_url:
        raise ValueError("FLASHPROMO_WEBHOOK_URL must be set where webhook is a channel")
    if EmailChannel.name in settings.channels:
        email.check(settings)


def channels(settings: Settings) -> Sequence[Channel]:
    """The channels that get deliveries, in the order of the settings."""
    return [CHANNELS[name] for name in settings.channels if name in CHANNELS]


def broadcasts(settings: Settings) -> Sequence[Broadcast]:
    """The channels that are told of whole waves."""
    return [BROADCASTS[name] for name in settings.channels if name in BROADCASTS]
