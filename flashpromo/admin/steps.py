"""What can be done with records besides editing them: asked about first, then done one by one.

Each record is a transaction of its own around one call of the domain, so a refusal of one leaves
the others done. What was done and what was refused is told on the next page.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import DBAPIError

from flashpromo.admin import paging
from flashpromo.admin.page import Words
from flashpromo.admin.records import Records
from flashpromo.db import app_now, transaction
from flashpromo.entrance import language
from flashpromo.errors import DomainError, NotFound

log = logging.getLogger(__name__)

MOST_AT_ONCE: Final = 100
MOST_TOLD: Final = 10
"""How many refusals the next page tells: they travel in a cookie."""


def _always(_row: Any, _now: datetime) -> bool:
    return True


def _as_usual() -> int | None:
    return None


@dataclass(frozen=True)
class Step:
    """One thing to do.

    Attributes:
        name: in addresses.
        verb: on its button.
        question: the heading of the page that asks.
        consequences: what that page says will happen.
        do: does it, given the values of a record's key, inside a transaction.
        done: the sentence that tells of so many.
        icon: of the button.
        is_for: whether it is offered for a row at a time; the domain decides anew.
        is_dangerous: whether it cannot be undone.
        timeout: the seconds that a statement may take, when not the usual ones.
    """

    name: str
    verb: Words
    question: Words
    consequences: Words
    do: Callable[..., object]
    done: Callable[[int], str]
    icon: str = "bolt"
    is_for: Callable[[Any, datetime], bool] = _always
    is_dangerous: bool = False
    timeout: Callable[[], int | None] = _as_usual


def answer(view: Records, offered: Sequence[Step]) -> Any:
    """The page that asks, or what comes after the step."""
    step = next((each for each in offered if each.name == request.args.get("action")), None)
    if step is None:
        raise NotFound
    addresses = list(dict.fromkeys(request.args.getlist("id")))[:MOST_AT_ONCE]
    if not addresses:
        flash(_("Choose one or more in the list first."), "error")
        return redirect(url_for(".index_view"), 303)
    return _take(view, step, addresses) if request.method == "POST" else _ask(view, step, addresses)


def _ask(view: Records, step: Step, addresses: Sequence[str]) -> str:
    with transaction():
        now = app_now()
        keys = [paging.decoded(each, view.key_columns) for each in addresses]
        rows = view.dress(view.records([key for key in keys if key is not None]))
    if not rows:
        raise NotFound
    return view.render("admin/step.html", now=now, step=step, rows=rows, back=_back(addresses))


def _take(view: Records, step: Step, addresses: Sequence[str]) -> Any:
    refused = _do_each(view, step, addresses)
    if done := len(addresses) - len(refused):
        flash(step.done(done))
    for which, why in list(refused.items())[:MOST_TOLD]:
        flash(_("%(which)s was left as it is: %(why)s", which=which, why=why), "error")
    if (untold := len(refused) - MOST_TOLD) > 0:
        flash(_("%(count)s more were left as they are.", count=untold), "error")
    return redirect(_back(addresses), 303)


def _do_each(view: Records, step: Step, addresses: Sequence[str]) -> dict[str, str]:
    """Take a step with each; which were left as they are, and why.

    A database that fails on the way ends it: what was done before stays done, and is told.
    """
    refused: dict[str, str] = {}
    for at, each in enumerate(addresses):
        try:
            _do(view, step, each)
        except DomainError as error:
            refused[each] = language.told(error.detail)
        except DBAPIError:
            if at == len(refused):
                raise  # nothing was done: the page of an outage says it all
            log.exception("%s ended at %s", step.name, each)
            return refused | dict.fromkeys(addresses[at:], _("The service cannot answer just now."))
    return refused


def _do(view: Records, step: Step, address: str) -> None:
    key = paging.decoded(address, view.key_columns)
    if key is None:
        raise NotFound
    with transaction(timeout_seconds=step.timeout()):
        step.do(*key)


def _back(addresses: Sequence[str]) -> str:
    """Where one came from: the record's own page, or the list."""
    if len(addresses) == 1:
        return url_for(".details_view", id=addresses[0])
    return url_for(".index_view")
