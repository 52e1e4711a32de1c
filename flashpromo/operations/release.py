"""Which release this is: the service runs from its folder, so the project's own file says it."""

import tomllib
from pathlib import Path
from typing import Final


def _version() -> str:
    try:
        project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    except OSError:
        return "unknown"
    return str(project["project"]["version"])


RELEASE: Final = _version()
