"""/language/: somebody chooses the language of the pages, signed in or not.

The browser keeps the choice; so does the account of a user, and hands it to whatever browser the
user signs in with.
"""

from flask import redirect, request
from werkzeug.wrappers import Response

from flashpromo import languages
from flashpromo.accounts import speech
from flashpromo.db import transaction
from flashpromo.entrance import language, visitor, way_back
from flashpromo.entrance.blueprints import pages
from flashpromo.errors import BadRequest

blueprint = pages("language")


@blueprint.post("/language/")
def choose() -> Response:
    """Speak that language from now on, and lead back to where it was chosen."""
    chosen = languages.known(request.form.get("language"))
    if chosen is None:
        raise BadRequest("There are no words in that language.")
    who = visitor.current()
    if who is not None and who.user_id is not None:
        with transaction():
            speech.choose(who.user_id, chosen)
    back = way_back.own_path(request.form.get("next", ""))
    return language.keep(redirect(back, 303), chosen)
