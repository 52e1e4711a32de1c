"""Who may look into the shop: clients. Merchants and operators are led to where their work is."""

from flask import redirect, url_for
from werkzeug.wrappers import Response

from flashpromo.accounts.permissions import Kind
from flashpromo.accounts.principal import Principal
from flashpromo.entrance import visitor
from flashpromo.errors import Forbidden, NotAuthenticated


def check() -> Response | None:
    """Let in clients; stands before every view of the shop.

    Raises:
        NotAuthenticated: nobody is signed in.
    """
    if principal().kind is Kind.CLIENT:
        return None
    return redirect(url_for("console_dashboard.index"), 303)


def principal() -> Principal:
    """Who is looking; raises `NotAuthenticated` when nobody signed in is."""
    who = visitor.current()
    if who is None:
        raise NotAuthenticated
    return who


def client_id() -> int:
    """The client that is looking; raises `Forbidden` for anybody else."""
    found = principal().client_id
    if found is None:
        raise Forbidden
    return found
