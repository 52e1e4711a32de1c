"""What a page says when it cannot be shown."""

from flask import Flask, render_template
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from flashpromo.errors import DomainError


def init_app(app: Flask) -> None:
    """Explain a form whose token is missing or of an earlier visit."""
    app.register_error_handler(CSRFError, _of_stale_form)


def of_refusal(error: DomainError) -> ResponseReturnValue:
    """The page of an error of the domain."""
    page = render_template("error.html", title=error.title, detail=error.detail)
    return page, error.status, dict(error.headers)


def _of_stale_form(error: CSRFError) -> ResponseReturnValue:
    page = render_template(
        "error.html",
        title="This form has expired.",
        detail="Go back, load the page again and send the form once more. Cookies must be allowed.",
    )
    return page, error.code or 400
