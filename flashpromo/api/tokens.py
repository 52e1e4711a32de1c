"""/api/auth/tokens/: what stands for the person who asks, on whatever device; each can be ended."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response

from flashpromo.accounts import holdings
from flashpromo.accounts.models import AuthToken
from flashpromo.accounts.permissions import Permission
from flashpromo.api import guard, paging
from flashpromo.api.blueprints import resource
from flashpromo.api.shapes.accounts import HeldOut, HeldPage
from flashpromo.api.shapes.queries import HeldQuery
from flashpromo.db import transaction

blueprint = resource("tokens", "/auth/tokens", tag="Sign-in")


@blueprint.get("/")
@guard.allow(Permission.ACCOUNT_READ)
@blueprint.input(HeldQuery, location="query", arg_name="query")
@blueprint.output(HeldPage)
def list_tokens(query: HeldQuery) -> dict[str, Any] | Response:
    """List own tokens, sessions and keys, newest first; never what they are."""
    count, found = holdings.page(guard.principal().username, holdings.ALL_KINDS, **query.window)
    return paging.listed(query, count, shown(found))


@blueprint.delete("/")
@guard.allow(Permission.ACCOUNT_WRITE)
@blueprint.doc(responses={204: "All others have ended"})
def delete_other_tokens() -> tuple[str, int]:
    """End all own tokens, sessions and keys but the one in use."""
    who = guard.principal()
    with transaction():
        holdings.revoke_others(who.username, who.held)
    return "", 204


@blueprint.delete("/<uuid:token_id>/")
@guard.allow(Permission.ACCOUNT_WRITE)
@blueprint.doc(responses={204: "Ended"})
def delete_one_token(token_id: UUID) -> tuple[str, int]:
    """End one of one's own tokens, sessions and keys."""
    with transaction():
        holdings.revoke(guard.principal().username, token_id)
    return "", 204


def shown(found: Sequence[AuthToken]) -> list[HeldOut]:
    """The documents of what was found."""
    current = guard.principal().held.id
    return [HeldOut.of(each).model_copy(update={"current": each.id == current}) for each in found]
