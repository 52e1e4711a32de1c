"""/sign-in/ and /sign-out/: a session begins with name and password, and ends for good."""

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from flashpromo.accounts import sign_ins, speech
from flashpromo.entrance import language, visitor, way_back
from flashpromo.entrance.blueprints import pages
from flashpromo.errors import TooSoon, WrongCredentials

blueprint = pages("sign_in")


@blueprint.get("/sign-in/")
def form() -> ResponseReturnValue:
    """Show the form; who is signed in is led on."""
    wanted = way_back.after_sign_in(request.args.get("next", ""))
    who = visitor.current()
    if who is not None:
        return redirect(_landing(wanted, who.client_id is not None), 303)
    return _form(wanted)


@blueprint.post("/sign-in/")
def submit() -> ResponseReturnValue:
    """Begin a session and lead back, or show the form again and not say which was wrong."""
    sent = request.form
    wanted = way_back.after_sign_in(sent.get("next", ""))
    username = sent.get("username", "")
    try:
        answer = visitor.sign_in(redirect(wanted, 303), username, sent.get("password", ""))
    except WrongCredentials as error:
        return _form(wanted, username, error.title), 422
    except TooSoon as error:
        seconds = error.retry_after_seconds
        wait = _("Too many failed sign-ins. Try again in %(seconds)s s.", seconds=seconds)
        return _form(wanted, username, wait), error.status, dict(error.headers)
    answer.location = _landing(wanted, sign_ins.is_client(username))
    session.clear()  # the form token of before fits the browser's next cookie no more
    spoken = speech.of(username)
    return language.keep(answer, spoken) if spoken else answer


@blueprint.post("/sign-out/")
def leave() -> Response:
    """End the session; nobody who has kept its cookie can use it."""
    session.clear()
    return visitor.sign_out(redirect(url_for("home.index"), 303))


def _landing(wanted: str, is_client: bool) -> str:
    """Who wants nothing else goes on with what is its own: a client with what is near it."""
    return url_for("shop_near.index") if is_client and wanted == way_back.HOME else wanted


def _form(wanted: str, username: str = "", problem: str = "") -> str:
    return render_template("sign_in.html", next=wanted, username=username, problem=problem)
