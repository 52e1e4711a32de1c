"""What the live process reads of the settings: all but the database."""

from flashpromo.config.connections import RedisSettings
from flashpromo.config.live import LiveSettings
from flashpromo.config.operation import OperationSettings
from flashpromo.config.web import WebSettings


class Settings(RedisSettings, LiveSettings, WebSettings, OperationSettings):
    """Raises pydantic's `ValidationError` naming each wrong variable."""
