"""Where to go after signing in: only ever to a path of our own."""

from typing import Final
from urllib.parse import quote

from flask import request

HOME: Final = "/"
LONGEST: Final = 2000
KEPT: Final = "/:@!$&'()*+,;="
"""What stands in a path as it is."""
NOT_TO: Final = ("/sign-in", "/sign-out")


def here() -> str:
    """The address of this request, without its host."""
    path, query = quote(request.path, safe=KEPT), request.query_string.decode("latin-1")
    return f"{path}?{query}" if query else path


def own_path(wanted: str) -> str:
    r"""`wanted` if a browser would stay with us, else home.

    Browsers read `//host` and `/\host` as another host, and drop tabs and line ends before they
    read; so one leading slash, no backslash and only visible ASCII.
    """
    if not wanted.startswith("/") or wanted.startswith(("//", *NOT_TO)) or len(wanted) > LONGEST:
        return HOME
    if "\\" in wanted or not all("!" <= sign <= "~" for sign in wanted):
        return HOME
    return wanted
