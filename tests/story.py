"""Steps that many stories share: a promo of TechShop, published; the clock moved to its start."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from flashpromo import campaign
from flashpromo.db import app_now, transaction
from flashpromo.promos import lifecycle
from flashpromo.promos.models import Promo
from flashpromo.promos.terms import Terms
from tests.world import World


def terms(world: World, **changes: Any) -> Terms:
    """Headphones at 499.00 for new users, within 2 km, starting now, for two hours."""
    now = app_now()
    usual = Terms(
        product_id=world.product_id,
        promo_price=Decimal("499.00"),
        start_time=now,
        end_time=now + timedelta(hours=2),
        segment_ids=(world.new_users,),
    )
    return usual.changed(changes)


def publish(world: World, **changes: Any) -> Promo:
    """Create and publish a promo with these terms."""
    with transaction():
        return lifecycle.create(terms(world, **changes), publish=True)


def activate(world: World, **changes: Any) -> Promo:
    """Publish a promo that starts now and activate it."""
    promo = publish(world, **changes)
    with transaction():
        assert promo.id in campaign.activate_due().notified
    return promo
