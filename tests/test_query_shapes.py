"""What the service sends is in the shape that Citus can spread, as far as that can be seen without.

A story is recorded, statement by statement and transaction by transaction. Citus refuses a row lock
that goes over several shards, and a change of a reference table after one that went over all of
them; what is hot must name its shard. Where that is not so yet stands here, and in docs/scale.md.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from redis import Redis
from sqlalchemy import event
from sqlalchemy.engine import Connection

from flashpromo import campaign, insight, jobs
from flashpromo.audience import clients, segments
from flashpromo.checkout import ended, giving_back
from flashpromo.db import Base, app_now, db, session, transaction
from flashpromo.market import products, stores
from flashpromo.market.models import Product
from flashpromo.notify import inbox
from flashpromo.own_data import erasure
from flashpromo.promos import lifecycle
from tests.audience.importing_file import import_file
from tests.story import activate, complete, publish, release, take
from tests.test_schema import distribution
from tests.world import World

KINDS = {name: distribution(table) for name, table in Base.metadata.tables.items()}
WRITTEN = re.compile(
    r"(?:INSERT\s+INTO|DELETE\s+FROM|(?<!FOR )(?<!KEY )(?<!DO )UPDATE)\s+(\w+)", re.IGNORECASE
)
LOCKING = re.compile(r"\bFOR\s+(?:NO\s+KEY\s+)?(?:KEY\s+)?(?:UPDATE|SHARE)\b", re.IGNORECASE)
NAME = re.compile(r"\b(?:FROM|JOIN|UPDATE|INTO)\s+(\w+)", re.IGNORECASE)
CROWD = re.compile(r"^(?:WITH .*)?INSERT INTO \w+ .*\bSELECT\b")
VOLATILE = re.compile(r"\b(?:app_now|now|clock_timestamp|random|gen_random_uuid|nextval)\(")
OF_SESSION = re.compile(
    r"^\s*(?:SET (?!LOCAL|TRANSACTION)|RESET|LISTEN|PREPARE|DECLARE)"
    r"|pg_(?:try_)?advisory_lock|set_config\([^()]*, false\)"
    r"|^\s*CREATE TEMP\w* TABLE (?!.*ON COMMIT DROP)",
    re.IGNORECASE | re.DOTALL,
)

# What Citus would refuse as it stands, by what it does; docs/scale.md says what to do about each.
OVER_SHARDS = {
    "withdraw what is over": "UPDATE promo SET published = false",
    "skip deliveries": "WITH skipped AS ( UPDATE delivery",
    "give a client's holds back": "SELECT u.unit_no FROM reservation AS r JOIN promo_unit",
}
# What a hold and an inbox ask of every shard.
ALL_SHARDS = {
    "find a reservation by its id": "FROM reservation WHERE reservation.reservation_id = ",
    "count a client's holds": "FROM reservation WHERE client_id = ",
}


@dataclass
class Recorded:
    """The statements of each transaction, in their order."""

    transactions: list[list[str]] = field(default_factory=list)

    @property
    def statements(self) -> set[str]:
        return {" ".join(each.split()) for sent in self.transactions for each in sent}


@contextmanager
def recording() -> Iterator[Recorded]:
    recorded, opened = Recorded(), {}

    def note(connection: Connection, _cursor, statement: str, *_) -> None:
        opened.setdefault(id(connection), []).append(statement)

    def end(connection: Connection) -> None:
        recorded.transactions.append(opened.pop(id(connection), []))

    events = (("before_cursor_execute", note), ("commit", end), ("rollback", end))
    for name, listener in events:
        event.listen(db.engine, name, listener)
    try:
        yield recorded
    finally:
        for name, listener in events:
            event.remove(db.engine, name, listener)


@pytest.fixture
def recorded(world: World, redis: Redis) -> Recorded:
    """A day in the life of TechShop, from its settings to a client who leaves."""
    with recording() as found:
        prepare(world)
        sell(world)
        end(world)
    assert len(found.statements) > 80
    return found


def prepare(world: World) -> None:
    with transaction():
        stores.change(stores.get(world.store_id, for_update=True), name="TechShop Centro")
    with transaction():
        product = products.get(world.product_id, for_update=True)
        products.change(product, regular_price=Decimal("899.00"))
    with transaction():
        segments.create(name="Night owls")
    import_file("external_id,latitude,longitude,segments\nm-1,19.43,-99.13,New users\n")
    with transaction():
        clients.change(world.alice, {"opted_in": True})


def sell(world: World) -> None:
    promo = activate(world, quantity=3)
    jobs.deliver(promo.id)
    jobs.measure(promo.id)
    with transaction():
        insight.preview(insight.question_of(promo), exact=True)
    with transaction():
        inbox.read_all(world.alice)
    release(take(world.alice, promo.id))
    complete(take(world.alice, promo.id))
    with transaction():
        giving_back.free_promo(promo.id)


def end(world: World) -> None:
    with transaction():
        lamp = Product(store_id=world.store_id, name="Lamp", regular_price=Decimal("999.00"))
        session().add(lamp)
    promo = publish(world, product_id=lamp.id)
    for step in (lifecycle.pause, lifecycle.resume, campaign.cancel):
        with transaction():
            step(promo.id)
    jobs.deliver(promo.id)
    for sweep in (lambda: ended.count_ended(app_now()), campaign.withdraw_finished):
        with transaction():
            sweep()
    with transaction():
        erasure.erase(world.alice)


def goes_over_shards(statement: str) -> bool:
    """Locks rows of a distributed table without saying of which shard."""
    spread = {name for name in NAME.findall(statement) if KINDS.get(name)}
    return bool(LOCKING.search(statement)) and not all(
        re.search(rf"\b{KINDS[name]} = %\(", statement) for name in spread
    )


def comes_late(sent: Sequence[str]) -> list[str]:
    """Reference tables that are written after a distributed one in the same transaction."""
    written = [name for each in sent for name in WRITTEN.findall(each) if name in KINDS]
    spread = [index for index, name in enumerate(written) if KINDS[name]]
    return [name for name in written[spread[0] :] if not KINDS[name]] if spread else []


def names_its_shard(statement: str) -> bool:
    """By a condition on the column of each table, if only by way of what it is joined to.

    A row that is inserted has it among its values.
    """
    if re.search(r"^INSERT INTO \w+ \([^)]*\) VALUES", statement):
        return True
    asked = re.sub(r"FILTER \(.*?\)s?\)", "", statement)
    given = set(re.findall(r"\b(\w+\.\w+|\w+) = %\(", asked))
    for one, other in re.findall(r"\b(\w+\.\w+) = (\w+\.\w+)\b", statement):
        given |= {one, other} if {one, other} & given else set()
    columns = {each.rpartition(".")[2] for each in given}
    spread = {name for name in NAME.findall(statement) if KINDS.get(name)}
    return {KINDS[name] for name in spread} <= columns


def test_a_row_lock_says_of_which_shard_or_is_known_not_to(recorded):
    found = [each for each in recorded.statements if goes_over_shards(each)]
    for name, beginning in OVER_SHARDS.items():
        assert any(each.startswith(beginning) for each in found), f"{name}: no more of them"
    assert [each for each in found if not each.startswith(tuple(OVER_SHARDS.values()))] == []


def test_no_transaction_writes_a_reference_table_after_a_distributed_one(recorded):
    assert [late for sent in recorded.transactions if (late := comes_late(sent))] == []


def test_what_is_hot_says_of_which_shard(world, redis):
    promo = activate(world, quantity=3)
    with recording() as hot:
        first = take(world.alice, promo.id)
        release(first)
        complete(take(world.alice, promo.id))
        with transaction():
            inbox.read_all(world.alice)
    found = {each for each in hot.statements if not names_its_shard(each)}
    known = tuple(ALL_SHARDS.values())
    assert {each for each in found if not any(part in each for part in known)} == set()
    for name, part in ALL_SHARDS.items():
        assert any(part in each for each in found), f"{name}: no more of them"


def test_crowds_are_written_without_a_volatile_function(recorded):
    crowds = [each for each in recorded.statements if CROWD.search(each)]
    assert len(crowds) > 3
    assert [each for each in crowds if VOLATILE.search(each)] == []


def test_nothing_is_left_in_a_session(recorded):
    assert [each for each in recorded.statements if OF_SESSION.search(each)] == []


@pytest.mark.parametrize(
    "statement",
    [
        "SET work_mem = '64MB'",
        "LISTEN promos",
        "SELECT pg_advisory_lock(7)",
        "PREPARE seven AS SELECT 7",
        "SELECT set_config('jit', 'off', false)",
        "CREATE TEMPORARY TABLE a (b int)",
    ],
)
def test_what_is_left_in_a_session_would_be_seen(statement):
    assert OF_SESSION.search(statement)


def test_what_citus_refuses_would_be_seen():
    whole = "SELECT FROM promo_unit WHERE held_until < %(now)s FOR UPDATE SKIP LOCKED"
    assert goes_over_shards(whole)
    assert not goes_over_shards(whole.replace("held_until <", "promo_id ="))
    assert comes_late(["UPDATE promo_run SET a = 1", "INSERT INTO promo VALUES (1)"]) == ["promo"]
    assert comes_late(["INSERT INTO promo VALUES (1)", "UPDATE promo_run SET a = 1"]) == []
