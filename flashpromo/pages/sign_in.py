"""/sign-in/ and /sign-out/: a session begins with name and password, and ends for good."""

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from flashpromo.entrance import visitor
from flashpromo.entrance.blueprints import pages
from flashpromo.errors import TooSoon, WrongCredentials
from flashpromo.pages import way_back

blueprint = pages("sign_in")


@blueprint.get("/sign-in/")
def form() -> ResponseReturnValue:
    """Show the form; who is signed in is led on."""
    wanted = way_back.own_path(request.args.get("next", ""))
    if visitor.current() is not None:
        return redirect(wanted, 303)
    return _form(wanted)


@blueprint.post("/sign-in/")
def submit() -> ResponseReturnValue:
    """Begin a session and lead back, or show the form again and not say which was wrong."""
    sent = request.form
    wanted = way_back.own_path(sent.get("next", ""))
    username = sent.get("username", "")
    try:
        answer = visitor.sign_in(redirect(wanted, 303), username, sent.get("password", ""))
    except WrongCredentials as error:
        return _form(wanted, username, error.title), 422
    except TooSoon as error:
        wait = f"{error.detail} Try again in {error.retry_after_seconds} s."
        return _form(wanted, username, wait), error.status, dict(error.headers)
    session.clear()  # a form token from before signing in counts no more
    return answer


@blueprint.post("/sign-out/")
def leave() -> Response:
    """End the session; nobody who has kept its cookie can use it."""
    session.clear()
    return visitor.sign_out(redirect(url_for("home.index"), 303))


def _form(wanted: str, username: str = "", problem: str = "") -> str:
    return render_template("sign_in.html", next=wanted, username=username, problem=problem)
