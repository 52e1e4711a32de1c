"""Which test comes when, and who runs it: so that no worker ends long after the others.

Folders that take longest come first, or one worker would end alone with the last of them. All tests
in a browser stay with one worker, which starts the web and Chromium once.
"""

from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

TESTS = Path(__file__).parent
LONGEST = ("browser", "races", "demo", "processes", "bench", "api")
TOGETHER = "tests/browser/"


class FewestStarts(LoadFileScheduling):
    """Hands out whole files, and the tests in a browser as if they were one."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(TOGETHER):
            return TOGETHER
        return str(super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    """Only for `--dist loadfile`; it wants `--no-loadscope-reorder` too, or its order is lost."""
    return FewestStarts(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest folders first; within them nothing moves."""

    def place(item: pytest.Item) -> int:
        folder = item.path.relative_to(TESTS).parts[0]
        return LONGEST.index(folder) if folder in LONGEST else len(LONGEST)

    items.sort(key=place)
