"""The settings of one process, read once from the environment and then frozen.

Every duration and distance carries its unit in its name, so that no reader has to guess.
`DATABASE_URL` and `REDIS_URL` keep their customary names; all others begin with `FLASHPROMO_`.
"""

import re
from base64 import b64decode
from email.utils import parseaddr
from typing import Annotated, Literal, Self, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import Flask, current_app
from pydantic import AliasChoices, Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from flashpromo import currencies

PSYCOPG2 = "postgresql+psycopg2://"
DEVELOPMENT_SECRET = "development-only"  # noqa: S105 - refused in production, see below
WEBHOOK_SECRET = "whsec_"  # noqa: S105 - how each of them begins
TILE_URL = re.compile(r"(https?://[A-Za-z0-9.:-]+)?/(?=.*\{z\})(?=.*\{x\})(?=.*\{y\})[^\s;,'\"<>]+")
"""Nothing that could end a directive of a content security policy."""


def is_webhook_secret(secret: str) -> bool:
    """Written as the Standard Webhooks specification wants it, and long enough for it."""
    try:
        key = b64decode(secret.removeprefix(WEBHOOK_SECRET), validate=True)
    except ValueError:
        return False
    return secret.startswith(WEBHOOK_SECRET) and 24 <= len(key) <= 64


