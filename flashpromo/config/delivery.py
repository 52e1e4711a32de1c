"""Deliveries: by which channels, how often they are tried, and where the webhook leads."""

from base64 import b64decode
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator
from pydantic_settings import NoDecode

from flashpromo.config.part import Part, split_list

WEBHOOK_SECRET = "whsec_"  # noqa: S105 - how each of them begins


def _usual_channels(found: dict[str, Any]) -> tuple[str, ...]:
    """Messages are written into the log where somebody tries things out."""
    return ("inbox",) if found.get("environment") == "production" else ("inbox", "log")


class DeliverySettings(Part):
    """Of every channel, and of the webhook."""

    channels: Annotated[tuple[str, ...], NoDecode] = Field(default_factory=_usual_channels)
    delivery_batch_size: int = Field(500, ge=1)
    delivery_lease_seconds: int = Field(30, ge=1)
    delivery_retry_seconds: int = Field(2, ge=1)
    delivery_longest_retry_seconds: int = Field(60, ge=1)

    webhook_url: str = ""
    webhook_secrets: Annotated[tuple[str, ...], NoDecode] = ()
    webhook_timeout_seconds: float = Field(10.0, gt=0)
    webhook_messages: int = Field(100, ge=1)
    webhook_connections: int = Field(8, ge=1)

    _split = field_validator("channels", "webhook_secrets", mode="before")(split_list)

    @model_validator(mode="after")
    def _whole_webhook(self) -> Self:
        for variable, complaint in _complaints(self) if self.webhook_url else ():
            raise ValueError(f"FLASHPROMO_WEBHOOK_{variable} {complaint}")
        return self


def is_webhook_secret(secret: str) -> bool:
    """Written as the Standard Webhooks specification wants it, and long enough for it."""
    try:
        key = b64decode(secret.removeprefix(WEBHOOK_SECRET), validate=True)
    except ValueError:
        return False
    return secret.startswith(WEBHOOK_SECRET) and 24 <= len(key) <= 64


def _complaints(settings: DeliverySettings) -> list[tuple[str, str]]:
    parts = urlsplit(settings.webhook_url)
    is_address = parts.scheme in {"http", "https"} and bool(parts.hostname)
    secrets = settings.webhook_secrets
    checks = (
        (is_address, "URL", "is not an address like https://shop.example/in"),
        (
            parts.scheme == "https" or not settings.is_production,
            "URL",
            "must be https in production: it names clients",
        ),
        (
            bool(secrets) and all(map(is_webhook_secret, secrets)),
            "SECRETS",
            "must be whsec_ and 24 to 64 bytes in Base64",
        ),
        (
            settings.webhook_timeout_seconds < settings.delivery_lease_seconds,
            "TIMEOUT_SECONDS",
            "must be below the delivery's lease",
        ),
    )
    return [(variable, complaint) for is_good, variable, complaint in checks if not is_good]
