"""The web: signing in, what stands before it, how much anybody may send or ask for."""

from typing import Self

from pydantic import Field, model_validator

from flashpromo.config.part import Part

DEVELOPMENT_SECRET = "development-only"  # noqa: S105 - refused in production, see below


class WebSettings(Part):
    """Of pages and of the API."""

    secret_key: str = DEVELOPMENT_SECRET
    token_hours: float = Field(24.0, gt=0)
    session_hours: float = Field(12.0, gt=0)
    sign_in_failures_per_minute: int = Field(10, ge=1)
    force_https: bool = False
    trusted_proxies: int = Field(0, ge=0)

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
        return self.force_https or self.is_production

    @model_validator(mode="after")
    def _no_default_secret_in_production(self) -> Self:
        if self.is_production and self.secret_key == DEVELOPMENT_SECRET:
            raise ValueError("FLASHPROMO_SECRET_KEY must be set in production")
        return self
