"""/link/<token>/: where a letter leads; looking uses nothing up, only sending the form does.

What a link is for is said by its row: a new password, or a place in a store.
"""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from flashpromo.accounts import forgotten, links
from flashpromo.accounts.links import LinkSpent, Purpose
from flashpromo.accounts.models import OneTimeLink
from flashpromo.accounts.permissions import Kind
from flashpromo.accounts.users import SHORTEST_PASSWORD
from flashpromo.db import transaction
from flashpromo.entrance import language, repeated, visitor, way_back
from flashpromo.entrance.blueprints import pages
from flashpromo.entrance.secret_paths import secret_path
from flashpromo.errors import Forbidden, InvalidFields, TooSoon, WrongCredentials
from flashpromo.market import joining, members

blueprint = pages("links")

Errors = Mapping[str, list[str]]


@blueprint.errorhandler(LinkSpent)
def spent(error: LinkSpent) -> ResponseReturnValue:
    """Used, expired, withdrawn or unknown: one page, that says what to do."""
    return render_template("link_spent.html"), error.status


@blueprint.before_request
def stay() -> None:
    """Another language is chosen on the same page, also where a form came back with its errors."""
    way_back.stay_at(url_for(".show", **(request.view_args or {})))


@blueprint.get("/link/<token>/")
@secret_path
def show(token: str) -> str:
    """Show what the link is for."""
    link = links.look(token)
    return _password(token, link) if link.purpose == Purpose.PASSWORD else _invitation(token, link)


@blueprint.post("/link/<token>/password/")
@secret_path
def choose_password(token: str) -> ResponseReturnValue:
    """Store the new password; everything that was signed in with the old one ends."""
    new, link = request.form.get("password", ""), links.look(token)
    try:
        with (
            transaction(),
            repeated.demanded("password", _("Is not the same as the new password.")),
        ):
            forgotten.choose(token, new, language.language())
    except InvalidFields as error:
        return _password(token, link, error.fields), 422
    flash(_("Your password is changed. Sign in with the new one."))
    return redirect(url_for("sign_in.form"), 303)


@blueprint.post("/link/<token>/join/")
@secret_path
def join(token: str) -> ResponseReturnValue:
    """Let the merchant who is signed in into the store."""
    who = visitor.current()
    if who is None:
        return redirect(url_for(".show", token=token), 303)
    if who.kind is not Kind.MERCHANT or who.user_id is None:
        raise Forbidden(_("Only a merchant joins a store."))
    with transaction():
        offer = joining.join(token, who.user_id)
    flash(_("Welcome to %(store)s.", store=offer.store.name))
    return redirect(url_for("console_dashboard.index"), 303)


@blueprint.post("/link/<token>/account/")
@secret_path
def join_as_new(token: str) -> ResponseReturnValue:
    """Make an account, let it into the store, and sign it in."""
    sent, link = request.form, links.look(token)
    username, password = sent.get("username", "").strip(), sent.get("password", "")
    try:
        with transaction(), repeated.demanded("password", _("Is not the same as the password.")):
            offer = joining.join_as_new(token, username, password)
    except InvalidFields as error:
        return _invitation(token, link, error.fields), 422
    flash(_("Welcome to %(store)s.", store=offer.store.name))
    return _signed_in(username, password)


def _signed_in(username: str, password: str) -> ResponseReturnValue:
    """Where too many have failed to sign in from here, the new member waits at the form."""
    console = url_for("console_dashboard.index")
    try:
        answer = visitor.sign_in(redirect(console, 303), username, password)
    except (TooSoon, WrongCredentials):
        return redirect(url_for("sign_in.form", next=console), 303)
    session.pop("csrf_token", None)  # like at the form: the token of before fits no more
    return answer


def _password(token: str, link: OneTimeLink, errors: Errors | None = None) -> str:
    owner = forgotten.owner_of(link)
    return render_template(
        "link_password.html",
        token=token,
        owner=owner,
        errors=errors or {},
        shortest=SHORTEST_PASSWORD if owner.user_id is not None else None,
    )


def _invitation(token: str, link: OneTimeLink, errors: Errors | None = None) -> str:
    offer, who = joining.offered(link), visitor.current()
    about: dict[str, Any] = {"token": token, "offer": offer, "errors": errors or {}}
    if who is None:
        return render_template(
            "link_account.html", sent=request.form, shortest=SHORTEST_PASSWORD, **about
        )
    if who.kind is not Kind.MERCHANT:
        return render_template("link_not_for.html", who=who, **about)
    present = members.roles_of(who.user_id or 0).get(offer.store.id)
    return render_template("link_join.html", who=who, present=present, **about)
