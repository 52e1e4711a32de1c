"""Steps with records: asked about first, done by the domain, told, and written into the log."""

import pytest
from sqlalchemy import text

from flashpromo.admin import steps
from flashpromo.checkout.hold import hold
from flashpromo.db import session, transaction
from tests.admin.conftest import ADMIN
from tests.console.conftest import OWNER
from tests.pages.conftest import Browser


@pytest.fixture
def log(engine):
    """What was done, newest last: action, who, door, subject."""

    def log() -> list[tuple]:
        query = "SELECT action, actor_name, door, subject_id FROM audit_event ORDER BY id"
        with engine.connect() as connection:
            return [tuple(each) for each in connection.execute(text(query))]

    return log


def take(operator: Browser, view: str, step: str, *ids: int | str) -> str:
    """Ask, do, and what the next page says."""
    path = f"{ADMIN}{view}/action/?action={step}" + "".join(f"&id={each}" for each in ids)
    asked = operator.get(path)
    assert asked.status_code == 200
    assert asked.text.count("<h1") == 1
    done = operator.submit(path, path)
    assert done.status_code == 303
    return operator.get(done.location).text


def test_a_promo_is_activated_paused_resumed_and_cancelled(operator, town, log):
    promo = town.promo("Headphones")
    for step, told, action in (
        ("activate", "1 promo is active.", "promo.activated"),
        ("pause", "1 promo is paused.", "promo.paused"),
        ("resume", "1 promo goes on.", "promo.resumed"),
        ("cancel", "1 promo is cancelled.", "promo.cancelled"),
    ):
        assert told in take(operator, "promo", step, promo)
        assert log()[-1] == (action, "admin", "admin", str(promo))
    page = operator.get(f"{ADMIN}promo/details/?id={promo}").text
    assert "action=cancel" not in page
    assert "state-cancelled" in page


def test_what_was_done_before_the_database_failed_is_told(operator, town, log, monkeypatch):
    first, second, third = (town.promo(f"Promo {number}") for number in range(3))
    do = steps._do

    def fail_at_the_second(view, step, address: str) -> None:
        if address == str(second):
            with transaction():
                session().execute(text("SELECT 1 / 0"))
        do(view, step, address)

    monkeypatch.setattr(steps, "_do", fail_at_the_second)
    before = len(log())
    page = take(operator, "promo", "pause", first, second, third)
    assert "1 promo is paused." in page
    for left in (second, third):
        assert f"{left} was left as it is: The service cannot answer just now." in page
    assert [each[3] for each in log()[before:]] == [str(first)]
    path = f"{ADMIN}promo/action/?action=pause&id={second}"
    assert operator.submit(path, path).status_code == 500


def test_what_the_domain_refuses_is_told(operator, town, log):
    draft, running = town.promo("Draft", publish=False), town.promo("Runs")
    before = len(log())
    page = take(operator, "promo", "pause", draft, running)
    assert "1 promo is paused." in page
    assert f"{draft} was left as it is:" in page
    assert [each[0] for each in log()[before:]] == ["promo.paused"]
    future = town.promo("Later", hours=5)
    assert f"{future} was left as it is: The promo is scheduled." in take(
        operator, "promo", "activate", future
    )


def test_a_draft_is_published_and_withdrawn(operator, town, log):
    promo = town.promo("Draft", hours=3, publish=False)
    assert "1 promo is published." in take(operator, "promo", "publish", promo)
    assert "1 promo is a draft." in take(operator, "promo", "withdraw", promo)
    assert [each[0] for each in log()[-2:]] == ["promo.published", "promo.withdrawn"]


def free_units(engine, promo: int) -> int:
    with engine.connect() as connection:
        found = "SELECT count(*) FROM promo_unit WHERE promo_id = :promo AND held_by IS NULL"
        return connection.scalar(text(found), {"promo": promo})


def held(operator: Browser, town) -> tuple[int, int]:
    """A promo of two units, one of which Alice holds."""
    promo = town.promo("Headphones", quantity=2)
    take(operator, "promo", "activate", promo)
    with town.app.app_context(), transaction():
        return promo, hold(town.world.alice, promo).id


def test_a_hold_is_released(operator, town, engine, log):
    promo, reservation = held(operator, town)
    assert "1 hold is released." in take(operator, "reservation", "release", reservation)
    assert free_units(engine, promo) == 2
    assert log()[-1] == ("reservation.released", "admin", "admin", str(reservation))
    many = len(log())
    take(operator, "reservation", "release", reservation)
    assert len(log()) == many
    assert (
        "action=release" not in operator.get(f"{ADMIN}reservation/details/?id={reservation}").text
    )


def test_what_is_bought_is_not_released(operator, full, log):
    before = len(log())
    page = take(operator, "reservation", "release", full["reservation"])
    assert "1 was left as it is:" in page
    assert len(log()) == before


def test_all_holds_of_a_promo_are_released(operator, town, engine, log):
    promo, reservation = held(operator, town)
    assert "The holds of 1 promo are released." in take(operator, "promo", "release", promo)
    assert free_units(engine, promo) == 2
    assert log()[-1][0] == "promo.holds_released"
    with engine.connect() as connection:
        found = connection.execute(text("SELECT release_reason FROM reservation")).scalar_one()
    assert found == "released"
    with town.app.app_context(), transaction():
        assert hold(town.world.alice, promo).id > reservation


def test_a_user_is_kept_out_and_let_in(operator, look_as, engine, log):
    merchant = look_as(OWNER)
    with engine.connect() as connection:
        found = text("SELECT user_id FROM sign_in WHERE username = :name")
        user_id = connection.scalar(found, {"name": OWNER})
    assert "1 user is signed out." in take(operator, "user", "sign-out", user_id)
    assert merchant.signed_in_as is None
    assert merchant.sign_in(OWNER).status_code == 303
    assert "1 user is deactivated." in take(operator, "user", "deactivate", user_id)
    assert merchant.signed_in_as is None
    assert merchant.sign_in(OWNER).status_code == 422
    assert "1 user is active." in take(operator, "user", "activate", user_id)
    assert merchant.sign_in(OWNER).status_code == 303
    actions = [each[0] for each in log() if each[1] == "admin" and each[3] == str(user_id)]
    assert actions == ["user.signed_out", "user.deactivated", "user.activated"]
    assert "This service sends no mail." in take(operator, "user", "letter", user_id)


def test_a_step_is_for_what_there_is(operator, town):
    assert operator.get(f"{ADMIN}promo/action/?action=explode&id=1").status_code == 404
    assert operator.get(f"{ADMIN}promo/action/?action=pause&id=12345").status_code == 404
    led = operator.get(f"{ADMIN}promo/action/?action=pause")
    assert led.status_code == 303
    assert "Choose one or more" in operator.get(led.location).text
    path = f"{ADMIN}promo/action/?action=pause&id=1"
    assert operator.http.post(path).status_code == 400  # no token of a form


def test_who_is_no_operator_takes_no_step(look_as, town, log):
    promo, before = town.promo("Headphones"), len(log())
    merchant = look_as(OWNER)
    path = f"{ADMIN}promo/action/?action=cancel&id={promo}"
    assert merchant.get(path).status_code == 403
    assert merchant.submit("/console/", path).status_code == 403
    assert "promo.cancelled" not in [each[0] for each in log()[before:]]
