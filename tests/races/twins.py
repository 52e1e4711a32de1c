"""The code without its guards, one guard at a time. Each runs in the processes of a twin only."""

from datetime import datetime, timedelta
from typing import Any

import uuid_utils.compat as uuid
from sqlalchemy import Select, TextClause, select, text

from flashpromo import campaign, config
from flashpromo.audience import clients, segments
from flashpromo.barriers import barrier
from flashpromo.checkout import free_units, limits, settle
from flashpromo.checkout.models import Reservation
from flashpromo.db import app_now, session
from flashpromo.idempotency import answers
from flashpromo.market.models import Product
from flashpromo.notify import delivery, fan_out
from flashpromo.promos import catalogue, lifecycle, units

LOOK = text("SELECT unit_no FROM promo_unit WHERE " + free_units.FREE + " ORDER BY unit_no LIMIT 1")
SET = text("""
UPDATE promo_unit
SET held_by = :client_id, held_until = :until, reservation_id = :reservation_id, fence = fence + 1
WHERE promo_id = :promo_id AND unit_no = :unit_no RETURNING fence
""")


def claim_by_check_then_set() -> None:
    """Look for a free unit, then take it: two statements instead of one condition."""

    def take(promo: Any, client_id: int, now: Any) -> Any:
        promo_id = promo.id
        until = now + timedelta(seconds=config.current().hold_seconds)
        values = {"promo_id": promo_id, "now": now, "until": until, "client_id": client_id}
        unit_no = session().execute(LOOK, values).scalar_one_or_none()
        barrier("twin.looked")
        if unit_no is None:
            return None, free_units.look(promo_id, now)
        values |= {"unit_no": unit_no, "reservation_id": uuid.uuid7()}
        fence = session().execute(SET, values).scalar_one()
        taken = Reservation(
            promo_id=promo_id,
            reservation_id=values["reservation_id"],
            client_id=client_id,
            unit_no=unit_no,
            fence=fence,
            price=promo.promo_price,
            created_at=now,
            expires_at=until,
        )
        session().add(taken)
        session().flush()
        return taken, free_units.look(promo_id, now)

    free_units.take = take


def fan_out_unsorted() -> None:
    """Write the nearest clients first, instead of all promos in one order of clients."""
    audience_by_client = fan_out.audience

    def audience(*args: Any) -> Select[Any]:
        told = audience_by_client(*args).subquery()
        distance = list(told.c)[fan_out.COLUMNS.index("distance_m")]
        return select(*told.c).order_by(distance)

    fan_out.audience = audience


def limits_without_lock() -> None:
    """Two requests of one client do not wait for each other."""
    limits.lock_client = lambda client_id: app_now()


def answers_without_lock() -> None:
    """Two requests with one key do not know of each other."""
    answers.LOCK = text("SELECT true AS got, app_now() AS now, CAST(:lock AS bigint)")


def edits_without_a_second_look() -> None:
    """What was seen is compared before the lock only."""
    for module in (catalogue, lifecycle, segments, clients, campaign):
        module.demand_unchanged = lambda version, seen: None


def complete_by_an_early_clock() -> None:
    """Read the time, then wait for the locks."""
    wait = settle._lock

    def read_then_lock(statement: TextClause, held: Any) -> datetime:
        early = app_now()
        wait(statement, held)
        return early

    settle._lock = read_then_lock


def sell_without_expiry() -> None:
    """Sell to whoever held the unit last, in time or not."""
    settle.SELL = text(settle.SELL.text.replace("AND held_until > :now", ""))


def answer_by_what_was_read() -> None:
    """Do not look at the reservation again once its rival is through."""
    settle._look_again = lambda held: None


def sell_twice() -> None:
    """Do not look whether the unit is sold."""
    settle.SELL = text(settle.SELL.text.replace("AND sold_at IS NULL", ""))


def complete_without_run_lock() -> None:
    """Two completions of one promo do not wait for each other."""
    settle.LOCK_TO_SELL = settle.LOCK_TO_FREE


def cancel_only_what_is_seen() -> None:
    """Close the units that are held, without waiting for a hold that is being taken."""
    units.CLOSE_ALL = text(units.CLOSE_ALL.text + " AND held_by IS NOT NULL")


def price_read_without_lock() -> None:
    """Read the product's price, and let it change before the promo is written."""

    def product(product_id: int) -> Product:
        found = session().get_one(Product, product_id, populate_existing=True)
        barrier("twin.looked")
        return found

    lifecycle._product = product


def settle_without_token() -> None:
    """Record what came of a batch, whoever has it by now."""
    delivery.SETTLE = text(delivery.SETTLE.text.replace("AND d.lease_token = :token", ""))
