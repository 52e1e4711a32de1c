"""The database and Redis: where they are, and how long anybody waits for them."""

from pydantic import AliasChoices, Field, field_validator

from flashpromo.config import redis_urls
from flashpromo.config.part import Part

PSYCOPG2 = "postgresql+psycopg2://"


class RedisSettings(Part):
    """`REDIS_URL` keeps its customary name."""

    redis_url: str = Field(validation_alias=AliasChoices("REDIS_URL", "redis_url"))
    redis_timeout_ms: int = Field(50, ge=1)
    redis_breaker_seconds: float = Field(2.0, gt=0)


class ConnectionSettings(RedisSettings):
    """So does `DATABASE_URL`."""

    database_url: str = Field(validation_alias=AliasChoices("DATABASE_URL", "database_url"))
    statement_timeout_seconds: int = Field(30, ge=1)
    wave_timeout_seconds: int = Field(300, ge=1)

    @field_validator("database_url")
    @classmethod
    def _name_the_driver(cls, url: str) -> str:
        """Accept the usual `postgres://` spellings; SQLAlchemy 2.1 wants the driver named."""
        for prefix in ("postgres://", "postgresql://"):
            if url.startswith(prefix):
                return PSYCOPG2 + url.removeprefix(prefix)
        return url

    @field_validator("redis_url")
    @classmethod
    def _whole_sentinel_address(cls, url: str) -> str:
        redis_urls.watched(url)
        return url
