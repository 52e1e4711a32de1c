"""The front page: what this is, and where to go on."""

from flask import Blueprint, Flask, render_template

home = Blueprint("home", __name__)


@home.get("/")
def index() -> str:
    """Greet a person who opens the address that `bin/run` prints."""
    return render_template("home.html")


def init_app(app: Flask) -> None:
    """Register the page."""
    app.register_blueprint(home)
