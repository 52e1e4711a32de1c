"""For which store something is: the one that the console is narrowed to, or one of a few."""

from typing import Any, Final

from flask import request
from flask_babel import gettext as _

from flashpromo.console import access
from flashpromo.errors import InvalidFields, NotFound
from flashpromo.market import stores
from flashpromo.market.models import Store

MOST: Final = 100
"""How many stores a form offers; who has more narrows the console to one first."""
FIELD: Final = "store_id"


def offered() -> dict[str, Any]:
    """What a form needs to ask for the store."""
    store = access.store()
    count, found = stores.page(scope=access.scope(), limit=MOST, offset=0)
    return {"store": store, "stores": found, "choose_first": store is None and count > MOST}


def chosen() -> Store:
    """The store that the form names, within sight; raises `InvalidFields` when it names none."""
    wanted = request.form.get(FIELD, "")
    try:
        if wanted.isdecimal() and len(wanted) < 19:
            return stores.get(int(wanted), scope=access.scope())
    except NotFound as error:
        raise InvalidFields({FIELD: _("Choose one of your stores.")}) from error
    raise InvalidFields({FIELD: _("Choose one of your stores.")})
