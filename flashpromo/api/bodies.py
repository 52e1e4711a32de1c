"""How bodies are read: as JSON whatever the content type says, exactly, and never with a 5xx.

Numbers with a fraction or an exponent become `Decimal`, so that a price keeps its digits and 1e400
is still a number that a field can refuse by its name. NaN and infinity pass here for the same
reason: the field says no, not the parser.
"""

import json
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge

from flashpromo.errors import BadRequest


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
        """The body; `null` and nothing at all are refused like every other non-object."""
        try:
            body = json.loads(self._whole_body(), parse_float=_decimal, parse_constant=_decimal)
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


def _decimal(digits: str) -> Decimal:
    try:
        return Decimal(digits)
    except InvalidOperation:  # an exponent beyond what decimals can carry
        return Decimal("NaN")
