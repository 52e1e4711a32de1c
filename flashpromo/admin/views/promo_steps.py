"""What operators do with promos: the same calls as at every other door."""

from collections.abc import Callable
from datetime import datetime

from flask_babel import lazy_gettext as _
from flask_babel import ngettext

from flashpromo import campaign, config
from flashpromo.admin.steps import Step
from flashpromo.checkout import giving_back
from flashpromo.promos import lifecycle, queries, steps
from flashpromo.promos.errors import WrongState
from flashpromo.promos.models import Promo
from flashpromo.promos.queries import EVERYTHING
from flashpromo.promos.states import LIVE, State, state_at


def _possible(step: steps.Step) -> Callable[[Promo, datetime], bool]:
    """By the table that every door asks; what is deleted has no steps."""
    return lambda promo, now: (
        promo.deleted_at is None and step in steps.POSSIBLE[state_at(promo, now)]
    )


def _awaits_activation(promo: Promo, now: datetime) -> bool:
    return state_at(promo, now) is State.RUNNING and promo.run.activated_at is None


def _may_have_holds(promo: Promo, now: datetime) -> bool:
    return state_at(promo, now) in LIVE


def _activate(promo_id: int) -> None:
    """As its bell would have done; a promo that is not due is refused, so that it is told."""
    wave = campaign.activate_due([promo_id])
    promo = queries.get(promo_id, EVERYTHING, wave.now)
    state = state_at(promo, wave.now)
    if promo_id not in wave.notified and (promo.run.activated_at is None or state not in LIVE):
        raise WrongState(f"The promo is {state}.", state=state)


def _publish(promo_id: int) -> None:
    lifecycle.change(promo_id, {}, is_active=True)


def _withdraw(promo_id: int) -> None:
    lifecycle.change(promo_id, {}, is_active=False)


def _release(promo_id: int) -> None:
    giving_back.free_promo(promo_id)


def _wave_seconds() -> int | None:
    return config.current().wave_timeout_seconds


STEPS = (
    Step(
        "activate",
        _("Activate now"),
        _("Activate these promos now?"),
        _(
            "A promo that has started and was not activated yet tells the clients in its segments "
            "and within its radius, as its own bell would have done. One that was activated before "
            "stays as it is; nobody is told twice."
        ),
        _activate,
        lambda n: ngettext("%(num)s promo is active.", "%(num)s promos are active.", n),
        "speakerphone",
        _awaits_activation,
        timeout=_wave_seconds,
    ),
    Step(
        "publish",
        _("Publish"),
        _("Publish these promos?"),
        _("A draft that is published starts and ends by itself."),
        _publish,
        lambda n: ngettext("%(num)s promo is published.", "%(num)s promos are published.", n),
        "check",
        _possible(steps.Step.PUBLISH),
    ),
    Step(
        "withdraw",
        _("Withdraw"),
        _("Withdraw these promos?"),
        _("A promo becomes a draft again: it neither starts nor sells until it is published."),
        _withdraw,
        lambda n: ngettext("%(num)s promo is a draft.", "%(num)s promos are drafts.", n),
        "arrow-left",
        _possible(steps.Step.WITHDRAW),
    ),
    Step(
        "pause",
        _("Pause"),
        _("Pause these promos?"),
        _(
            "Nobody is told of a paused promo and nobody can take a new hold. Who holds a unit may "
            "still buy it. Its end stays where it is."
        ),
        lifecycle.pause,
        lambda n: ngettext("%(num)s promo is paused.", "%(num)s promos are paused.", n),
        "player-pause",
        _possible(steps.Step.PAUSE),
    ),
    Step(
        "resume",
        _("Resume"),
        _("Resume these promos?"),
        _("They go on: units can be held again, and who was not told yet is told."),
        lifecycle.resume,
        lambda n: ngettext("%(num)s promo goes on.", "%(num)s promos go on.", n),
        "player-play",
        _possible(steps.Step.RESUME),
    ),
    Step(
        "release",
        _("Release all holds"),
        _("Release every hold of these promos?"),
        _(
            "Every unit that is held now is free at once, and its holder cannot buy it by that "
            "hold any more. What is sold stays sold."
        ),
        _release,
        lambda n: ngettext(
            "The holds of %(num)s promo are released.",
            "The holds of %(num)s promos are released.",
            n,
        ),
        "refresh",
        _may_have_holds,
        is_dangerous=True,
    ),
    Step(
        "cancel",
        _("Cancel for good"),
        _("Cancel these promos?"),
        _(
            "A cancelled promo has ended for good: its holds are released, what waits to be sent "
            "is not sent, and what is sold stays sold. This cannot be undone."
        ),
        campaign.cancel,
        lambda n: ngettext("%(num)s promo is cancelled.", "%(num)s promos are cancelled.", n),
        "ban",
        _possible(steps.Step.CANCEL),
        is_dangerous=True,
    ),
)
