"""Which fixes of a client's device are believed, and what follows when one is not."""

import random
import threading
from datetime import UTC, datetime, timedelta

import pytest
from geographiclib.geodesic import Geodesic

from flashpromo.audience import clients, fixes
from flashpromo.audience.fix_rules import Doubt
from flashpromo.audience.models import ClientFix
from flashpromo.checkout import eligibility
from flashpromo.db import app_now, session, transaction
from flashpromo.errors import InvalidFields, NotFound
from flashpromo.promos import reaching
from tests.audience.stage import rehearsal, stage
from tests.story import broken_promises, publish
from tests.world import LATITUDE, LONGITUDE, METRE, World

NOW = datetime(2026, 5, 17, 18, 0, tzinfo=UTC)
HERE = {"latitude": LATITUDE, "longitude": LONGITUDE}
MADRID = {"latitude": 40.4168, "longitude": -3.7038}  # 9,060 km from here
HOURS_TO_MADRID = 9_060 / 1200


@pytest.fixture
def frank(world: World) -> int:
    """Nobody knows where he is."""
    return world.frank


def fix(client_id: int, place: dict[str, float], **values) -> Doubt | None:
    with transaction():
        return fixes.take(client_id, **place, **values)


def located(client_id: int) -> fixes.Location:
    session().rollback()
    return fixes.locate(client_id, app_now())


def point(client_id: int) -> tuple[float, float] | None:
    place = located(client_id).place
    return (place.latitude, place.longitude) if place else None


def test_a_good_fix_is_where_the_client_is(frank):
    assert fix(frank, HERE, accuracy_m=25.0) is None
    found = located(frank)
    assert (found.place.latitude, found.place.accuracy_m) == (LATITUDE, 25.0)
    assert found.in_use
    assert (found.refused_as, found.refused_at) == (None, None)


def test_an_unknown_location_has_no_place(frank):
    assert located(frank) == fixes.Location(None, in_use=False)


def test_too_old_and_the_location_is_unknown(world, clock):
    """Alice was near; her device says where she was a month ago."""
    clock.advance(days=31)
    a_month_ago = app_now() - timedelta(days=30)
    assert fix(world.alice, HERE, located_at=a_month_ago) is Doubt.TOO_OLD
    found = located(world.alice)
    assert (found.place, found.in_use, found.refused_as) == (None, False, "too_old")


def test_one_that_grows_old_is_in_use_no_longer(frank, clock):
    fix(frank, HERE)
    clock.advance(days=30)
    assert point(frank) == (LATITUDE, LONGITUDE)
    assert not located(frank).in_use


@pytest.mark.parametrize(("accuracy_m", "doubt"), [(1000, None), (1000.1, Doubt.TOO_COARSE)])
def test_so_coarse_and_no_coarser(frank, accuracy_m, doubt):
    assert fix(frank, HERE, accuracy_m=accuracy_m) is doubt
    assert (point(frank) is None) == (doubt is not None)


def test_what_is_refused_takes_the_client_out_of_reach(world):
    promo = publish(world)
    assert [each.id for each in reaching.promos(world.alice, app_now())] == [promo.id]
    assert fix(world.alice, HERE, accuracy_m=5000) is Doubt.TOO_COARSE
    assert reaching.promos(world.alice, app_now()) == []
    refused = eligibility.look(world.alice, promo.id, app_now())
    assert refused.failing == ["location_unknown"]
    assert fix(world.alice, HERE, accuracy_m=50) is None
    assert [each.id for each in reaching.promos(world.alice, app_now())] == [promo.id]


def test_nobody_flies_to_madrid_in_an_hour(frank, clock):
    fix(frank, HERE, accuracy_m=10)
    clock.advance(hours=1)
    assert fix(frank, MADRID, accuracy_m=10) is Doubt.TOO_FAST
    found = located(frank)
    assert (found.place, found.refused_as) == (None, "too_fast")
    assert app_now() - found.refused_at < timedelta(minutes=1)


def test_saying_it_again_does_not_make_it_true(frank, clock):
    fix(frank, HERE, accuracy_m=10)
    for _ in range(3):
        clock.advance(minutes=1)
        assert fix(frank, MADRID, accuracy_m=10) is Doubt.TOO_FAST
        assert point(frank) is None


