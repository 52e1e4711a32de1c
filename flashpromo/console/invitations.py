"""Owners invite by mail, send again, and take back what nobody has used yet."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from flashpromo import languages
from flashpromo.console import access, members
from flashpromo.console.blueprints import console_pages
from flashpromo.db import transaction
from flashpromo.entrance import language
from flashpromo.errors import Forbidden, InvalidFields, TooSoon
from flashpromo.market import invitations, stores
from flashpromo.market.members import AlreadyMember

blueprint = console_pages("invitations")

HERE = f"{members.HERE}invitations/"


@blueprint.post(HERE)
def invite(store_id: int) -> ResponseReturnValue:
    """Write to an address; one that was invited before gets a new letter."""
    email = request.form.get("email", "").strip()
    try:
        with transaction():
            access.must_own(store_id)
            invitations.invite(
                store_id,
                email,
                members.role_sent("invited_role"),
                invited_by=access.principal().user_id,
                language=_spoken(),
            )
    except InvalidFields as error:
        return members.page(store_id, error.fields), 422
    except AlreadyMember:
        said = _("A member of the store has this address already.")
        return members.page(store_id, {"email": [said]}), AlreadyMember.status
    except TooSoon as error:
        return members.page(store_id, {"email": [error.detail]}), error.status, dict(error.headers)
    flash(_("An invitation is on its way to %(email)s.", email=email))
    return _back(store_id)


@blueprint.post(f"{HERE}<int:invitation_id>/resend/")
def resend(store_id: int, invitation_id: int) -> ResponseReturnValue:
    """Write once more."""
    try:
        with transaction():
            access.must_own(store_id)
            own_id = access.principal().user_id
            known = invitations.resend(store_id, invitation_id, invited_by=own_id)
    except TooSoon as error:
        flash(language.told(error.detail), "error")
    else:
        flash(_("An invitation is on its way to %(email)s.", email=known.email))
    return _back(store_id)


@blueprint.get(f"{HERE}<int:invitation_id>/withdraw/")
def ask_withdrawal(store_id: int, invitation_id: int) -> str:
    """Say what it means, and ask."""
    store = stores.get(store_id, scope=access.scope())
    if not access.owns(store.id):
        raise Forbidden(_("Only an owner of the store manages its members."))
    return render_template(
        "console/invitation_withdrawal.html",
        store=store,
        invitation=invitations.get(store.id, invitation_id),
    )


@blueprint.post(f"{HERE}<int:invitation_id>/withdraw/")
def withdraw(store_id: int, invitation_id: int) -> Response:
    """Let nobody come in by it."""
    with transaction():
        access.must_own(store_id)
        gone = invitations.withdraw(store_id, invitation_id)
    flash(_("The invitation of %(email)s is withdrawn.", email=gone.email))
    return _back(store_id)


def _spoken() -> languages.Language:
    return languages.known(request.form.get("letter_language")) or language.language()


def _back(store_id: int) -> Response:
    return redirect(url_for("console_members.index", store_id=store_id), 303)
