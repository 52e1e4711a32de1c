"""Who may listen: a short-lived signed ticket, for a process that has no database to ask.

The web hands it out to a client that is signed in; it names the client and nothing else, and goes
into an address, for a browser sends no headers with an event stream. It opens a stream and no more:
a stream only ever says that there is something to look at.
"""

import math
import time
from dataclasses import dataclass
from typing import Final

from itsdangerous import BadSignature, URLSafeTimedSerializer

SALT: Final = "flashpromo.live"
CLOCKS_DIFFER_SECONDS: Final = 30
"""A ticket may come from a machine whose clock is ahead by this."""


class NoTicket(Exception):
    """It is forged, for something else, or no longer good."""


@dataclass(frozen=True)
class Tickets:
    """Issues and reads tickets; the same secret on both sides."""

    secret_key: str
    seconds: int

    def issue(self, client_id: int) -> str:
        """A ticket of this client, of signs that an address can hold."""
        return self._signer().dumps(client_id)

    def client_of(self, ticket: str) -> int:
        """Whose ticket it is; raises `NoTicket` unless it is good now."""
        try:
            client_id, issued = self._signer().loads(ticket, return_timestamp=True)
        except BadSignature as error:
            raise NoTicket from error
        age_seconds = time.time() - issued.timestamp()
        # Its time is written in whole seconds, cut off.
        is_good = -CLOCKS_DIFFER_SECONDS <= math.floor(age_seconds) <= self.seconds
        if not is_good or not isinstance(client_id, int):
            raise NoTicket
        return client_id

    def _signer(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self.secret_key, salt=SALT)
