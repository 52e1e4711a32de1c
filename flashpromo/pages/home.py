"""The front page: what this is, and where to go on."""

from flask import render_template

from flashpromo.entrance import visitor
from flashpromo.entrance.blueprints import pages

blueprint = pages("home")


@blueprint.get("/")
def index() -> str:
    """Greet a person who opens the address that `bin/run` prints."""
    return render_template("home.html", visitor=visitor.current())
