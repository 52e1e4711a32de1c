"""Operation: logs, metrics, retention, and how patient the sweep is."""

import hmac
from typing import Literal

from pydantic import Field

from flashpromo.config.part import Part


class OperationSettings(Part):
    """Of whoever keeps the service running."""

    notification_days: int = Field(0, ge=0)
    log_format: Literal["auto", "json", "lines"] = "auto"
    metrics_token: str = Field("", pattern=r"^([\x21-\x7e]{16,})?$", repr=False)
    sweep_patience_seconds: float = Field(3.0, ge=0)
    alive_file: str = ""

    @property
    def logs_json(self) -> bool:
        """Whether a line of the log is a JSON document: in production, unless it is said."""
        if self.log_format == "auto":
            return self.is_production
        return self.log_format == "json"

    def may_read_metrics(self, token: str | None) -> bool:
        """Whether `/metrics` is there for whoever shows this; in production not without a token."""
        if not self.metrics_token:
            return not self.is_production
        return hmac.compare_digest((token or "").encode(), self.metrics_token.encode())
