"""Settings: read once, frozen, and refused by name."""

import pytest
from pydantic import ValidationError

from flashpromo.config import Settings
from flashpromo.config.connections import PSYCOPG2


def settings(**values):
    return Settings(**{"database_url": "postgres://x", "redis_url": "redis://x"} | values)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("marketplace_time_zone", "Mars/Olympus"),
        ("marketplace_time_zone", "America"),
        ("marketplace_time_zone", "../etc/passwd"),
        ("marketplace_currency", "dollars"),
        ("marketplace_currency", "DEM"),
        ("hold_seconds", 0),
        ("environment", "staging"),
        ("redis_timeout_ms", "soon"),
    ],
)
def test_a_wrong_setting_is_named(name, value):
    with pytest.raises(ValidationError, match=name):
        settings(secret_key="secret", **{name: value})


def test_production_wants_a_secret_of_its_own():
    with pytest.raises(ValidationError, match="FLASHPROMO_SECRET_KEY"):
        settings(environment="production")


@pytest.mark.parametrize("scheme", ["postgres://", "postgresql://", PSYCOPG2])
def test_every_spelling_of_the_database_s_address_is_understood(scheme):
    address = f"{scheme}shop@db/flashpromo"
    given = settings(secret_key="secret", database_url=address)
    assert given.database_url == f"{PSYCOPG2}shop@db/flashpromo"


def test_settings_are_frozen():
    given = settings(secret_key="secret")
    with pytest.raises(ValidationError, match="frozen"):
        given.hold_seconds = 1


@pytest.mark.parametrize(
    ("environment", "channels"),
    [("production", ("inbox",)), ("development", ("inbox", "log")), ("test", ("inbox", "log"))],
)
def test_messages_are_logged_only_where_somebody_tries_things_out(
    monkeypatch: pytest.MonkeyPatch, environment: str, channels: tuple[str, ...]
):
    monkeypatch.delenv("FLASHPROMO_CHANNELS", raising=False)
    monkeypatch.setenv("FLASHPROMO_ENV", environment)
    assert settings(secret_key="secret").channels == channels
    monkeypatch.setenv("FLASHPROMO_CHANNELS", "inbox, webhook")
    assert settings(secret_key="secret").channels == ("inbox", "webhook")
