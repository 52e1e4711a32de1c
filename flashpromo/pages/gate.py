"""Nobody looks into consoles and shop without signing in: who is not is led to the form and back.

This stands before every view under these paths, built or not. What a person who is signed in may do
there is their own question.
"""

from typing import Final

from flask import Flask, redirect, request, url_for
from werkzeug.wrappers import Response

from flashpromo.entrance import visitor, way_back

PRIVATE: Final = ("/console", "/admin", "/shop")


def init_app(app: Flask) -> None:
    """Stand before every request."""
    app.before_request(lead_to_the_form)


def lead_to_the_form() -> Response | None:
    """Redirect an anonymous visitor of a private path to the sign-in form; None lets in.

    A page that asks for a part of itself would put the form in the part's place: it is told to go
    to the form as a whole.
    """
    if not _is_private(request.path) or visitor.current() is not None:
        return None
    form = url_for("sign_in.form", next=way_back.asking_page())
    if "HX-Request" in request.headers:
        return Response(status=204, headers={"HX-Redirect": form})
    return redirect(form, 303)


def _is_private(path: str) -> bool:
    return any(path == front or path.startswith(f"{front}/") for front in PRIVATE)
