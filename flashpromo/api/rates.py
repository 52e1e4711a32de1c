"""How fast the API may be asked: so many requests in a window for each token and each address.

Each count is a bucket that runs empty evenly (GCRA): a whole window's requests may come at once,
and after that as many as the time that passes gives back. A refused request counts nowhere. Both
buckets are looked at and filled by one script, so a request costs one round trip to Redis. While
Redis is away, each process counts for itself; the cache's circuit breaker sees to it that nobody
waits for a Redis that hangs.

Headers say how it stands: `RateLimit-Limit`, `-Remaining` and `-Reset`, which clients know, and
`RateLimit-Policy` and `RateLimit` as draft-ietf-httpapi-ratelimit-headers writes them since.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from typing import Final, NamedTuple, cast

from apiflask import APIFlask
from cachetools import TTLCache
from flask import Response, current_app, request
from redis import Redis
from redis.commands.core import Script

from flashpromo import cache
from flashpromo.api.problems import API
from flashpromo.config import Settings
from flashpromo.entrance import origin
from flashpromo.errors import TooSoon
from flashpromo.guarded_redis import PREFIX

RATES: Final = "flashpromo_rates"
STANDING: Final = "flashpromo.rate"
FREE: Final = ("/api/openapi.json", "/api/docs/", "/api/reference/")
SUBJECTS: Final = 100_000
"""How many tokens and addresses one process counts for while Redis is away."""

# For each key: the moment at which its bucket is empty, in microseconds. All of them take one
# more, or none does.
TAKE: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local window = tonumber(ARGV[1])
local fits, filled, answer = true, {}, {}
for each, key in ipairs(KEYS) do
  local empty = math.max(tonumber(redis.call('GET', key) or now), now)
  filled[each] = empty + window / ARGV[each + 1]
  fits = fits and filled[each] - now <= window
  answer[each] = math.ceil(empty - now)
end
if fits then
  for each, key in ipairs(KEYS) do
    redis.call('SET', key, string.format('%.0f', filled[each]), 'PX',
               math.ceil((filled[each] - now) / 1000))
  end
end
return answer
"""


class Subject(NamedTuple):
    """Whom a bucket belongs to, and how many requests a window it may send."""

    name: str
    key: str
    most: int


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


class Rates:
    """The buckets of one application."""

    def __init__(self, settings: Settings) -> None:
        self._window_seconds = settings.rate_window_seconds
        self._own: TTLCache[str, float] = TTLCache(SUBJECTS, self._window_seconds)
        self._lock = Lock()
        self._script: Script | None = None

    def take(self, subjects: Sequence[Subject]) -> list[Standing]:
        """Count one request for all of them if it fits; how each stood before."""
        shared = cache.current().ask(lambda redis: self._take_shared(redis, subjects))
        filled = shared if shared is not None else self._take_own(subjects)
        return [
            Standing(subject, self._window_seconds, seconds)
            for subject, seconds in zip(subjects, filled, strict=True)
        ]

    def _take_shared(self, redis: Redis, subjects: Sequence[Subject]) -> list[float]:
        self._script = self._script or redis.register_script(TAKE)
        keys = [each.key for each in subjects]
        window = int(self._window_seconds * 1_000_000)
        answer = self._script(keys, [window, *(each.most for each in subjects)], client=redis)
        return [microseconds / 1_000_000 for microseconds in cast(list[int], answer)]

    def _take_own(self, subjects: Sequence[Subject]) -> list[float]:
        """The same in this process."""
        with self._lock:
            now = time.monotonic()
            filled = [max(self._own.get(each.key, now) - now, 0.0) for each in subjects]
            more = [
                seconds + self._window_seconds / each.most
                for each, seconds in zip(subjects, filled, strict=True)
            ]
            if all(seconds <= self._window_seconds for seconds in more):
                for each, seconds in zip(subjects, more, strict=True):
                    self._own[each.key] = now + seconds
            return filled


def init_app(app: APIFlask, settings: Settings) -> None:
    """Limit the rate of the API of this application, and say on every answer how it stands."""
    app.extensions[RATES] = Rates(settings)
    app.before_request(_check)
    app.after_request(_say)


def _check() -> None:
    """Count the request before anything else is done for it; raises `TooSoon`."""
    if not request.path.startswith(API) or request.path.startswith(FREE):
        return
    rates: Rates = current_app.extensions[RATES]
    standings = rates.take(_subjects())
    tightest = min(standings, key=lambda each: (each.fits, each.room))
    request.environ[STANDING] = tightest
    if not tightest.fits:
        raise TooSoon(retry_after_seconds=tightest.wait_seconds)


def _say(response: Response) -> Response:
    standing: Standing | None = request.environ.get(STANDING)
    if standing is not None:
        response.headers.update(standing.headers)
    return response


def _subjects() -> list[Subject]:
    settings: Settings = current_app.extensions["flashpromo_settings"]
    address = origin.counted_address()
    found = [Subject("address", f"{PREFIX}rate:{address}", settings.requests_per_address)]
    sent = request.authorization
    if sent is not None and sent.type == "bearer" and sent.token:
        digest = sha256(sent.token.encode()).hexdigest()[:32]
        found.append(Subject("token", f"{PREFIX}rate:{digest}", settings.requests_per_token))
    return found
