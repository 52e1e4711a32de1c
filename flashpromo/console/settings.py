"""/console/settings/: one's own language, password, and where else one is signed in."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from flashpromo.accounts import holdings, password_change
from flashpromo.accounts.users import SHORTEST_PASSWORD
from flashpromo.console import access
from flashpromo.console.blueprints import PREFIX, console_pages
from flashpromo.db import transaction
from flashpromo.entrance import failures, language, repeated
from flashpromo.errors import InvalidFields, TooSoon

blueprint = console_pages("settings")


@blueprint.get(f"{PREFIX}/settings/")
def index() -> str:
    """Show what can be set."""
    return _page({})


@blueprint.post(f"{PREFIX}/settings/password/")
def change_password() -> ResponseReturnValue:
    """Change one's own password; everything else that was signed in with the old one ends."""
    who, sent = access.principal(), request.form
    new = sent.get("new_password", "")
    twice = repeated.demanded("new_password", _("Is not the same as the new password."))
    try:
        with failures.limited(who.username), transaction(), twice:
            spoken = language.language()
            password_change.change(who, sent.get("old_password", ""), new, language=spoken)
    except InvalidFields as error:
        return _page(error.fields), 422
    except TooSoon as error:
        wait = _(
            "Too many attempts. Try again in %(seconds)s s.", seconds=error.retry_after_seconds
        )
        return _page({"old_password": [wait]}), error.status, dict(error.headers)
    flash(_("Your password is changed. Everywhere else you are signed out."))
    return redirect(url_for(".index"), 303)


@blueprint.get(f"{PREFIX}/settings/sign-out-elsewhere/")
def ask_to_sign_out_elsewhere() -> str:
    """Say what it will do, and ask."""
    return render_template("console/sign_out_elsewhere.html")


@blueprint.post(f"{PREFIX}/settings/sign-out-elsewhere/")
def sign_out_elsewhere() -> Response:
    """End everything that stands for this person but the session in use."""
    who = access.principal()
    with transaction():
        holdings.revoke_others(who.username, who.held)
    flash(_("Everywhere else you are signed out."))
    return redirect(url_for(".index"), 303)


def _page(errors: dict[str, list[str]]) -> str:
    return render_template("console/settings.html", errors=errors, shortest=SHORTEST_PASSWORD)
