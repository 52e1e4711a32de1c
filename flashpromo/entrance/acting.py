"""Who acts in this request, for the audit log: said as soon as it is known who asks.

Every request begins with somebody who is not signed in, so that nobody is taken for who came before
in the same thread.
"""

from typing import Final

from flask import Flask, request

from flashpromo.accounts.principal import Principal
from flashpromo.audit import actors
from flashpromo.audit.actors import Actor, ActorKind, Door
from flashpromo.entrance import origin

DOORS: Final = {"api": Door.API, "console": Door.CONSOLE, "admin": Door.ADMIN}
"""By the first part of the path; everything else are pages for all, and those of clients."""


def init_app(app: Flask) -> None:
    """Stand around every request."""
    app.before_request(begin)
    app.teardown_request(_end)


def begin() -> None:
    """Somebody has come in; nobody knows who."""
    actors.enter(Actor(ActorKind.VISITOR, _door(), address=origin.address()))


def known(who: Principal) -> None:
    """It is this one who asks."""
    own_id = who.user_id if who.client_id is None else who.client_id
    kind = ActorKind(who.kind.value)
    actors.enter(Actor(kind, _door(), own_id, who.username, origin.address()))


def _end(_error: BaseException | None) -> None:
    actors.leave()


def _door() -> Door:
    return DOORS.get(request.path.split("/")[1], Door.PAGES)
