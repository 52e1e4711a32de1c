"""An event stands or falls with its change, costs one statement, and is written last."""

import re
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask

from flashpromo import audit
from flashpromo.audience import segments
from flashpromo.audit import queries
from flashpromo.audit.actors import SYSTEM, Actor, ActorKind, Door, acting, present
from flashpromo.audit.writing import differing
from flashpromo.db import attempt, transaction
from flashpromo.errors import InvalidFields
from flashpromo.market import stores
from flashpromo.market.members import Role
from flashpromo.promos import catalogue
from tests.api.conftest import Caller
from tests.api.test_promo_series import EVERY_DAY
from tests.api.test_promos import PROMOS, terms
from tests.audit.conftest import Events
from tests.conftest import ROOT
from tests.story import activate, statements, take
from tests.world import World

STORES = "/api/market/stores/"


def noted() -> list[str]:
    _, events = queries.page(limit=100)
    return [event.action for event in reversed(events)]


def open_store(name: str) -> int:
    return stores.create(name=name, latitude=0, longitude=0, time_zone="UTC").id


def test_a_rollback_forgets_it(context: None):
    with suppress(ValueError), transaction():
        open_store("Corner")
        raise ValueError
    assert noted() == []
    with transaction():
        open_store("Corner")
    assert noted() == ["store.created"]


def test_a_part_that_is_undone_is_forgotten_alone(context: None):
    with transaction():
        segments.create(name="VIP")
        with suppress(InvalidFields), attempt():
            open_store("Corner")
            segments.create(name="VIP")
        with attempt():
            open_store("Kiosk")
    assert noted() == ["segment.created", "store.created"]


def test_a_refusal_that_is_kept_for_a_key_leaves_nothing(
    techshop: Caller, world: World, events: Events
):
    """The second day's window is taken: the first day's promo was made by then, and is undone."""
    body = terms(world)
    del body["start_time"], body["end_time"]
    first = (world.now + timedelta(days=2)).date()
    days = {"first_day": f"{first}", "last_day": f"{first + timedelta(days=1)}"}
    body |= {"weekdays": EVERY_DAY, "starts_at": "17:00", "ends_at": "19:00"} | days
    series, key = f"{PROMOS}recurring/", {"Idempotency-Key": "one"}
    assert techshop.post(series, body | {"first_day": days["last_day"]}).status_code == 201
    events()
    answers = [techshop.post(series, body, headers=key) for _ in range(2)]
    assert [(each.status_code, each.json["code"]) for each in answers] == [
        (409, "promo_overlaps")
    ] * 2
    assert "Idempotency-Replayed" in answers[1].headers
    assert events() == []


def test_what_is_answered_again_is_told_once(operator: Caller, events: Events):
    events()
    body = {"name": "Corner", "latitude": 0, "longitude": 0}
    for _ in range(2):
        operator.post(STORES, body, headers={"Idempotency-Key": "one"})
    assert [event.action for event in events()] == ["store.created"]


def test_a_change_costs_one_statement_and_it_is_the_last(context: None, world: World):
    with statements() as sent, transaction():
        catalogue.change_store(world.store_id, None, name="Moved")
        catalogue.change_store(world.store_id, None, name="Moved again")
    written = [each for each in sent if "audit_event" in each]
    assert len(written) == 1
    assert sent[-1] == written[0]


def test_a_reservation_costs_none(context: None, world: World):
    promo = activate(world)
    with statements() as sent:
        take(world.alice, promo.id)
    assert sent
    assert not [each for each in sent if "audit" in each]


def test_a_change_that_is_none_costs_none(context: None, world: World):
    with statements() as sent, transaction():
        catalogue.change_store(world.store_id, None, name="TechShop")
    assert not [each for each in sent if "audit" in each]


def test_events_are_noted_within_a_transaction_only(context: None):
    with pytest.raises(RuntimeError, match="no transaction"):
        audit.record("store.changed", "store", 1)


def test_without_a_door_it_is_the_system(context: None):
    with transaction():
        open_store("Corner")
    _, (event,) = queries.page(limit=1)
    assert (event.actor_kind, event.actor_id, event.actor_name, event.door, event.address) == (
        "system",
        None,
        "",
        "system",
        "",
    )


