"""/api/auth/token/: a name and a password for a bearer token. Only failures are limited."""

from flashpromo import config
from flashpromo.accounts import tokens
from flashpromo.api import guard
from flashpromo.api.blueprints import resource
from flashpromo.api.shapes.accounts import CredentialsIn, TokenOut
from flashpromo.db import transaction

blueprint = resource("auth", "/auth", tag="Sign-in")


@blueprint.post("/token/")
@guard.anyone()
@blueprint.input(CredentialsIn, arg_name="body")
@blueprint.output(TokenOut)
def create_token(body: CredentialsIn) -> TokenOut:
    """Sign in; send the token as `Authorization: Bearer …` from then on."""
    hours = config.current().token_hours
    with transaction():
        return TokenOut.of(tokens.sign_in(body.username, body.password, hours=hours))
