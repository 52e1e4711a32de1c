"""Where to go after a form: only ever to a path of our own."""

from typing import Final
from urllib.parse import quote, urlsplit

from flask import current_app, request

HOME: Final = "/"
PAGE: Final = "flashpromo.page"
LONGEST: Final = 2000
KEPT: Final = "/:@!$&'()*+,;="
"""What stands in a path as it is."""
NOT_TO: Final = ("/sign-in", "/sign-out")


def here() -> str:
    """The address of this request, without its host."""
    path, query = quote(request.path, safe=KEPT), request.query_string.decode("latin-1")
    return f"{path}?{query}" if query else path


def this_page() -> str:
    """The address to come back to from a form of this page: what was sent is not sent again."""
    if PAGE in request.environ:
        return str(request.environ[PAGE])
    return here() if request.method in {"GET", "HEAD"} else front(request.path)


def stay_at(page: str) -> None:
    """Whatever is sent with this request, come back to that page."""
    request.environ[PAGE] = page


def asking_page() -> str:
    """The page that has asked for this: itself, or the one with the form or the part that was sent.

    What was sent is lost with it, but its form may have kept it. If no page of ours is named that
    can be gone to, it is the front of the part of the service.
    """
    if request.method in {"GET", "HEAD"} and "HX-Request" not in request.headers:
        return here()
    home = front(request.path)
    try:
        named = urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "")
    except ValueError:  # a program's; a browser names none that is not whole
        return home
    routes = current_app.create_url_adapter(request)
    if named.netloc != request.host or routes is None or not named.path.startswith(home):
        return home
    if not routes.test(named.path, "GET"):
        return home
    return own_path(f"{named.path}?{named.query}" if named.query else named.path, home)


def front(path: str) -> str:
    """The first page of the part of the service that a path belongs to."""
    first = path.split("/")[1]
    return f"/{first}/" if first else HOME


def after_sign_in(wanted: str) -> str:
    """Like `own_path`, and not to where signing in begins or ends."""
    return HOME if wanted.startswith(NOT_TO) else own_path(wanted)


def own_path(wanted: str, home: str = HOME) -> str:
    r"""`wanted` if a browser would stay with us, else `home`.

    Browsers read `//host` and `/\host` as another host, and drop tabs and line ends before they
    read; so one leading slash, no backslash and only visible ASCII.
    """
    if not wanted.startswith("/") or wanted.startswith("//") or len(wanted) > LONGEST:
        return home
    if "\\" in wanted or not all("!" <= sign <= "~" for sign in wanted):
        return home
    return wanted
