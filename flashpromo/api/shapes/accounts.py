"""Sign-in."""

from flashpromo.api.shapes.base import Given, Shown
from flashpromo.api.values import ShownMoment, Text


class CredentialsIn(Given):
    """Who is signing in."""

    username: Text
    password: Text


class TokenOut(Shown):
    """A bearer token; it is shown only now."""

    token: str
    expires_at: ShownMoment
