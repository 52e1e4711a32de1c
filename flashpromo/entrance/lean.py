"""What Flask does for every request, left out where it does nothing for this one.

Most requests are those of programs: they bring no cookie, so there is no session to read, and
nobody's signature to prepare for it. No view of ours is a coroutine, so none is looked at for that,
which Flask does a dozen times for one request.
"""

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface


class Sessions(SecureCookieSessionInterface):
    """Flask's own, that begin empty for whoever brings no cookie at all."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session of the request; an empty one where none can be."""
        if "HTTP_COOKIE" in request.environ:
            return super().open_session(app, request)
        return self.session_class()


def init_app(app: Flask) -> None:
    """To be called before anything is asked of the application."""
    app.session_interface = Sessions()
    app.ensure_sync = lambda func: func  # type: ignore[method-assign]
