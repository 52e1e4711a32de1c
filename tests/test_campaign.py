"""The activation: who is told, once, and by which promo."""

import pytest
from sqlalchemy import select

from flashpromo.db import session
from flashpromo.notify.models import Delivery, Notification
from flashpromo.promos.models import PromoRun
from tests.story import activate


def notified() -> set[int]:
    return set(session().scalars(select(Notification.client_id)))


def test_tells_only_who_is_near_in_segment_opted_in_and_fresh(world):
    promo = activate(world)
    assert notified() == {world.alice}
    row = session().scalars(select(Notification)).one()
    assert row.promo_id == promo.id
    assert row.distance_m == pytest.approx(100, abs=1)
    assert row.segment_id == world.new_users
    assert session().get(PromoRun, promo.id, populate_existing=True).notified_count == 1
    assert session().scalars(select(Delivery.channel)).all() == ["log"]