def test_in_steps_it_is_no_faster(frank, clock):
    """Half of the way, then the whole: each step is measured from what was believed."""
    fix(frank, HERE, accuracy_m=10)
    clock.advance(minutes=10)
    between = {"latitude": 30.0, "longitude": -50.0}
    assert fix(frank, between, accuracy_m=10) is Doubt.TOO_FAST
    clock.advance(minutes=10)
    assert fix(frank, MADRID, accuracy_m=10) is Doubt.TOO_FAST


def test_a_day_later_one_may_well_be_there(frank, clock):
    fix(frank, HERE, accuracy_m=10)
    clock.advance(minutes=1)
    fix(frank, MADRID, accuracy_m=10)
    clock.advance(hours=HOURS_TO_MADRID)
    assert fix(frank, MADRID, accuracy_m=10) is None
    assert point(frank) == (MADRID["latitude"], MADRID["longitude"])
    assert located(frank).refused_as is None


def test_who_was_refused_is_believed_at_home_again(frank, clock):
    fix(frank, HERE, accuracy_m=10)
    clock.advance(minutes=1)
    fix(frank, MADRID, accuracy_m=10)
    clock.advance(minutes=1)
    assert fix(frank, HERE, accuracy_m=10) is None
    assert point(frank) == (LATITUDE, LONGITUDE)


def test_what_an_operator_wrote_is_measured_against_too(world, clock):
    """Alice has never sent a fix. Once refused, the place that she had is not forgotten either."""
    for _ in range(2):
        assert fix(world.alice, MADRID) is Doubt.TOO_FAST
    assert point(world.alice) is None


def test_of_the_two_the_newer_place_counts(frank, clock):
    fix(frank, HERE, accuracy_m=10)
    clock.advance(minutes=5)
    with transaction():
        clients.change(frank, MADRID)
    assert located(frank).place.accuracy_m is None
    clock.advance(minutes=5)
    assert fix(frank, HERE) is Doubt.TOO_FAST
    assert fix(frank, MADRID) is None


def test_a_fix_that_comes_late_changes_nothing(frank, clock):
    start = app_now()
    clock.advance(minutes=10)
    fix(frank, HERE, accuracy_m=10)
    known = located(frank)
    for late in (MADRID, HERE):
        for accuracy_m in (10, 9999):
            doubt = fix(frank, late, accuracy_m=accuracy_m, located_at=start)
            assert doubt is Doubt.OUT_OF_ORDER
    assert located(frank) == known


def test_a_fix_of_last_month_that_comes_late_takes_nothing_away(frank):
    fix(frank, HERE)
    last_month = app_now() - timedelta(days=40)
    assert fix(frank, HERE, located_at=last_month) is Doubt.OUT_OF_ORDER
    assert located(frank).in_use


def test_a_late_fix_between_the_last_good_one_and_a_refused_one_is_good(frank, clock):
    fix(frank, HERE, accuracy_m=10)
    clock.advance(minutes=5)
    between = app_now()
    clock.advance(minutes=5)
    assert fix(frank, MADRID) is Doubt.TOO_FAST
    assert fix(frank, HERE, located_at=between) is None
    assert located(frank).place.located_at == between


def test_the_same_fix_sent_twice_is_the_same(frank):
    taken_at = app_now()
    for _ in range(2):
        assert fix(frank, HERE, accuracy_m=10, located_at=taken_at) is None
    assert located(frank).place.located_at == taken_at


def metres_north(metres: float) -> dict[str, float]:
    return {"latitude": LATITUDE + metres * METRE, "longitude": LONGITUDE}


@pytest.mark.parametrize(
    ("metres", "accuracies", "doubt"),
    [
        (300, (0, 0), None),  # 1200 km/h make 333 m a second
        (370, (0, 0), Doubt.TOO_FAST),
        (370, (20, 30), None),
        (2_300, (None, None), None),  # what is not said may be as coarse as is believed at all
        (2_400, (None, None), Doubt.TOO_FAST),
    ],
)
def test_at_one_instant_only_inaccuracy_explains_a_distance(frank, metres, accuracies, doubt):
    taken_at = app_now()
    first, second = accuracies
    fix(frank, HERE, accuracy_m=first, located_at=taken_at)
    assert fix(frank, metres_north(metres), accuracy_m=second, located_at=taken_at) is doubt


def moved(place: dict[str, float], azimuth: float, metres: float) -> dict[str, float]:
    end = Geodesic.WGS84.Direct(place["latitude"], place["longitude"], azimuth, metres)
    return {"latitude": end["lat2"], "longitude": end["lon2"]}


