"""Sign-in failures are limited, for a name from one address and for an address; successes never.

Counts stand in Redis, or in this process while Redis is away: a hung Redis costs one short timeout
and then nothing until it answers again. The limiter belongs to one application, so it is put around
the view when the application is made.
"""

import time
from hashlib import sha256
from typing import Any, Final

from apiflask import APIFlask
from flask import Response, current_app, request
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter, RateLimitExceeded

from flashpromo.api.problems import refusal
from flashpromo.config import Settings
from flashpromo.errors import TooSoon
from flashpromo.guarded_redis import PREFIX, connect

TOKEN_VIEW: Final = "auth.create_token"  # noqa: S105 - the name of a view
LIMITER: Final = "flashpromo_limiter"
NAMES_AN_ADDRESS: Final = 10
"""Many people may sign in from one address: it may fail as often as this many names together."""


def init_app(app: APIFlask, settings: Settings) -> None:
    """Limit the failures of the token view of this application."""
    redis = connect(settings, settings.redis_timeout_ms / 1000)
    options: dict[str, Any] = {"connection_pool": redis.connection_pool}
    limiter = Limiter(
        _address,
        app=app,
        storage_uri=settings.redis_url.replace("unix://", "redis+unix://", 1),
        storage_options=options,
        key_prefix=f"{PREFIX}limits",
        strategy="moving-window",
        in_memory_fallback_enabled=True,
        swallow_errors=True,
    )
    failures = settings.sign_in_failures_per_minute
    view: Any = app.view_functions[TOKEN_VIEW]
    for count, key in ((failures, _name_and_address), (failures * NAMES_AN_ADDRESS, _address)):
        view = limiter.limit(f"{count}/minute", key_func=key, deduct_when=_failed)(view)
    app.view_functions[TOKEN_VIEW] = view
    app.extensions[LIMITER] = limiter
    app.register_error_handler(RateLimitExceeded, _too_many)


def _failed(response: Response) -> bool:
    return response.status_code == 401


def _address() -> str:
    return request.remote_addr or "unknown"


def _name_and_address() -> str:
    """Whatever was sent as the name, as a key of fixed length."""
    body = request.get_json(silent=True)
    name = body.get("username") if isinstance(body, dict) else None
    return f"{_address()}/{sha256(ascii(name).encode()).hexdigest()}"


def _too_many(_: RateLimitExceeded) -> ResponseReturnValue:
    reached = current_app.extensions[LIMITER].current_limit
    wait_seconds = int(reached.reset_at - time.time()) if reached is not None else 60
    return refusal(TooSoon("Too many failed sign-ins.", retry_after_seconds=wait_seconds))
