"""How fast the API and the shop may be asked: so much in a window for each token and each address.

Headers say how it stands: `RateLimit-Limit`, `-Remaining` and `-Reset`, which clients know, and
`RateLimit-Policy` and `RateLimit` as draft-ietf-httpapi-ratelimit-headers writes them since.
"""

import math
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from apiflask import APIFlask
from flask import Response, current_app, request

from flashpromo import config
from flashpromo.config import Settings
from flashpromo.entrance import origin, visitor
from flashpromo.entrance.buckets import Buckets, Subject
from flashpromo.errors import TooSoon
from flashpromo.guarded_redis import PREFIX

BUCKETS: Final = "flashpromo_buckets"
STANDING: Final = "flashpromo.rate"
LIMITED: Final = ("/api/", "/shop/")
FREE: Final = ("/api/openapi.json", "/api/docs/", "/api/reference/")


@dataclass(frozen=True)
class Standing:
    """How full a subject's bucket was when this request came, in seconds until it is empty."""

    subject: Subject
    window_seconds: float
    filled_seconds: float

    @property
    def room(self) -> float:
        """How many requests fit in before this one."""
        step = self.window_seconds / self.subject.most
        # Rounded where the microseconds end: the last of a thousand fits exactly.
        return round((self.window_seconds - self.filled_seconds) / step, 4)

    @property
    def fits(self) -> bool:
        """Whether this request is carried out."""
        return self.room >= 1

    @property
    def wait_seconds(self) -> int:
        """When a refused request may come again."""
        step = self.window_seconds / self.subject.most
        return max(1, math.ceil(step - (self.window_seconds - self.filled_seconds)))

    @property
    def headers(self) -> dict[str, str]:
        """What the caller is told, this request counted."""
        most, window = self.subject.most, math.ceil(self.window_seconds)
        left = math.floor(self.room - 1) if self.fits else 0
        step = self.window_seconds / most
        reset = math.ceil(self.filled_seconds + (step if self.fits else 0))
        name = self.subject.name
        return {
            "RateLimit-Limit": str(most),
            "RateLimit-Remaining": str(left),
            "RateLimit-Reset": str(reset),
            "RateLimit-Policy": f'"{name}";q={most};w={window}',
            "RateLimit": f'"{name}";r={left};t={reset}',
        }


def init_app(app: APIFlask, settings: Settings) -> None:
    """Limit how fast this application may be asked, and say on every answer how it stands."""
    app.extensions[BUCKETS] = Buckets(settings.rate_window_seconds)
    app.before_request(_check)
    app.after_request(_say)


def count(address: str, shown: str) -> Standing:
    """Count a request from this address, with what it shows if anything; how the tighter stands."""
    buckets: Buckets = current_app.extensions[BUCKETS]
    settings = config.current()
    counted = origin.counted(address)
    found = [Subject("address", f"{PREFIX}rate:{counted}", settings.requests_per_address)]
    if shown:
        digest = sha256(shown.encode()).hexdigest()[:32]
        found.append(Subject("token", f"{PREFIX}rate:{digest}", settings.requests_per_token))
    standings = [
        Standing(subject, settings.rate_window_seconds, filled)
        for subject, filled in zip(found, buckets.take(found), strict=True)
    ]
    return min(standings, key=lambda each: (each.fits, each.room))


def _check() -> None:
    """Count the request before anything else is done for it; raises `TooSoon`."""
    if not request.path.startswith(LIMITED) or request.path.startswith(FREE):
        return
    standing: Standing | None = request.environ.get(STANDING)
    if standing is None:  # nobody has counted it before the application
        standing = request.environ[STANDING] = count(origin.address(), _shown())
    if not standing.fits:
        raise TooSoon(retry_after_seconds=standing.wait_seconds)


def _say(response: Response) -> Response:
    standing: Standing | None = request.environ.get(STANDING)
    # Who came too soon by another limit, of sign-ins or holds, is not told how much room is left.
    if standing is not None and (response.status_code != 429 or not standing.fits):
        response.headers.update(standing.headers)
    return response


def _shown() -> str:
    """What stands for who asks: the token of a program, or the cookie of a browser."""
    sent = request.authorization
    if sent is not None and sent.type == "bearer" and sent.token:
        return str(sent.token)
    return "" if request.path.startswith("/api/") else visitor.cookie()
