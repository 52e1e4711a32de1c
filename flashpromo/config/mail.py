"""Mail: where it goes, who sends it, and how long and how often letters are tried."""

from email.utils import parseaddr
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from flashpromo.config.part import Part


class MailSettings(Part):
    """Without a server and a folder nothing is sent."""

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
    password_link_minutes: int = Field(60, ge=1)
    forgotten_per_hour: int = Field(30, ge=1)
    invitation_days: int = Field(7, ge=1)
    password_letters_per_hour: int = Field(3, ge=1)
    invitations_per_hour: int = Field(30, ge=1)
    letter_hours: float = Field(24.0, gt=0)
    letter_lease_seconds: int = Field(60, ge=1)
    letter_retry_seconds: int = Field(15, ge=1)
    letter_longest_retry_seconds: int = Field(900, ge=1)

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

    @model_validator(mode="after")
    def _whole_mail(self) -> Self:
        if self.smtp_host and "@" not in parseaddr(self.mail_from)[1]:
            raise ValueError("FLASHPROMO_MAIL_FROM must be an address with an SMTP host")
        if self.is_production and self.mail_folder:
            raise ValueError("FLASHPROMO_MAIL_FOLDER keeps links: not in production")
        given = self.public_url != type(self).model_fields["public_url"].default
        if self.is_production and self.smtp_host and not given:
            raise ValueError("FLASHPROMO_PUBLIC_URL must be set where letters carry links")
        return self
