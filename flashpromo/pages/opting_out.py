"""/opt-out/<token>/: where each mail about a promo says how there will be no more of them.

Looking changes nothing, since programs that guard a mailbox open every link. Mail programs post by
themselves when their own button is pressed (RFC 8058): they have neither cookie nor form, so the
link alone is enough.
"""

from flask import render_template

from flashpromo.audience import opting_out
from flashpromo.db import transaction
from flashpromo.entrance.blueprints import pages
from flashpromo.entrance.secret_paths import secret_path

blueprint = pages("opting_out")


@blueprint.get("/opt-out/<token>/")
@secret_path
def ask(token: str) -> str:
    """Ask once."""
    opting_out.owner(token)
    return render_template("opting_out.html", token=token, is_done=False)


@blueprint.post("/opt-out/<token>/")
@secret_path
def opt_out(token: str) -> str:
    """Do it, and say so."""
    with transaction():
        opting_out.opt_out(token)
    return render_template("opting_out.html", token=token, is_done=True)
