"""A member becomes owner or staff, or leaves: a step says what it will do, and is then done."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from flashpromo.console import access
from flashpromo.console.blueprints import PREFIX, console_pages
from flashpromo.db import transaction
from flashpromo.errors import Forbidden
from flashpromo.market import members, stores
from flashpromo.market.members import LastOwner, Membership, Role
from flashpromo.market.models import Store

blueprint = console_pages("member_steps")

MEMBER = f"{PREFIX}/stores/<int:store_id>/members/<int:user_id>"
OTHER = {Role.OWNER: Role.STAFF, Role.STAFF: Role.OWNER}


@blueprint.get(f"{MEMBER}/role/")
def ask_role(store_id: int, user_id: int) -> str:
    """Say what the other role means, and ask."""
    return _ask("console/member_role.html", store_id, user_id)


@blueprint.post(f"{MEMBER}/role/<any(owner, staff):role>/")
def change_role(store_id: int, user_id: int, role: str) -> ResponseReturnValue:
    """Make a member owner or staff."""
    try:
        with transaction():
            access.must_own(store_id)
            changed = members.change_role(store_id, user_id, Role(role))
    except LastOwner:
        return _ask("console/member_role.html", store_id, user_id), LastOwner.status
    if changed.role is Role.OWNER:
        flash(_("%(name)s is an owner now.", name=changed.username))
    else:
        flash(_("%(name)s is staff now.", name=changed.username))
    return _back(store_id)


@blueprint.get(f"{MEMBER}/remove/")
def ask_removal(store_id: int, user_id: int) -> str:
    """Say what it means to be no member any more, and ask."""
    return _ask("console/member_removal.html", store_id, user_id)


@blueprint.post(f"{MEMBER}/remove/")
def remove(store_id: int, user_id: int) -> ResponseReturnValue:
    """End a membership; who has removed oneself is led to the front of the console."""
    try:
        with transaction():
            access.must_own(store_id)
            gone = members.get(store_id, user_id)
            members.remove(store_id, user_id)
    except LastOwner:
        return _ask("console/member_removal.html", store_id, user_id), LastOwner.status
    flash(_("%(name)s is no member any more.", name=gone.username))
    if user_id == access.principal().user_id:
        return redirect(url_for("console_dashboard.index"), 303)
    return _back(store_id)


def _ask(template: str, store_id: int, user_id: int) -> str:
    store, member = _seen(store_id, user_id)
    return render_template(
        template,
        store=store,
        member=member,
        other=OTHER[member.role],
        is_oneself=user_id == access.principal().user_id,
        is_last_owner=members.is_last_owner(store_id, user_id),
    )


def _seen(store_id: int, user_id: int) -> tuple[Store, Membership]:
    store = stores.get(store_id, scope=access.scope())
    if not access.owns(store.id):
        raise Forbidden(_("Only an owner of the store manages its members."))
    return store, members.get(store.id, user_id)


def _back(store_id: int) -> Response:
    return redirect(url_for("console_members.index", store_id=store_id), 303)
