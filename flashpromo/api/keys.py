"""/api/auth/keys/: keys for the programs of a marketplace or a merchant, each with its scopes.

A key is used like a token: `Authorization: Bearer fpk_…`. No answer with a key in it is kept for an
`Idempotency-Key`: secrets stand nowhere.
"""

from typing import Any, Final
from uuid import UUID

from flask import Response

from flashpromo.accounts import holdings, keys
from flashpromo.accounts.permissions import Permission
from flashpromo.accounts.principal import TokenKind
from flashpromo.api import guard, paging
from flashpromo.api.blueprints import SECRET, resource
from flashpromo.api.shapes.accounts import HeldOut, HeldPage, KeyIn, KeyOut
from flashpromo.api.shapes.queries import HeldQuery
from flashpromo.api.tokens import shown
from flashpromo.db import transaction
from flashpromo.entrance import origin

blueprint = resource("keys", "/auth/keys", tag="Sign-in")

KEYS: Final = frozenset({TokenKind.KEY})


@blueprint.get("/")
@guard.allow(Permission.ACCOUNT_READ)
@blueprint.input(HeldQuery, location="query", arg_name="query")
@blueprint.output(HeldPage)
def list_keys(query: HeldQuery) -> dict[str, Any] | Response:
    """List own keys, newest first; never what they are."""
    count, found = holdings.page(guard.principal().username, KEYS, **query.window)
    return paging.listed(query, count, shown(found))


@blueprint.post("/")
@guard.allow(Permission.KEYS_WRITE)
@blueprint.input(KeyIn, arg_name="body")
@blueprint.output(KeyOut, status_code=201)
def create_key(body: KeyIn) -> tuple[KeyOut, int, dict[str, str]]:
    """Make a key for a program; it is shown this once.

    Its scopes are at most those of who makes it, and of the token that it is made with. A key makes
    no keys: that needs a token, from name and password.
    """
    with transaction():
        made = keys.make(
            guard.principal(),
            name=body.name,
            scopes=body.scopes,
            expires_at=body.expires_at,
            created_from=origin.described(),
        )
    return KeyOut(token=made.token, **HeldOut.of(made.row).model_dump()), 201, SECRET


@blueprint.delete("/<uuid:key_id>/")
@guard.allow(Permission.ACCOUNT_WRITE)
@blueprint.doc(responses={204: "Ended"})
def delete_key(key_id: UUID) -> tuple[str, int]:
    """End one of one's own keys."""
    with transaction():
        holdings.revoke(guard.principal().username, key_id, kinds=KEYS)
    return "", 204
