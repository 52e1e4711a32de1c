"""/console/stores/<id>/members/: who acts for a store; its owners let others in.

Staff see the list without any step. A user who exists is let in by name, at once; for anybody else
there are invitations.
"""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from flashpromo import config
from flashpromo.console import access
from flashpromo.console.blueprints import PREFIX, console_pages
from flashpromo.db import transaction
from flashpromo.entrance.asked import page_number
from flashpromo.entrance.pager import Pager
from flashpromo.errors import InvalidFields
from flashpromo.market import invitations, members, stores
from flashpromo.market.members import AlreadyMember, Role

blueprint = console_pages("members")

HERE = f"{PREFIX}/stores/<int:store_id>/members/"


@blueprint.get(HERE)
def index(store_id: int) -> str:
    """Show the members of a store."""
    return page(store_id)


@blueprint.post(HERE)
def add(store_id: int) -> ResponseReturnValue:
    """Let a merchant in by user name."""
    username = request.form.get("username", "").strip()
    try:
        with transaction():
            access.must_own(store_id)
            added = members.add(store_id, username, role_sent("role"))
    except InvalidFields as error:
        return page(store_id, {f"add_{name}": said for name, said in error.fields.items()}), 422
    except AlreadyMember as error:
        return page(store_id, {"add_username": [error.title]}), error.status
    flash(_("%(name)s is a member now.", name=added.username))
    return redirect(url_for(".index", store_id=store_id), 303)


def page(store_id: int, errors: dict[str, list[str]] | None = None) -> str:
    """The whole page, with what was wrong in one of its forms and what was typed there."""
    store = stores.get(store_id, scope=access.scope())
    pager = Pager(page_number())
    count, found = members.page(store.id, **pager.window)
    shown: dict[str, Any] = {"store": store, "members": found, "pager": pager.of(count)}
    return render_template(
        "console/members.html",
        owns=access.owns(store.id),
        own_id=access.principal().user_id,
        invitations=invitations.of_store(store.id),
        sends_mail=config.current().sends_mail,
        errors=errors or {},
        sent=request.form,
        **shown,
    )


def role_sent(field: str) -> Role:
    """The role that a field of a form names; staff, the lesser, when it names none."""
    sent = request.form.get(field, "")
    return Role(sent) if sent in set(Role) else Role.STAFF
