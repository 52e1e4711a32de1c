"""Sessions of pages: what a browser's cookie stands for is a row here, not the cookie itself.

The cookie holds a random token and nothing else, so that signing out, a new password or a
deactivation ends the session for good, whoever has kept a copy of the cookie. A session ends a
fixed time after signing in, used or not: what is fixed needs no write when a page is looked at.
"""

from typing import Final

from flashpromo.accounts import sign_ins, tokens
from flashpromo.accounts.principal import Principal, TokenKind
from flashpromo.accounts.tokens import Issued

SESSIONS: Final = frozenset({TokenKind.SESSION})


def sign_in(username: str, password: str, *, hours: float, created_from: str = "") -> Issued:
    """Check name and password and begin a session of `hours`; raises `WrongCredentials`."""
    owner = sign_ins.authenticate(username, password)
    return tokens.issue(owner, hours=hours, kind=TokenKind.SESSION, created_from=created_from)


def principal_of(cookie: str) -> Principal:
    """Whose session it is; raises `NotAuthenticated` when it is none, or none any more."""
    return tokens.principal_of(cookie, SESSIONS)
