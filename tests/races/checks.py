"""What must be true after every round, read from the database; a breach is a `Violation`.

A twin is a race without its guard. It must be caught by the same check, else the check is blind.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import text

from flashpromo import doctor
from flashpromo.db import app_now, session
from flashpromo.doctor import checks_partitions
from tests.races.crew import Answer


class Violation(AssertionError):
    """Something happened that must never happen."""


def demand(condition: bool, said: object) -> None:
    """Raise a `Violation` with what was seen, unless the condition holds."""
    if not condition:
        raise Violation(said)


def assert_caught(play: Callable[[], object], rounds: int) -> None:
    """Play a race without its guard until the check catches it."""
    for _ in range(rounds):
        try:
            play()
        except Violation:
            return
    raise AssertionError(f"not caught in {rounds} rounds: the check is blind")


def outcomes(answers: Sequence[Answer]) -> Counter[str]:
    """How many answers of each kind there were: `done`, or the code of the refusal.

    Raises:
        Violation: the database ended a transaction, as by a deadlock.
    """
    demand(not any(each.failed for each in answers), [each.failed for each in answers])
    return Counter(each.refused or ("died" if each.died else "done") for each in answers)


def nothing_is_broken() -> None:
    """The doctor finds nothing but missing weeks, which the scheduler makes: there is none here.

    Redis is looked at too, so empty it first if the clock of the rules has been moved.
    """
    session().rollback()
    weeks = {check.name for check in checks_partitions.CHECKS}
    findings = [each for each in doctor.examine(app_now()) if each.name not in weeks]
    demand(not findings, findings)


def holders(expected: int, *promo_ids: int) -> None:
    """Exactly so many units of the promos are held, by exactly so many reservations, one each."""
    counts = _row(HOLDERS, promo_ids=list(promo_ids))
    demand(counts == (expected,) * 3, f"units, reservations, pairs: {counts}, not {expected}")


HOLDERS = """
SELECT
  (SELECT count(*) FROM promo_unit
   WHERE promo_id = ANY(:promo_ids) AND sold_at IS NULL AND held_until > app_now()),
  (SELECT count(*) FROM reservation
   WHERE promo_id = ANY(:promo_ids) AND expires_at > app_now()
     AND released_at IS NULL AND completed_at IS NULL),
  (SELECT count(*) FROM reservation AS r JOIN promo_unit AS u USING (promo_id, unit_no, fence)
   WHERE promo_id = ANY(:promo_ids) AND r.expires_at > app_now() AND u.sold_at IS NULL
     AND r.released_at IS NULL AND u.held_by = r.client_id AND u.reservation_id = r.reservation_id)
"""


def sales(promo_id: int, expected: int, *, sold_out: bool) -> None:
    """So many units are sold, each once and in time, and the promo knows if it was the last."""
    counts = _row(SALES, promo_id=promo_id)
    demand(
        counts == (expected,) * 4 + (sold_out,),
        f"purchases, sold units, completed reservations, in time; sold out: {counts}",
    )


SALES = """
SELECT (SELECT count(*) FROM purchase WHERE promo_id = :promo_id),
  (SELECT count(*) FROM promo_unit WHERE promo_id = :promo_id AND sold_at IS NOT NULL),
  (SELECT count(*) FROM reservation WHERE promo_id = :promo_id AND completed_at IS NOT NULL),
  (SELECT count(*) FROM purchase AS p JOIN reservation AS r USING (promo_id, reservation_id)
   JOIN promo_unit AS u USING (promo_id, reservation_id)
   WHERE promo_id = :promo_id AND p.purchased_at < r.expires_at AND p.purchased_at < u.held_until
     AND p.purchased_at = r.completed_at AND p.purchased_at = u.sold_at AND u.fence = r.fence),
  (SELECT sold_out_at IS NOT NULL FROM promo_run WHERE promo_id = :promo_id)
"""


def kept_answers(expected: int) -> None:
    """So many answers are kept for requests that may be repeated."""
    (kept,) = _row("SELECT count(*) FROM kept_answer")
    demand(kept == expected, f"{kept} answers are kept, not {expected}")


def each_told_once(clients: int) -> None:
    """Every client has one notification and one delivery, and every promo is activated."""
    counts = _row(TOLD)
    demand(
        counts == (clients,) * 4 + (0,),
        f"notifications, clients, notified, deliveries; promos left over: {counts}",
    )


TOLD = """
SELECT (SELECT count(*) FROM notification), (SELECT count(DISTINCT client_id) FROM notification),
       (SELECT sum(notified_count) FROM promo_run),
       (SELECT count(*) FROM delivery WHERE channel = 'log'),
       (SELECT count(*) FROM promo_run WHERE activated_at IS NULL)
"""


def deliveries() -> dict[str, int]:
    """How many deliveries there are in each state."""
    session().rollback()
    counted = text("SELECT state, count(*) AS number FROM delivery GROUP BY state")
    rows = session().execute(counted).all()
    return {row.state: row.number for row in rows}


def is_published(promo_id: int) -> bool:
    """The promo still keeps its window."""
    return bool(_row("SELECT published FROM promo WHERE id = :promo_id", promo_id=promo_id)[0])


def _row(statement: str, **values: Any) -> tuple[Any, ...]:
    """What is committed now, whatever the test's own session has read before."""
    session().rollback()
    row = tuple(session().execute(text(statement), values).one())
    session().rollback()
    return row
