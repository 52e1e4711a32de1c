import pytest

from flashpromo.notify.channels import registry
from tests.notify.channels import Post


@pytest.fixture
def post(monkeypatch) -> Post:
    """Stands in for the log channel."""
    stand_in = Post()
    monkeypatch.setitem(registry.CHANNELS, "log", stand_in)
    return stand_in


@pytest.fixture
def with_settings(app, monkeypatch):
    """Change settings for this test."""

    def change(**values):
        settings = app.extensions["flashpromo_settings"].model_copy(update=values)
        monkeypatch.setitem(app.extensions, "flashpromo_settings", settings)

    return change
