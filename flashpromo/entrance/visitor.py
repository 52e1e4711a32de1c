"""Who looks at a page: the session behind the browser's cookie, begun and ended here.

The API never looks at the cookie, and pages never at a bearer token.
"""

from typing import Final, cast

from flask import request
from werkzeug.wrappers import Response

from flashpromo import config
from flashpromo.accounts import holdings, sessions
from flashpromo.accounts.principal import Principal
from flashpromo.db import transaction
from flashpromo.entrance import acting, failures, origin, uses
from flashpromo.errors import NotAuthenticated

VISITOR: Final = "flashpromo.visitor"
COOKIE: Final = "flashpromo_session"
SAFE_COOKIE: Final = f"__Host-{COOKIE}"
"""Its name where it is only sent over https: no other host of the domain can plant it."""


def current() -> Principal | None:
    """Who is signed in on this page; None for anybody else."""
    if VISITOR not in request.environ:
        request.environ[VISITOR] = _find()
    return cast(Principal | None, request.environ[VISITOR])


def sign_in(response: Response, username: str, password: str) -> Response:
    """Begin a session and hand its cookie over; one that the browser had before ends.

    Raises:
        WrongCredentials: unknown name, wrong password, or a deactivated user.
        TooSoon: too many have failed.
    """
    before = current()
    hours = config.current().session_hours
    with failures.limited(username), transaction():
        begun = sessions.sign_in(username, password, hours=hours, created_from=origin.described())
        if before is not None:
            holdings.end(before.held)
    response.set_cookie(
        _cookie_name(),
        begun.token,
        max_age=int(hours * 3600),
        path="/",
        secure=config.current().only_over_https,
        httponly=True,
        samesite="Lax",
    )
    return response


def sign_out(response: Response) -> Response:
    """End the session for good, and take the cookie away."""
    who = current()
    if who is not None:
        with transaction():
            holdings.end(who.held)
    return forget(response)


def forget(response: Response) -> Response:
    """Take the cookie away where the session is over already."""
    response.delete_cookie(
        _cookie_name(),
        path="/",
        secure=config.current().only_over_https,
        httponly=True,
        samesite="Lax",
    )
    return response


def cookie() -> str:
    """What the browser shows for its session, good or not; empty when it shows nothing."""
    return request.cookies.get(_cookie_name(), "")


def _find() -> Principal | None:
    shown = cookie()
    if not shown:
        return None
    try:
        who = sessions.principal_of(shown)
    except NotAuthenticated:
        return None
    acting.known(who)
    uses.note(who)
    return who


def _cookie_name() -> str:
    return SAFE_COOKIE if config.current().only_over_https else COOKIE
