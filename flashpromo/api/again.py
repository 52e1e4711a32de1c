"""The same answer to the same request again, without passing the whole application for it.

Shoppers ask for the same list again and again, and everybody who loses a race is refused alike. A
view that is `repeatable` says by `promise` how to find out later that its answer still stands:
by the look into Redis with which the view itself begins. What was sent, compressed and with its
headers, is kept here for a second at most, and given again to the same request of the same
caller while this process believes its token and that look finds what it found. So nothing is
believed here for longer than elsewhere, and no change is seen later. The rate is counted and told
each time; whatever does not stand any more passes the application as ever.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from io import BytesIO
from threading import Lock
from typing import Any, Final, NamedTuple, TypeVar, cast

from apiflask import APIFlask
from cachetools import TTLCache
from flask import request

from flashpromo.accounts import tokens
from flashpromo.accounts.believed import BELIEVED_SECONDS, believed
from flashpromo.accounts.principal import Principal
from flashpromo.api import guard
from flashpromo.entrance import origin, rates
from flashpromo.entrance.passage import ROUTE, Application, Environ, Start

View = TypeVar("View", bound=Callable[..., object])
Still = Callable[[], bool]
Key = tuple[Any, ...]

MOST_BYTES: Final = 16 * 1024 * 1024
"""Of the answers that one process keeps."""
LONGEST_BODY: Final = 256
KEPT: Final = frozenset({"200", "304", "409"})
BEARER: Final = "Bearer "
PROMISED: Final = "flashpromo.promised"
SENT: Final = (
    *("REQUEST_METHOD", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "wsgi.url_scheme"),
    *("HTTP_HOST", "HTTP_X_FORWARDED_PROTO", "HTTP_ACCEPT_ENCODING", "HTTP_IF_NONE_MATCH"),
    *("HTTP_AUTHORIZATION", "REMOTE_ADDR"),
)
"""What an answer depends on, but for the body and what has changed since."""
NEVER: Final = ("HTTP_IDEMPOTENCY_KEY", "HTTP_IF_MATCH", "HTTP_TRANSFER_ENCODING")
"""Whoever sends one of these wants more than the same answer."""

_MARK: Final = "may_be_answered_again"


class Promise(NamedTuple):
    """How to find out whether the answer still stands, and whom what route has answered."""

    still: Still
    who: Principal
    route: str


class Kept(NamedTuple):
    """An answer as it was sent, without what is told anew each time."""

    promise: Promise
    line: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def size(self) -> int:
        """In bytes, about."""
        return len(self.body) + 2048


def repeatable(view: View) -> View:
    """Mark a view without parts in its path, whose answers may be given again."""
    setattr(view, _MARK, True)
    return view


def promise(still: Still) -> None:
    """Say when the answer of the request at hand may be given again.

    `still` is called within an application context, but not within a request; it counts what the
    view would have counted.
    """
    route = "" if request.url_rule is None else request.url_rule.rule
    who = guard.principal()
    believed_as = replace(who, held=replace(who.held, use_is_due=False))
    request.environ[PROMISED] = Promise(still, believed_as, route)


def init_app(app: APIFlask) -> None:
    """Stand around the application, inside of whatever knows where a request comes from."""
    paths = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], _MARK, False)
    }
    app.wsgi_app = Again(app, paths)  # type: ignore[method-assign,assignment]


class Again:
    """Keeps answers, and gives them again."""

    def __init__(self, app: APIFlask, paths: Iterable[str]) -> None:
        self._app = app
        self._inside = cast(Application, app.wsgi_app)
        self._paths = frozenset(paths)
        self._kept: TTLCache[Key, Kept] = TTLCache(
            MOST_BYTES, BELIEVED_SECONDS, getsizeof=lambda kept: kept.size
        )
        self._lock = Lock()

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """Answer as before, or by the application."""
        if environ["PATH_INFO"] not in self._paths:
            return self._inside(environ, start)
        key = _key(environ)
        if key is None:
            return self._inside(environ, start)
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None and (headers := self._headers(kept, environ)) is not None:
            environ[ROUTE] = kept.promise.route
            start(kept.line, headers)
            return [kept.body]
        return self._answer_first(key, environ, start)

    def _headers(self, kept: Kept, environ: Environ) -> list[tuple[str, str]] | None:
        """Of the same answer given now; None if it does not stand, or comes too soon."""
        token = environ["HTTP_AUTHORIZATION"][len(BEARER) :]
        if not _is_believed(token, kept.promise.who):
            return None
        with self._app.app_context():
            standing = rates.count(environ.get("REMOTE_ADDR") or origin.UNKNOWN, token)
            if standing.fits and kept.promise.still():
                return [*kept.headers, *standing.headers.items()]
        environ[rates.STANDING] = standing  # it is counted already
        return None

    def _answer_first(self, key: Key, environ: Environ, start: Start) -> Iterable[bytes]:
        said: list[tuple[str, list[tuple[str, str]]]] = []

        def begin(line: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            said.append((line, [each for each in headers if not each[0].startswith("RateLimit")]))
            return start(line, headers, *rest)

        answer = self._inside(environ, begin)
        promised: Promise | None = environ.get(PROMISED)
        line, headers = said[-1]
        if promised is None or line[:3] not in KEPT:
            return answer
        body = b"".join(answer)
        with self._lock:
            self._kept[key] = Kept(promised, line, headers, body)
        return _Whole(body, answer)


class _Whole(list[bytes]):
    """A body that has been read; closing it closes the answer that it was read from."""

    def __init__(self, body: bytes, answer: Iterable[bytes]) -> None:
        super().__init__([body])
        self.close: Callable[[], object] = getattr(answer, "close", lambda: None)


def _key(environ: Environ) -> Key | None:
    """Equal for requests that are the same; None for one whose answer is not kept."""
    shown = environ.get("HTTP_AUTHORIZATION", "")
    if not shown.startswith(BEARER) or not shown.isascii():
        return None
    if any(name in environ for name in NEVER):
        return None
    sent = tuple(map(environ.get, SENT))
    length = environ.get("CONTENT_LENGTH") or "0"
    if length == "0":
        return (*sent, b"")
    if not length.isdigit() or int(length) > LONGEST_BODY:
        return None
    body = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = BytesIO(body)
    return (*sent, body)


def _is_believed(token: str, who: Principal) -> bool:
    """Whether the token is believed now, without a look into the database, to be that person's."""
    found, _ = believed.find(tokens.hash_of(token))
    return found == who
