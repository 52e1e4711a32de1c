"""/api/auth/: sign in and out, who am I, a new password. Only failures are limited."""

from flashpromo import config
from flashpromo.accounts import holdings, password_change, tokens
from flashpromo.accounts.permissions import Permission
from flashpromo.api import guard
from flashpromo.api.blueprints import SECRET, resource
from flashpromo.api.refusals import refuses
from flashpromo.api.shapes.accounts import (
    CredentialsIn,
    MeOut,
    PasswordIn,
    StoreRoleOut,
    TokenOut,
)
from flashpromo.db import transaction
from flashpromo.entrance import failures, origin
from flashpromo.errors import TooSoon, WrongCredentials

blueprint = resource("auth", "/auth", tag="Sign-in")


@blueprint.post("/token/")
@guard.anyone()
@refuses(WrongCredentials, TooSoon)
@blueprint.input(CredentialsIn, arg_name="body")
@blueprint.output(TokenOut)
def create_token(body: CredentialsIn) -> tuple[TokenOut, int, dict[str, str]]:
    """Sign in; send the token as `Authorization: Bearer …` from then on.

    `scopes` narrow what the token may be used for, and `name` helps to tell it from others later.
    """
    with failures.limited(body.username), transaction():
        issued = tokens.sign_in(
            body.username,
            body.password,
            hours=config.current().token_hours,
            scopes=body.scopes,
            name=body.name,
            created_from=origin.described(),
        )
    return TokenOut.of(issued), 200, SECRET


@blueprint.delete("/token/")
@guard.allow(Permission.ACCOUNT_SELF)
@blueprint.doc(responses={204: "Signed out"})
def delete_token() -> tuple[str, int]:
    """Sign out: the token or key in use ends."""
    with transaction():
        holdings.end(guard.principal().held)
    return "", 204


@blueprint.get("/me/")
@guard.allow(Permission.ACCOUNT_SELF)
@blueprint.output(MeOut)
def who_am_i() -> MeOut:
    """Say who is asking, and what may be done with the token in use."""
    who = guard.principal()
    return MeOut(
        username=who.username,
        kind=who.kind,
        scopes=sorted(who.permissions),
        user_id=who.user_id,
        client_id=who.client_id,
        stores=[StoreRoleOut(id=each, role=role) for each, role in sorted(guard.roles().items())],
        expires_at=who.held.expires_at,
    )


@blueprint.post("/password/")
@guard.allow(Permission.ACCOUNT_WRITE)
@refuses(TooSoon)
@blueprint.input(PasswordIn, arg_name="body")
@blueprint.doc(responses={204: "Changed"})
def change_password(body: PasswordIn) -> tuple[str, int]:
    """Change own password; all other tokens, all sessions and all keys end."""
    who = guard.principal()
    with failures.limited(who.username), transaction():
        password_change.change(who, body.old_password, body.new_password)
    return "", 204
