"""Crews for the races, and a count of how often each named place was passed."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from sqlalchemy.engine import Engine

from flashpromo.config import Settings
from tests.races import places
from tests.races.crew import Crew, Prepare
from tests.races.stage import Stage
from tests.world import World

Hire = Callable[..., Crew]
TALLY = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[TALLY] = Path(tempfile.mkdtemp(prefix="races-")) / "places"


@pytest.fixture(scope="module")
def hire(settings: Settings, app: Any, request: pytest.FixtureRequest) -> Iterator[Hire]:
    """`hire(50)` starts fifty processes that stay until the module's last test has ended."""
    crews: list[Crew] = []

    def start(size: int, prepare: Sequence[Prepare] = (), **changes: Any) -> Crew:
        changed = settings.model_copy(update=changes)
        crews.append(Crew(changed, size, request.config.stash[TALLY], prepare))
        return crews[-1]

    yield start
    for crew in crews:
        crew.close()


@pytest.fixture
def stage(engine: Engine, redis: Redis, world: World) -> Stage:
    """The square with the clients of a race, at noon."""
    return Stage(engine, redis, world)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Print how often each place was passed; a worker of xdist has only its standard error."""
    folder = session.config.stash[TALLY].parent
    passed = places.read_tally(folder / "places")
    shutil.rmtree(folder, ignore_errors=True)
    if not passed:
        return
    capture = session.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled() if capture else nullcontext():
        print("\nplaces passed by the processes of the races:", file=sys.stderr)
        for name, count in sorted(passed.items()):
            print(f"  {name:24} {count:7}", file=sys.stderr)
