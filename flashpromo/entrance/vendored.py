"""Where a page finds the packages of others: in the one folder that each has, whatever its version.

`{{ vendored("leaflet", "leaflet.js") }}` is the address of a file. The folders are named
`<package>-<version>` by `bin/vendor`, so an address changes with the version, and a browser may
keep what it got.
"""

import re
from pathlib import Path
from typing import Final

from flask import Flask, url_for

FOLDER: Final = "vendor"
NAMED: Final = re.compile(r"(?P<package>.+)-(?P<version>\d[\w.]*)")


def init_app(app: Flask) -> None:
    """Give templates `vendored(package, file)`."""
    folders = {}
    for each in (Path(app.static_folder or "") / FOLDER).iterdir():
        if found := NAMED.fullmatch(each.name):
            folders[found["package"]] = each.name

    def vendored(package: str, file: str) -> str:
        return url_for("static", filename=f"{FOLDER}/{folders[package]}/{file}")

    app.jinja_env.globals["vendored"] = vendored