@pytest.mark.parametrize("seed", range(4))
def test_who_really_travels_is_always_believed(world, seed):
    """At 900 km/h at most, the device as wrong as it says and speaking as often as it likes."""
    chance = random.Random(seed)
    with stage(NOW):
        here, moment, taken = HERE, NOW - timedelta(days=29), 0
        while taken < 60:
            accuracy_m = chance.choice([0, 5, 50, 1000])
            said = moved(here, chance.uniform(-180, 180), chance.uniform(0, accuracy_m) * 0.999)
            given = {"accuracy_m": accuracy_m, "located_at": moment}
            assert fixes.take(world.frank, **said, **given) is None, (seed, taken)
            seconds = 10 ** chance.uniform(-1, 5.2 if chance.random() < 0.1 else 1.5)
            moment, taken = moment + timedelta(seconds=seconds), taken + 1
            if moment > NOW:
                break
            metres = chance.uniform(0, 900 / 3.6 * seconds)
            here = moved(here, chance.uniform(-180, 180), metres)
        assert taken > 20


def test_in_many_small_steps_it_is_no_faster(frank):
    """Each of them is what two inaccuracies explain; together they are a flight over an ocean."""
    taken_at = app_now()
    fix(frank, HERE, accuracy_m=1000, located_at=taken_at)
    found = [
        fix(frank, metres_north(1900 * step), accuracy_m=1000, located_at=taken_at)
        for step in range(1, 20)
    ]
    assert found == [None] + [Doubt.TOO_FAST] * 18


