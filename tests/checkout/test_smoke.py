from flashpromo.checkout.hold import hold
from flashpromo.checkout import settle
from flashpromo.db import transaction
from tests.story import activate
def test_smoke(world, clock):
    promo = activate(world)
    with transaction():
        r = hold(world.alice, promo.id)
    assert r.id and r.unit_no == 1
    with transaction():
        settle.complete(world.alice, r.reservation_id)
