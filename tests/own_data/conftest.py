import pytest

from flashpromo.notify.channels import registry
from tests.notify.channels import Post


@pytest.fixture
def post(monkeypatch) -> Post:
    """Stands in for the log channel."""
    stand_in = Post()
    monkeypatch.setitem(registry.CHANNELS, "log", stand_in)
    return stand_in
