"""/console/promos/<id>/<step>/: a page that says what a step will do, and the step itself."""

from collections.abc import Callable, Mapping
from typing import Final

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from flashpromo import campaign
from flashpromo.console import promo_page, seen
from flashpromo.console.blueprints import PREFIX, console_pages
from flashpromo.db import app_now, transaction
from flashpromo.errors import DomainError, NotFound
from flashpromo.insight import consequences
from flashpromo.promos import copies, lifecycle
from flashpromo.promos.errors import WrongState
from flashpromo.promos.models import Promo
from flashpromo.promos.states import state_at
from flashpromo.promos.steps import POSSIBLE, Step
from flashpromo.promos.versions import Version

blueprint = console_pages("promo_steps")


def ask(promo_id: int, step: Step) -> ResponseReturnValue:
    """Say what it will do, and ask."""
    promo, now = promo_page.find(promo_id), app_now()
    state = state_at(promo, now)
    if step not in POSSIBLE[state]:
        refusal = WrongState(state=state)
        return promo_page.page(promo_id, refusal), refusal.status
    found = consequences.of(promo, step, now, exact=promo_page.exactly())
    return render_template(
        "console/promo_step.html",
        promo=promo,
        now=now,
        step=step,
        found=found,
        overlapping=promo_page.overlapping(found.overlapping),
        seen=seen.mark(promo),
    )


def do(promo_id: int, step: Step) -> ResponseReturnValue:
    """Take the step, if the promo is what the form has shown."""
    promo = promo_page.find(promo_id)
    try:
        version = seen.demand(promo)
        with transaction():
            made = STEPS[step](promo.id, version)
    except NotFound:
        raise
    except DomainError as refusal:
        return promo_page.page(promo_id, refusal), refusal.status
    flash(_done(step))
    if made is None:
        return redirect(url_for("console_promos.index"), 303)
    return redirect(url_for("console_promo_page.show", promo_id=made.id), 303)


def _done(step: Step) -> str:
    said: dict[Step, str] = {
        Step.PUBLISH: _("The promo is published."),
        Step.WITHDRAW: _("The promo is a draft again."),
        Step.PAUSE: _("The promo is paused."),
        Step.RESUME: _("The promo goes on."),
        Step.CANCEL: _("The promo is cancelled."),
        Step.DELETE: _("The promo is deleted."),
        Step.DUPLICATE: _("This is the copy: a draft that nobody sees yet."),
    }
    return said[step]


def _publish(promo_id: int, version: Version) -> Promo:
    return lifecycle.change(promo_id, {}, is_active=True, seen=version)


def _withdraw(promo_id: int, version: Version) -> Promo:
    return lifecycle.change(promo_id, {}, is_active=False, seen=version)


def _pause(promo_id: int, version: Version) -> Promo:
    return lifecycle.pause(promo_id, seen=version)


def _resume(promo_id: int, version: Version) -> Promo:
    return lifecycle.resume(promo_id, seen=version)


def _cancel(promo_id: int, version: Version) -> Promo:
    return campaign.cancel(promo_id, seen=version)


def _delete(promo_id: int, version: Version) -> None:
    campaign.delete(promo_id, seen=version)


def _duplicate(promo_id: int, _version: Version) -> Promo:
    return copies.duplicate(promo_id, {})


STEPS: Final[Mapping[Step, Callable[[int, Version], Promo | None]]] = {
    Step.PUBLISH: _publish,
    Step.WITHDRAW: _withdraw,
    Step.PAUSE: _pause,
    Step.RESUME: _resume,
    Step.CANCEL: _cancel,
    Step.DELETE: _delete,
    Step.DUPLICATE: _duplicate,
}
for each in Step:
    address = f"{PREFIX}/promos/<int:promo_id>/{each}/"
    blueprint.add_url_rule(address, view_func=ask, methods=["GET"], defaults={"step": each})
    blueprint.add_url_rule(address, view_func=do, methods=["POST"], defaults={"step": each})
