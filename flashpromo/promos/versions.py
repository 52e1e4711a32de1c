"""What tells two versions of a promo apart: a change of its row or its run makes another one."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from flashpromo.promos.models import Promo


class Version(NamedTuple):
    """When the terms were written last, the price that follows the product, and the run so far."""

    updated_at: datetime
    regular_price: Decimal
    paused_at: datetime | None
    sold_out_at: datetime | None
    cancelled_at: datetime | None
    ended_at: datetime | None


def version_of(promo: Promo) -> Version:
    """The version of a promo that was read with its run."""
    run = promo.run
    return Version(
        promo.updated_at,
        promo.regular_price,
        run.paused_at,
        run.sold_out_at,
        run.cancelled_at,
        run.ended_at,
    )
