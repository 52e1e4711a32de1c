"""What operators do with accounts."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel import ngettext

from flashpromo.accounts import forgotten, holdings, sign_ins, users
from flashpromo.admin.steps import Step
from flashpromo.errors import NotFound


def _activate(user_id: int) -> None:
    users.set_active(_name(user_id), active=True)


def _deactivate(user_id: int) -> None:
    users.set_active(_name(user_id), active=False)


def _sign_out(user_id: int) -> None:
    holdings.revoke_all(_name(user_id))


def _write_to(user_id: int) -> None:
    forgotten.write_to(_name(user_id))


def _name(user_id: int) -> str:
    found = sign_ins.of_user(user_id)
    if found is None:
        raise NotFound(f"There is no user {user_id}.")
    return found.username


def _is_active(active: bool) -> Callable[[Any, datetime], bool]:
    return lambda row, _now: row.user.is_active is active


STEPS = (
    Step(
        "activate",
        _("Activate"),
        _("Activate these users?"),
        _("They can sign in again, with the password that they had."),
        _activate,
        lambda n: ngettext("%(num)s user is active.", "%(num)s users are active.", n),
        "check",
        _is_active(active=False),
    ),
    Step(
        "deactivate",
        _("Deactivate"),
        _("Deactivate these users?"),
        _(
            "They cannot sign in any more; their sessions and tokens end at once, and so do their "
            "keys for programs, which cannot be had back."
        ),
        _deactivate,
        lambda n: ngettext("%(num)s user is deactivated.", "%(num)s users are deactivated.", n),
        "ban",
        _is_active(active=True),
        is_dangerous=True,
    ),
    Step(
        "letter",
        _("Send a link for a new password"),
        _("Send these users a link for a new password?"),
        _("A letter goes to the address of the account; its link is good once, and for a while."),
        _write_to,
        lambda n: ngettext("%(num)s letter is on its way.", "%(num)s letters are on their way.", n),
        "lock",
        _is_active(active=True),
    ),
    Step(
        "sign-out",
        _("Sign out everywhere"),
        _("Sign these users out everywhere?"),
        _(
            "Every browser and program that acts in their name has to sign in again. Their keys "
            "for programs end too, and cannot be had back."
        ),
        _sign_out,
        lambda n: ngettext("%(num)s user is signed out.", "%(num)s users are signed out.", n),
        "logout",
        is_dangerous=True,
    ),
)
