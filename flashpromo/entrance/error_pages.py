"""What a page says when it cannot be shown."""

import logging
from contextlib import suppress

from flask import Flask, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, OperationalError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from flashpromo.db import session
from flashpromo.errors import DomainError, NotFound

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Explain a form whose token is missing or of an earlier visit."""
    app.register_error_handler(CSRFError, _of_stale_form)


def of_refusal(error: DomainError) -> ResponseReturnValue:
    """The page of an error of the domain."""
    page = render_template("error.html", title=error.title, detail=error.detail)
    return page, error.status, dict(error.headers)


def of_nowhere(error: HTTPException) -> ResponseReturnValue:
    """The page of an address where nothing is, or nothing that can be looked at."""
    detail = _("There is nothing at this address.")
    page = render_template("error.html", title=NotFound.title, detail=detail)
    headers = {name: value for name, value in error.get_headers() if name != "Content-Type"}
    return page, error.code or NotFound.status, headers


def of_outage(error: OperationalError) -> ResponseReturnValue:
    """The page of a database that is away."""
    log.error("the database refused: %s", error.orig)
    _end_transaction()
    title = _("The service cannot answer just now.")
    page = render_template("error.html", title=title, detail=_("Try again in a moment."))
    return page, 503, {"Retry-After": "2"}


def of_defect(error: DBAPIError) -> ResponseReturnValue:
    """The page of a statement that the database refused: what it said is for the log alone."""
    log.error("the database refused a statement", exc_info=error)
    _end_transaction()
    title = _("Something went wrong here.")
    page = render_template("error.html", title=title, detail=_("Nothing was changed."))
    return page, 500


def of_too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    """The page of a form that nobody wants to read."""
    page = render_template(
        "error.html",
        title=_("That is too large."),
        detail=_("Go back and choose a smaller file."),
    )
    return page, 413


def _end_transaction() -> None:
    """What follows a statement that failed is refused in its transaction, be it for this page."""
    with suppress(DBAPIError):
        session().rollback()


def _of_stale_form(error: CSRFError) -> ResponseReturnValue:
    page = render_template(
        "error.html",
        title=_("This form has expired."),
        detail=_(
            "Go back, load the page again and send the form once more. Cookies must be allowed."
        ),
    )
    return page, error.code or 400