class Settings(BaseSettings):
    """Frozen settings; raises pydantic's `ValidationError` naming each wrong variable."""

    model_config = SettingsConfigDict(env_prefix="FLASHPROMO_", frozen=True, extra="ignore")

    environment: Literal["production", "development", "test"] = Field(
        "production", validation_alias=AliasChoices("FLASHPROMO_ENV", "environment")
    )
    database_url: str = Field(validation_alias=AliasChoices("DATABASE_URL", "database_url"))
    redis_url: str = Field(validation_alias=AliasChoices("REDIS_URL", "redis_url"))
    secret_key: str = DEVELOPMENT_SECRET

    marketplace_time_zone: str = "UTC"
    marketplace_currency: str = "USD"
    marketplace_language: Literal["en", "es"] = "en"
    channels: Annotated[tuple[str, ...], NoDecode] = ("inbox", "log")
    map_tile_url: str = ""
    map_attribution: str = ""

    token_hours: float = Field(24.0, gt=0)
    session_hours: float = Field(12.0, gt=0)
    sign_in_failures_per_minute: int = Field(10, ge=1)
    force_https: bool = False
    trusted_proxies: int = Field(0, ge=0)

    public_url: str = "http://127.0.0.1:8000"
    smtp_host: str = ""
    smtp_port: int = Field(587, ge=1, le=65_535)
    smtp_tls: Literal["starttls", "implicit", "none"] = "starttls"
    smtp_username: str = ""
    smtp_password: str = ""
    smtp_timeout_seconds: float = Field(10.0, gt=0)
    smtp_connections: int = Field(4, ge=1)
    mail_from: str = ""
    mail_folder: str = ""
    webhook_url: str = ""
    webhook_secrets: Annotated[tuple[str, ...], NoDecode] = ()
    webhook_timeout_seconds: float = Field(10.0, gt=0)
    webhook_messages: int = Field(100, ge=1)
    webhook_connections: int = Field(8, ge=1)
    password_link_minutes: int = Field(60, ge=1)
    forgotten_per_hour: int = Field(30, ge=1)
    invitation_days: int = Field(7, ge=1)
    password_letters_per_hour: int = Field(3, ge=1)
    invitations_per_hour: int = Field(30, ge=1)
    letter_hours: float = Field(24.0, gt=0)
    letter_lease_seconds: int = Field(60, ge=1)
    letter_retry_seconds: int = Field(15, ge=1)
    letter_longest_retry_seconds: int = Field(900, ge=1)

    max_location_age_days: int = Field(30, ge=1)
    max_location_accuracy_m: int = Field(1000, ge=1)
    max_travel_speed_kmh: int = Field(1200, ge=1)
    hold_seconds: int = Field(60, ge=1)
    cool_down_seconds: int = Field(30, ge=0)
    max_live_reservations: int = Field(3, ge=1)

    preview_minimum: int = Field(10, ge=1)
    preview_rounding: int = Field(10, ge=1)

    delivery_batch_size: int = Field(500, ge=1)
    delivery_lease_seconds: int = Field(30, ge=1)
    delivery_retry_seconds: int = Field(2, ge=1)
    delivery_longest_retry_seconds: int = Field(60, ge=1)

    log_format: Literal["auto", "json", "lines"] = "auto"
    metrics_token: str = Field("", pattern=r"^([\x21-\x7e]{16,})?$", repr=False)
    sweep_patience_seconds: float = Field(3.0, ge=0)
    statement_timeout_seconds: int = Field(30, ge=1)
    wave_timeout_seconds: int = Field(300, ge=1)
    redis_timeout_ms: int = Field(50, ge=1)
    redis_breaker_seconds: float = Field(2.0, gt=0)
    cached_list_seconds: float = Field(2.0, gt=0)
    requests_per_token: int = Field(1000, ge=1)
    requests_per_address: int = Field(30_000, ge=1)
    rate_window_seconds: float = Field(10.0, gt=0)
    idempotency_hours: float = Field(24.0, gt=0)
    max_body_bytes: int = Field(2 * 1024 * 1024, ge=1024)
    max_bulk_bytes: int = Field(64 * 1024 * 1024, ge=1024)
    max_bulk_rows: int = Field(1_000_000, ge=1)
    bulk_timeout_seconds: int = Field(120, ge=1)

    @property
    def only_over_https(self) -> bool:
        """Whether cookies are kept from plain http."""
        return self.force_https or self.environment == "production"

    @property
    def logs_json(self) -> bool:
        """Whether a line of the log is a JSON document: in production, unless it is said."""
        if self.log_format == "auto":
            return self.environment == "production"
        return self.log_format == "json"

    @property
    def sends_mail(self) -> bool:
        """Whether letters go anywhere: to a mail server, or into the folder of development."""
        return bool(self.smtp_host or self.mail_folder)

    @field_validator("public_url")
    @classmethod
    def _whole_address(cls, url: str) -> str:
        """Links in letters begin with it, whatever host a request has named."""
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"{url!r} is not an address like https://promos.example")
        if parts.query or parts.fragment or parts.username:
            raise ValueError(f"{url!r} has more than a host and a path")
        return url.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _name_the_driver(cls, url: str) -> str:
        """Accept the usual `postgres://` spellings; SQLAlchemy 2.1 wants the driver named."""
        for prefix in ("postgres://", "postgresql://"):
            if url.startswith(prefix):
                return PSYCOPG2 + url.removeprefix(prefix)
        return url

    @field_validator("marketplace_time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, OSError) as error:  # a folder of zones is an OSError
            raise ValueError(f"{name!r} is not a time zone") from error
        return name

    @field_validator("marketplace_currency")
    @classmethod
    def _known_currency(cls, code: str) -> str:
        if code not in currencies.known():
            raise ValueError(f"{code!r} is not a currency of ISO 4217 that is in use")
        return code

    @field_validator("map_tile_url")
    @classmethod
    def _tile_address(cls, url: str) -> str:
        if url and not TILE_URL.fullmatch(url):
            raise ValueError("must be an address with {z}, {x} and {y}, in this order or another")
        return url

    @field_validator("channels", "webhook_secrets", mode="before")
    @classmethod
    def _split_list(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @model_validator(mode="after")
    def _whole_mail(self) -> Self:
        if self.smtp_host and "@" not in parseaddr(self.mail_from)[1]:
            raise ValueError("FLASHPROMO_MAIL_FROM must be an address with an SMTP host")
        if self.environment == "production" and self.mail_folder:
            raise ValueError("FLASHPROMO_MAIL_FOLDER keeps links: not in production")
        given = self.public_url != type(self).model_fields["public_url"].default
        if self.environment == "production" and self.smtp_host and not given:
            raise ValueError("FLASHPROMO_PUBLIC_URL must be set where letters carry links")
        return self

    @model_validator(mode="after")
    def _whole_webhook(self) -> Self:
        parts = urlsplit(self.webhook_url)
        if not self.webhook_url:
            return self
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(
                "FLASHPROMO_WEBHOOK_URL is not an address like https://shop.example/in"
            )
        if self.environment == "production" and parts.scheme != "https":
            raise ValueError("FLASHPROMO_WEBHOOK_URL must be https in production: it names clients")
        if not self.webhook_secrets or not all(map(is_webhook_secret, self.webhook_secrets)):
            raise ValueError(
                "FLASHPROMO_WEBHOOK_SECRETS must be whsec_ and 24 to 64 bytes in Base64"
            )
        if self.webhook_timeout_seconds >= self.delivery_lease_seconds:
            raise ValueError(
                "FLASHPROMO_WEBHOOK_TIMEOUT_SECONDS must be below the delivery's lease"
            )
        return self

    @model_validator(mode="after")
    def _no_default_secret_in_production(self) -> Self:
        if self.environment == "production" and self.secret_key == DEVELOPMENT_SECRET:
            raise ValueError("FLASHPROMO_SECRET_KEY must be set in production")
        return self


def init_app(app: Flask, settings: Settings) -> None:
    """Let `current()` find the settings wherever the application's context is."""
    app.extensions["flashpromo_settings"] = settings


def current() -> Settings:
    """The settings of the current application."""
    return cast(Settings, current_app.extensions["flashpromo_settings"])
