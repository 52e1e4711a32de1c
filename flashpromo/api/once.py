"""`Idempotency-Key`: a request that is repeated is answered again, not carried out again.

`per_key` stands between the input and the output of a view that takes, sells or creates. It opens
the transaction around the view and the rendering of its answer, so that with a key the answer is
kept by the very commit that makes the effect: no answer without the effect, no effect without the
answer. What the domain refuses with 403, 404 or 409 is an answer too: its part of the transaction
is undone, and the refusal kept. Nothing else is: a request that was wrong, came too soon or failed
may be repeated with the same key.

Not used where a token or a key is made, for no secret may be kept, and not for bulk upserts: what
they write is known by its outside ids, so that they can be repeated as they are.
"""

import json
import re
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any, Final, ParamSpec

from flask import Response, current_app, request

from flashpromo.api import guard, problems
from flashpromo.db import attempt, transaction
from flashpromo.errors import BadRequest, DomainError
from flashpromo.idempotency import answers
from flashpromo.idempotency.answers import Claim
from flashpromo.idempotency.models import KeptAnswer

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
LONGEST: Final = 255
VISIBLE: Final = re.compile(f"[!-~]{{1,{LONGEST}}}")
KEPT_REFUSALS: Final = frozenset({403, 404, 409})
NOT_KEPT: Final = frozenset({"content-length", "vary"})
PARAMETER: Final[dict[str, Any]] = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": (
        "Any text that you have not used before, such as a UUID. A request that is repeated with "
        "its key gets the first answer again, with `Idempotency-Replayed: true`, and is not "
        "carried out a second time; answers are kept for a day. Another request with the same key "
        "is refused with 422 `idempotency_key_reused`, a repetition while the first is still being "
        "carried out with 409 `idempotency_in_flight`."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[!-~]+$"},
    "example": "9f1c2d1e-5f0b-4a57-9f0e-0f6d5f1b7a11",
}
"""How the header is described in the operations that take it."""

_MARK: Final = "taken_once_per_key"

P = ParamSpec("P")


def per_key(view: Callable[P, Any]) -> Callable[P, Response]:
    """Carry out the view in a transaction, and only once for each key of who asks.

    The view opens no transaction of its own. To be put above `output` and below `input`.

    Raises:
        BadRequest: the key is not one.
        InFlight: a request with this key is being carried out.
        KeyReused: the key belongs to another request.
    """

    @wraps(view)
    def answered(*args: P.args, **kwargs: P.kwargs) -> Response:
        key = request.headers.get(HEADER)
        with transaction():
            if key is None:
                return current_app.make_response(view(*args, **kwargs))
            found = answers.claim(_owner(), _checked(key), _digest())
            if isinstance(found, KeptAnswer):
                return _again(found)
            return _first(found, lambda: view(*args, **kwargs))

    setattr(answered, _MARK, True)
    return answered


def takes_key(endpoint: str) -> bool:
    """Whether a route of the current application is carried out once per key."""
    return getattr(current_app.view_functions[endpoint], _MARK, False)


def _first(claimed: Claim, view: Callable[[], Any]) -> Response:
    """Carry out the request and keep the answer."""
    try:
        with attempt():
            response = current_app.make_response(view())
    except DomainError as error:
        if error.status not in KEPT_REFUSALS:
            raise
        response = current_app.make_response(problems.refusal(error))
    headers = {name: said for name, said in response.headers if name.lower() not in NOT_KEPT}
    answers.keep(claimed, status=response.status_code, headers=headers, body=response.get_data())
    return response


def _again(kept: KeptAnswer) -> Response:
    return Response(kept.body, kept.status, {**kept.headers, REPLAYED: "true"})


def _owner() -> str:
    """Whose keys these are: other tokens of the same person share them."""
    who = guard.principal()
    return f"client:{who.client_id}" if who.client_id is not None else f"user:{who.user_id}"


def _checked(key: str) -> str:
    if not VISIBLE.fullmatch(key):
        wrong = f"Must have 1 to {LONGEST} visible ASCII characters."
        raise BadRequest(f"{HEADER}: {wrong}", errors={HEADER: [wrong]})
    return key


def _digest() -> bytes:
    """Equal for requests that ask for the same, however their JSON is written."""
    asked = f"{request.method}\n{request.path}\n{request.query_string.decode('latin-1')}\n"
    return sha256(asked.encode() + _written()).digest()


def _written() -> bytes:
    """The body without what does not matter in JSON; as it came where it is none."""
    body = request.get_json(silent=True)
    try:
        return request.get_data() if body is None else _canonical(body)
    except RecursionError:  # read, but too deep to be written again
        return request.get_data()


def _canonical(body: Any) -> bytes:
    return json.dumps(body, sort_keys=True, separators=(",", ":"), default=str).encode()
