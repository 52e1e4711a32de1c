"""A client that is erased leaves nothing that leads to it, and holds nothing."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select, text

from flashpromo import jobs
from flashpromo.accounts import links
from flashpromo.checkout import settle
from flashpromo.checkout.errors import AlreadyHeld, ReservationExpired
from flashpromo.checkout.models import Purchase, Reservation
from flashpromo.db import db, session, transaction
from flashpromo.errors import InvalidFields, NotFound
from flashpromo.idempotency.models import KeptAnswer
from flashpromo.languages import Language
from flashpromo.letters import outbox
from flashpromo.letters.models import Kind
from flashpromo.own_data import erasure
from tests.letters.sending import with_settings
from tests.own_data import stage
from tests.story import activate, broken_promises, forget_hints, publish, run_of, take
from tests.world import World

ON_RECORD = {"notification", "delivery", "reservation", "purchase"}
"""What was told and bought stays, under a number that leads to nobody."""


def erase(client_id: int) -> None:
    with transaction():
        erasure.erase(client_id)


@pytest.fixture
def lived(world: World) -> dict[str, int]:
    return stage.live(world, world.alice)


def counts(client_id: int) -> dict[str, int]:
    return {
        table.name: session().scalar(
            select(func.count()).select_from(table).where(table.c.client_id == client_id)
        )
        for table in stage.tables()
    }


def test_nothing_leads_to_the_client_any_more(world, lived):
    before = counts(world.alice)
    erase(world.alice)
    after = counts(world.alice)
    for name, count in after.items():
        assert count == (before[name] if name in ON_RECORD else 0), name
    assert session().scalar(text("SELECT count(*) FROM client WHERE id = 1")) == 0
    assert session().scalar(select(func.count()).select_from(KeptAnswer)) == 0
    assert broken_promises() == set()


def test_its_links_and_letters_are_gone(world, lived, app, monkeypatch):
    with_settings(app, monkeypatch, mail_folder="/nonexistent")
    with transaction():
        links.make_for_password("alice", "a@b.c", timedelta(hours=1))
        links.use(links.look(links.make_for_password("alice", "a@b.c", timedelta(hours=1))))
        outbox.write(Kind.PASSWORD, Language.ENGLISH, username="alice", email="a@b.c")
    erase(world.alice)
    for table in ("one_time_link", "letter"):
        assert session().scalar(text(f"SELECT count(*) FROM {table}")) == 0


def test_what_it_held_is_free_at_once_and_the_record_says_why(world, lived):
    erase(world.alice)
    assert take(world.carol, lived["held"]).client_id == world.carol
    ended = session().execute(
        select(Reservation.promo_id, Reservation.release_reason).where(
            Reservation.client_id == world.alice, Reservation.completed_at.is_(None)
        )
    )
    assert dict(tuple(row) for row in ended) == {
        lived["given_back"]: "released",
        lived["held"]: "client_erased",
    }
    assert broken_promises() == set()


def test_losers_are_not_kept_away_by_what_redis_remembers(world):
    promo = publish(world)
    take(world.alice, promo.id)
    with pytest.raises(AlreadyHeld):
        take(world.carol, promo.id)
    erase(world.alice)
    assert take(world.carol, promo.id)


def test_a_lapsed_hold_stays_as_it_lapsed(world, clock, redis):
    promo = publish(world)
    held = take(world.alice, promo.id)
    clock.advance(seconds=61)
    forget_hints(redis)
    erase(world.alice)
    assert (
        session().get(Reservation, (promo.id, held.id), populate_existing=True).released_at is None
    )
    assert broken_promises() == set()


def test_what_waits_to_be_sent_is_not_sent(world, post):
    promo = activate(world)
    erase(world.alice)
    jobs.deliver(promo.id)
    assert post.sent == []
    found = session().execute(text("SELECT state, reason FROM delivery")).all()
    assert [tuple(row) for row in found] == [("skipped", "client_gone")]
    assert broken_promises() == set()


def test_nobody_is_erased_by_a_slip(world):
    with pytest.raises(InvalidFields, match="confirm"), transaction():
        erasure.erase_oneself(world.alice, username="alice", confirm="Alice")
    with transaction():
        erasure.erase_oneself(world.alice, username="alice", confirm="alice")
    with pytest.raises(NotFound):
        erase(world.alice)


@contextmanager
def just_before_the_locks(app, act) -> Iterator[None]:
    """Let another connection act when the erasure is about to lock the client's units."""
    done = []

    def elsewhere() -> None:
        with app.app_context(), transaction():
            done.append(act())

    def step_in(_connection, _cursor, statement, *_) -> None:
        if "FOR NO KEY UPDATE OF u" in statement and not done:
            rival = threading.Thread(target=elsewhere)
            rival.start()
            rival.join()

    event.listen(db.engine, "before_cursor_execute", step_in)
    try:
        yield
    finally:
        event.remove(db.engine, "before_cursor_execute", step_in)
    assert done


def test_who_completes_first_has_bought(app, world):
    promo = publish(world)
    held = take(world.alice, promo.id)

    with just_before_the_locks(app, lambda: settle.complete(world.alice, held.reservation_id)):
        erase(world.alice)
    assert session().scalar(select(func.count()).select_from(Purchase)) == 1
    assert run_of(promo.id).sold_out_at is not None
    assert broken_promises() == set()


def test_who_completes_after_it_finds_the_hold_gone(world):
    held = take(world.alice, publish(world).id)
    erase(world.alice)
    with pytest.raises(ReservationExpired), transaction():
        settle.complete(world.alice, held.reservation_id)
    assert session().scalar(select(func.count()).select_from(Purchase)) == 0
