"""One state, said twice: the rule in Python and the rule in SQL agree on whatever there can be."""

from datetime import UTC, datetime, timedelta
from itertools import combinations, product

import pytest
from sqlalchemy import insert, select, text

from flashpromo.audience import reach
from flashpromo.db import session
from flashpromo.market.models import Product
from flashpromo.promos import claims, runs
from flashpromo.promos.models import Promo, PromoRun
from flashpromo.promos.states import State, running, state_at, state_column, state_is
from tests.audience.stage import stage

START = datetime(2026, 5, 1, 17, tzinfo=UTC)
END = START + timedelta(hours=2)
TICK = timedelta(microseconds=1)
FACTS = ("activated_at", "paused_at", "sold_out_at", "cancelled_at", "ended_at")
KEPT_AS = ("draft", "published", "deleted")
MOMENTS = {
    "before it starts": START - TICK,
    "as it starts": START,
    "while it lasts": START + timedelta(hours=1),
    "in its last instant": END - TICK,
    "as it ends": END,
    "after its end": END + timedelta(days=1),
}
PROMOS = text("""
INSERT INTO promo (id, product_id, promo_price, regular_price, start_time, end_time, location,
                   segment_ids, published, deleted_at)
VALUES (:id, :id, 1, 2, :start, :end, ST_Point(0, 0), '{1}', :published, :deleted_at)
""")


@pytest.fixture
def every_promo(world):
    """A promo for each combination of facts, kept in each way: 96 of them."""
    with stage():
        kinds = list(product(KEPT_AS, *[[None, START]] * len(FACTS)))
        ids = range(1001, 1001 + len(kinds))
        item = {"store_id": world.store_id, "name": "Thing", "regular_price": 2}
        session().execute(insert(Product), [{"id": each} | item for each in ids])
        session().execute(
            PROMOS, [terms(each, kept_as) for each, (kept_as, *_) in zip(ids, kinds, strict=True)]
        )
        session().execute(
            insert(PromoRun),
            [
                {"promo_id": each} | dict(zip(FACTS, facts, strict=True))
                for each, (_, *facts) in zip(ids, kinds, strict=True)
            ],
        )
        yield session().scalars(select(Promo)).all()


def terms(promo_id: int, kept_as: str) -> dict[str, object]:
    return {
        "id": promo_id,
        "start": START,
        "end": END,
        "published": kept_as == "published",
        "deleted_at": START if kept_as == "deleted" else None,
    }


def ids(condition) -> set[int]:
    query = select(Promo.id).join(PromoRun, PromoRun.promo_id == Promo.id)
    return set(session().scalars(query.where(condition)))


@pytest.fixture(params=MOMENTS.values(), ids=MOMENTS)
def now(request) -> datetime:
    return request.param


def test_python_and_sql_agree_on_every_state(every_promo, now):
    rows = session().execute(
        select(Promo.id, state_column(reach.at(now))).join(PromoRun, PromoRun.promo_id == Promo.id)
    )
    assert {promo_id: state for promo_id, state in rows} == {  # noqa: C416 - rows, not pairs
        promo.id: state_at(promo, now).value for promo in every_promo
    }


def test_what_is_running_is_what_has_the_state_running(every_promo, now):
    is_running = {promo.id for promo in every_promo if state_at(promo, now) is State.RUNNING}
    assert ids(running(reach.at(now))) == is_running
    assert bool(is_running) == (START <= now < END)


def test_what_is_due_is_what_runs_and_was_not_activated(every_promo, now):
    due = {
        promo.id
        for promo in every_promo
        if state_at(promo, now) is State.RUNNING and promo.run.activated_at is None
    }
    assert {promo_id for promo_id, _ in runs.due(now)} == due
    everything = [promo.id for promo in every_promo]
    assert claims.claim(everything, now) == sorted(due)
    assert claims.confirm(dict.fromkeys(everything, 0), now, now) == due


def test_every_promo_is_in_exactly_one_state(every_promo, now):
    found = [ids(state_is([state], reach.at(now))) for state in State]
    assert sum(map(len, found)) == len(every_promo)
    assert set().union(*found) == {promo.id for promo in every_promo}


def test_several_states_are_asked_for_at_once(every_promo, now):
    one_by_one = {state: ids(state_is([state], reach.at(now))) for state in State}
    for size in (2, 3):
        for wanted in combinations(State, size):
            together = set().union(*(one_by_one[state] for state in wanted))
            assert ids(state_is(wanted, reach.at(now))) == together


def test_every_state_can_be(every_promo):
    seen = {state_at(promo, now) for promo in every_promo for now in MOMENTS.values()}
    assert seen == set(State)
