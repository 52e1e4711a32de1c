"""The live process: where pages reach it, and what it bears."""

from urllib.parse import urlsplit

from pydantic import Field, field_validator

from flashpromo.config.part import Part


class LiveSettings(Part):
    """Of `flask live` and of the pages that listen to it."""

    live_url: str = "/live/"
    live_ticket_seconds: int = Field(60, ge=1)
    live_connections: int = Field(10_000, ge=1)
    live_connections_per_client: int = Field(6, ge=1)
    live_connection_minutes: float = Field(30.0, gt=0)
    live_heartbeat_seconds: float = Field(15.0, gt=0)
    live_tellings_per_second: int = Field(2000, ge=1)

    @property
    def live_origin(self) -> str | None:
        """Where streams come from, as a content security policy names it; None for our own."""
        parts = urlsplit(self.live_url)
        return f"{parts.scheme}://{parts.netloc}" if parts.netloc else None

    @field_validator("live_url")
    @classmethod
    def _stream_address(cls, url: str) -> str:
        """A path of our own, or a whole address; nothing that could end a policy's directive."""
        parts = urlsplit(url)
        is_path = url.startswith("/") and not parts.netloc
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname)
        if not (is_path or is_address) or parts.query or parts.fragment or parts.username:
            raise ValueError(
                f"{url!r} is neither a path nor an address like http://host:8001/live/"
            )
        if any(sign in url for sign in " ;,'\"<>\\") or not url.isprintable():
            raise ValueError(f"{url!r} has signs that no address has")
        return url
