"""How it stands with one client and one promo."""

from dataclasses import dataclass

from flashpromo.db import app_now
from flashpromo.notify import audiences, outcomes
from flashpromo.notify.audiences import Explanation
from flashpromo.notify.outcomes import Notice


@dataclass(frozen=True)
class Account:
    """How a client stands to a promo now, and what it was told: by this promo, or today by any."""

    explanation: Explanation
    notices: list[Notice]


def explain(client_id: int, promo_id: int) -> Account:
    """Every part of reach and notifiable, with metres, and what the client was told.

    Raises:
        NotFound: no such client or promo.
    """
    now = app_now()
    return Account(
        audiences.explain(client_id, promo_id, now), outcomes.notices(client_id, promo_id, now)
    )
