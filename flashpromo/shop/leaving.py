"""/shop/settings/export/ and …/erase/: a client takes all of its data along, or leaves for good."""

from flask import Response, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from flashpromo.db import app_now, transaction
from flashpromo.entrance import visitor
from flashpromo.errors import InvalidFields
from flashpromo.own_data import erasure, export, plain
from flashpromo.shop import access
from flashpromo.shop.blueprints import PREFIX, shop_pages

blueprint = shop_pages("leaving")


@blueprint.get(f"{PREFIX}/settings/export/")
def take_along() -> Response:
    """Hand over everything that is kept of the client, as a file."""
    data = plain.document(export.gather(access.client_id(), app_now()))
    body = current_app.json.dumps(data, indent=2, default=str)
    headers = {"Content-Disposition": 'attachment; filename="flash-promos.json"'}
    return Response(body, mimetype="application/json", headers=headers)


@blueprint.get(f"{PREFIX}/settings/erase/")
def ask() -> str:
    """Say what it will do, and ask for one's own name."""
    return _page({})


@blueprint.post(f"{PREFIX}/settings/erase/")
def erase() -> ResponseReturnValue:
    """Erase the client for good; its session ends with it."""
    name = access.principal().username
    try:
        with transaction():
            confirm = request.form.get("confirm", "")
            erasure.erase_oneself(access.client_id(), username=name, confirm=confirm)
    except InvalidFields as error:
        return _page(error.fields), error.status
    session.clear()
    flash(_("You are erased: nothing here leads to you any more."))
    return visitor.forget(redirect(url_for("home.index"), 303))


def _page(errors: dict[str, list[str]]) -> str:
    return render_template("shop/erase.html", errors=errors, frame_page="shop/base.html")
