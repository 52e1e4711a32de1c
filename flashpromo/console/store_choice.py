"""/console/store/: which store the console is about; for who has several."""

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from flashpromo.console import access
from flashpromo.console.blueprints import PREFIX, console_pages
from flashpromo.entrance import way_back
from flashpromo.entrance.asked import page_number, words
from flashpromo.entrance.pager import Pager
from flashpromo.market import stores

blueprint = console_pages("store_choice")


@blueprint.get(f"{PREFIX}/store/")
def index() -> str:
    """Show the stores to choose from."""
    pager = Pager(page_number())
    count, found = stores.page(scope=access.scope(), words=words() or None, **pager.window)
    return render_template(
        "console/store_choice.html", found=found, pager=pager.of(count), words=words()
    )


@blueprint.post(f"{PREFIX}/store/")
def choose() -> Response:
    """Choose one of them, or all again."""
    wanted = request.form.get("store", "")
    access.choose(int(wanted) if wanted.isdecimal() and len(wanted) < 19 else None)
    return redirect(way_back.own_path(request.form.get("next", ""), f"{PREFIX}/"), 303)