def test_who_acts_ends_with_the_block():
    clerk = Actor(ActorKind.OPERATOR, Door.ADMIN, 3, "root", "192.0.2.7")
    with suppress(ValueError), acting(clerk):
        assert present() == clerk
        raise ValueError
    assert present() == SYSTEM


def test_values_are_written_as_the_api_writes_them():
    before = {"same": Decimal(5), "gone": 1, "at": datetime(2026, 5, 1, 17, 30, tzinfo=UTC)}
    after = {
        "same": Decimal("5.00"),
        "price": Decimal("99.5"),
        "at": datetime(2026, 5, 1, 17, 30, 0, 5000, tzinfo=UTC),
        "quiet_from": time(22, 5),
        "role": Role.OWNER,
        "ids": (1, 2),
        "id": UUID(int=7),
        "nothing": None,
    }
    assert issubclass(Role, StrEnum)
    assert differing(before, after) == (
        {"gone": 1, "at": "2026-05-01T17:30:00Z"},
        {
            "price": "99.50",
            "at": "2026-05-01T17:30:00.005000Z",
            "quiet_from": "22:05",
            "role": "owner",
            "ids": [1, 2],
            "id": "00000000-0000-0000-0000-000000000007",
            "nothing": None,
        },
    )


@pytest.mark.parametrize("value", [b"hash", object(), {"a": 1}])
def test_what_has_no_place_in_the_log_is_refused(value: object):
    with pytest.raises(TypeError, match="no place in the log"):
        differing({}, {"value": value})


def test_the_log_is_read_by_subject_store_person_action_and_time(
    context: None, clock, events: Events
):
    clerk = Actor(ActorKind.OPERATOR, Door.ADMIN, 3, "root")
    with transaction():
        first = open_store("Corner")
    clock.advance(hours=1)
    with acting(clerk), transaction():
        second = open_store("Kiosk")
        segments.create(name="VIP")
    corner, kiosk, vip = events()

    def found(**wanted) -> list[int]:
        count, page = queries.page(limit=10, **wanted)
        assert count == len(page)
        return [event.id for event in page]

    assert set(found()) == {corner.id, kiosk.id, vip.id}
    assert found()[-1] == corner.id
    assert found(subject=("store", None)) == [kiosk.id, corner.id]
    assert found(subject=("store", first)) == [corner.id]
    assert found(store_ids={second}) == [kiosk.id]
    assert found(store_ids=frozenset()) == []
    assert set(found(actor="root")) == {kiosk.id, vip.id}
    assert set(found(actor=(ActorKind.OPERATOR, 3))) == {kiosk.id, vip.id}
    assert found(actor=(ActorKind.MERCHANT, 3)) == []
    assert found(action="segment.created") == [vip.id]
    assert set(found(since=kiosk.at)) >= {kiosk.id}
    assert corner.id not in found(since=kiosk.at)
    count, page = queries.page(limit=1, offset=2)
    assert (count, [event.id for event in page]) == (3, [corner.id])


def test_no_code_changes_or_deletes_an_event(app: Flask):
    sources = [*Path(ROOT / "flashpromo").rglob("*.py")]
    naming = {
        path.relative_to(ROOT).as_posix()
        for path in sources
        if "AuditEvent" in path.read_text() or "audit_event" in path.read_text()
    }
    assert naming == {
        f"flashpromo/{name}"
        for name in (
            "audit/__init__.py",
            "audit/causes.py",
            "audit/models.py",
            "audit/queries.py",
            "audit/trail.py",
            "admin/operations/audit_filters.py",
            "admin/operations/audit_log.py",
            "admin/operations/audit_names.py",
            "admin/operations/audit_words.py",
            "cli/audit.py",
            "insight/timelines.py",
        )
    }
    for name in naming - {"flashpromo/audit/__init__.py"}:
        source = (ROOT / name).read_text()
        assert not re.search(r"(?<!\.)\b(update|delete)\(", source), name
