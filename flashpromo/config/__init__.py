"""The settings of one process, read once from the environment and then frozen.

Every duration and distance carries its unit in its name, so that no reader has to guess.
`DATABASE_URL` and `REDIS_URL` keep their customary names; all others begin with `FLASHPROMO_`.
"""

from typing import cast

from flask import Flask, current_app

from flashpromo.config.connections import ConnectionSettings
from flashpromo.config.delivery import DeliverySettings
from flashpromo.config.live import LiveSettings
from flashpromo.config.mail import MailSettings
from flashpromo.config.marketplace import MarketplaceSettings
from flashpromo.config.operation import OperationSettings
from flashpromo.config.rules import RuleSettings
from flashpromo.config.web import WebSettings

__all__ = ["Settings", "current", "init_app"]


class Settings(
    ConnectionSettings,
    WebSettings,
    LiveSettings,
    MarketplaceSettings,
    RuleSettings,
    DeliverySettings,
    MailSettings,
    OperationSettings,
):
    """All of them; raises pydantic's `ValidationError` naming each wrong variable."""


def init_app(app: Flask, settings: Settings) -> None:
    """Let `current()` find the settings wherever the application's context is."""
    app.extensions["flashpromo_settings"] = settings


def current() -> Settings:
    """The settings of the current application."""
    return cast(Settings, current_app.extensions["flashpromo_settings"])
