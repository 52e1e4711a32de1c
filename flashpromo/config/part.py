"""What every part of the settings has: where they come from, and where the service runs."""

from typing import Literal

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Part(BaseSettings):
    """Frozen settings of one matter, read from the environment."""

    model_config = SettingsConfigDict(env_prefix="FLASHPROMO_", frozen=True, extra="ignore")

    environment: Literal["production", "development", "test"] = Field(
        "production", validation_alias=AliasChoices("FLASHPROMO_ENV", "environment")
    )

    @property
    def is_production(self) -> bool:
        """Whether real people rely on it: what is only good for trying things is refused."""
        return self.environment == "production"


def split_list(value: object) -> object:
    """A variable's parts, which stand apart by commas."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value
