"""What somebody types is kept by the browser's tab until it was saved: see `static/keep-typed.js`.

A form has a key, and the answer that says it was saved names the key in a cookie that the script
may read. So what was typed is offered again after a session has ended, and not after it was saved.
"""

import re
import secrets
from typing import Final

from flask import request
from werkzeug.wrappers import Response

from flashpromo import config

FIELD: Final = "draft"
COOKIE: Final = "flashpromo_saved"
KEY: Final = re.compile("[0-9a-f]{16}")
SECONDS: Final = 24 * 3600


def key() -> str:
    """The key of the form of this request: the one that was sent, or a new one."""
    sent = request.form.get(FIELD, "")
    return sent if KEY.fullmatch(sent) else secrets.token_hex(8)


def saved(answer: Response) -> Response:
    """Say with the answer that the form was saved."""
    answer.set_cookie(
        COOKIE,
        key(),
        max_age=SECONDS,
        path="/",
        secure=config.current().only_over_https,
        samesite="Lax",
    )
    return answer
