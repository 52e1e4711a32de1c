"""How bodies are read: as JSON whatever the content type says, exactly, and never with a 5xx.

Numbers with a fraction or an exponent become `Decimal`, so that a price keeps its digits and 1e400
is still a number that a field can refuse by its name. NaN and infinity pass here for the same
reason: the field says no, not the parser.
"""

import json
from collections.abc import Callable
from functools import cached_property
from typing import Any, Final, TypeVar

from flask import Request, current_app
from werkzeug.exceptions import RequestEntityTooLarge

from flashpromo.errors import BadRequest
from flashpromo.fields import exact_number

View = TypeVar("View", bound=Callable[..., object])

_MARK: Final = "body_may_be_empty"


def may_be_empty(view: View) -> View:
    """Declare that a request to this view needs no body, though it may have one."""
    setattr(view, _MARK, True)
    return view


def takes_none(endpoint: str) -> bool:
    """Whether a route of the current application needs no body."""
    return getattr(current_app.view_functions[endpoint], _MARK, False)


class ExactRequest(Request):
    """A request whose JSON is read exactly; what cannot be read is a `BadRequest`."""

    def get_json(self, force: bool = True, silent: bool = False, cache: bool = True) -> Any:  # noqa: ARG002 - Flask's signature
        """The body as JSON; with `silent`, None when it cannot be read."""
        try:
            return self._exact_json
        except BadRequest:
            if silent:
                return None
            raise

    @cached_property
    def _exact_json(self) -> Any:
        """The body; `null` is refused like every other non-object, and so is nothing at all.

        But for views that `may_be_empty`: to them nothing is an object without members.
        """
        written = self._whole_body()
        if not written and self.endpoint is not None and takes_none(self.endpoint):
            return {}
        try:
            body = json.loads(written, parse_float=exact_number, parse_constant=exact_number)
        except RecursionError as error:
            raise BadRequest("The body nests too deeply.") from error
        except ValueError as error:
            raise BadRequest("The body cannot be read as JSON.") from error
        if body is None:
            raise BadRequest("The body must be a JSON object.")
        return body

    def _whole_body(self) -> bytes:
        """The body. One without a stated length is cut at the limit: that must not go unseen."""
        data = self.get_data()
        limit = self.max_content_length
        if self.content_length is None and limit is not None and len(data) >= limit:
            raise RequestEntityTooLarge
        return data
