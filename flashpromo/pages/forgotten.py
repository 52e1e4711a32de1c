"""/forgotten-password/: somebody asks for a letter, and is told the same whoever it is.

The answer is the same for every name, and so is what is done before it: one row is written, and
nobody is looked for.
"""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from flashpromo import config
from flashpromo.accounts import forgotten
from flashpromo.db import transaction
from flashpromo.entrance import asking, language
from flashpromo.entrance.blueprints import pages
from flashpromo.errors import InvalidFields, TooSoon

blueprint = pages("forgotten")


@blueprint.get("/forgotten-password/")
def form() -> str:
    """Show the form, or whom to ask where no mail is sent."""
    return _form()


@blueprint.post("/forgotten-password/")
def ask() -> ResponseReturnValue:
    """Take the request down, for whoever it is."""
    if not config.current().sends_mail:
        return _form(), 409
    try:
        asking.count()
        with transaction():
            forgotten.ask(request.form.get("who", ""), language.language())
    except InvalidFields as error:
        return _form(error.fields), 422
    except TooSoon as error:
        minutes = -(-error.retry_after_seconds // 60)
        wait = _("Too many have asked from here. Try again in %(minutes)s min.", minutes=minutes)
        return _form({"who": [wait]}), error.status, dict(error.headers)
    return redirect(url_for(".asked"), 303)


@blueprint.get("/forgotten-password/asked/")
def asked() -> str:
    """Say what happens next."""
    return render_template("forgotten_asked.html", minutes=config.current().password_link_minutes)


def _form(errors: dict[str, list[str]] | None = None) -> str:
    return render_template(
        "forgotten.html",
        errors=errors or {},
        who=request.form.get("who", ""),
        sends_mail=config.current().sends_mail,
    )