def test_who_makes_places_up_gains_two_kilometres_a_minute_at_most(world):
    """The boldest place that is believed, every ten seconds for ten minutes."""
    with stage(NOW):
        start, north = NOW - timedelta(hours=1), 0.0
        fixes.take(world.frank, **HERE, accuracy_m=1000, located_at=start)
        for seconds in range(10, 601, 10):
            given = {"accuracy_m": 1000, "located_at": start + timedelta(seconds=seconds)}
            for bold in (5300, 4000, 3300, 0):
                if fixes.take(world.frank, **metres_north(north + bold), **given) is None:
                    north += bold
                    break
            farthest = (1200 / 3.6) * seconds + 2000 * (seconds // 60 + 1)
            assert north <= farthest * 1.01
        assert north > (1200 / 3.6) * 600  # so it was bold indeed


def test_an_anchor_holds_for_a_minute(frank, clock):
    fix(frank, HERE, accuracy_m=10)
    first = fixes.last_fix(frank).anchored_at
    for seconds, moves in ((20, False), (35, False), (10, True)):
        clock.advance(seconds=seconds)
        fix(frank, metres_north(seconds), accuracy_m=10)
        session().rollback()
        assert (fixes.last_fix(frank).anchored_at != first) == moves


def test_a_refusal_moves_no_anchor(frank, clock):
    fix(frank, HERE, accuracy_m=10)
    before = fixes.last_fix(frank).anchored_at
    clock.advance(minutes=2)
    assert fix(frank, MADRID, accuracy_m=10) is Doubt.TOO_FAST
    session().rollback()
    assert fixes.last_fix(frank).anchored_at == before


PLACES = {
    "ocean": (HERE, MADRID),
    "antimeridian": ({"latitude": -17, "longitude": 179.9}, {"latitude": -17, "longitude": -179.9}),
    "over the pole": ({"latitude": 89, "longitude": 0}, {"latitude": 89, "longitude": 180}),
    "at the pole": ({"latitude": 90, "longitude": 0}, {"latitude": 89.9, "longitude": 120}),
}


@pytest.mark.parametrize(("start", "end"), PLACES.values(), ids=PLACES)
def test_exactly_as_fast_as_is_believed_everywhere(world, start, end):
    """Measured against geodesics that PostGIS has no part in."""
    ends = start["latitude"], start["longitude"], end["latitude"], end["longitude"]
    metres = Geodesic.WGS84.Inverse(*ends)["s12"]
    seconds = metres / (1200 / 3.6)
    with stage(NOW):
        for spare, doubt in ((0.01, None), (-0.01, Doubt.TOO_FAST)):
            with rehearsal():
                began = NOW - timedelta(seconds=seconds + spare)
                session().add(
                    ClientFix(client_id=world.frank, **start, accuracy_m=0, fixed_at=began)
                )
                session().flush()
                assert fixes.take(world.frank, **end, accuracy_m=0) is doubt


def test_a_pole_is_one_place_whatever_its_longitude(frank):
    taken_at = app_now()
    fix(frank, {"latitude": 90, "longitude": 0}, accuracy_m=0, located_at=taken_at)
    elsewhere = {"latitude": 90, "longitude": 123}
    assert fix(frank, elsewhere, accuracy_m=0, located_at=taken_at) is None


WRONG = {
    "latitude": [{"latitude": 91}, {"latitude": float("nan")}],
    "longitude": [{"longitude": -181}],
    "accuracy_m": [{"accuracy_m": -1}, {"accuracy_m": float("nan")}],
}


@pytest.mark.parametrize(
    ("field", "values"), [(field, each) for field, ways in WRONG.items() for each in ways]
)
def test_a_value_that_no_fix_can_have_is_no_fix(world, field, values):
    with pytest.raises(InvalidFields) as wrong:
        fix(world.alice, HERE | values)
    assert set(wrong.value.fields) == {field}
    assert located(world.alice).in_use


def test_a_clock_may_be_a_minute_fast_but_not_more(frank):
    with pytest.raises(InvalidFields, match="located_at"):
        fix(frank, HERE, located_at=app_now() + timedelta(seconds=65))
    assert fix(frank, HERE, located_at=app_now() + timedelta(seconds=50)) is None
    assert located(frank).place.located_at <= app_now()


def test_nobody_has_no_fix(world):
    with pytest.raises(NotFound):
        fix(999, HERE)
    with pytest.raises(NotFound), transaction():
        fixes.withdraw(999)


def test_withdrawing_does_not_open_the_world(frank, clock):
    """Else whoever wants to be believed anywhere would withdraw first."""
    fix(frank, HERE, accuracy_m=10)
    clock.advance(minutes=1)
    with transaction():
        fixes.withdraw(frank)
    assert located(frank) == fixes.Location(None, in_use=False)
    assert fix(frank, MADRID) is Doubt.TOO_FAST


def test_withdrawing_forgets_a_refusal(frank):
    fix(frank, HERE, accuracy_m=5000)
    with transaction():
        fixes.withdraw(frank)
    assert located(frank).refused_as is None


def forget_unused(most: int = 1000) -> int:
    """All of them, piece by piece."""
    after, count = 0, 0
    while after is not None:
        with transaction():
            piece = fixes.forget_unused(app_now(), after=after, most=most)
        after, count = piece.looked_up_to, count + piece.count
    return count


@pytest.mark.parametrize("most", [1, 3, 1000])
def test_in_pieces_of_any_size_nobody_is_left_out(world, clock, most):
    for client_id in (world.alice, world.bob, world.frank):
        fix(client_id, HERE, accuracy_m=5000)
    clock.advance(days=1)
    assert forget_unused(most) == 2  # nobody has ever known where Frank is


def test_a_piece_looks_at_no_more_clients_than_it_may(world, clock):
    for client_id in (world.alice, world.bob, world.carol):
        fix(client_id, HERE, accuracy_m=5000)
    clock.advance(days=1)
    first = min(world.alice, world.bob, world.carol)
    with transaction():
        piece = fixes.forget_unused(app_now(), after=0, most=1)
    assert piece == fixes.Forgotten(1, first)


def test_what_is_out_of_use_is_forgotten_once_it_disproves_nothing(frank, world, clock):
    fix(frank, HERE, accuracy_m=10)
    fix(world.bob, metres_north(30_000), accuracy_m=10)
    fix(frank, HERE, accuracy_m=5000)
    clock.advance(hours=16, minutes=30)
    assert forget_unused() == 0
    clock.advance(minutes=15)  # 20,004 km at 1200 km/h
    assert forget_unused() == 1
    assert forget_unused() == 0
    assert located(frank).refused_as == "too_coarse"
    assert located(world.bob).in_use
    assert fix(frank, MADRID) is None


def test_two_fixes_at_once_follow_each_other(app, frank):
    """Two devices, two continents, one instant: one of them is not believed."""
    start, found = threading.Barrier(2), []

    def send(place):
        with app.app_context():
            start.wait()
            found.append(fix(frank, place, accuracy_m=10))

    senders = [threading.Thread(target=send, args=(place,)) for place in (HERE, MADRID)]
    for each in senders:
        each.start()
    for each in senders:
        each.join()
    assert sorted(found, key=str) == [None, Doubt.TOO_FAST]
    assert broken_promises() == set()
