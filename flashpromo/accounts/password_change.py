"""One's own password: changed by whoever knows the present one."""

from typing import Final

from flashpromo.accounts import passwords, sign_ins, speech
from flashpromo.accounts.models import SignIn
from flashpromo.accounts.principal import Principal
from flashpromo.accounts.users import SHORTEST_PASSWORD
from flashpromo.errors import InvalidFields, NotAuthenticated
from flashpromo.languages import Language
from flashpromo.letters import outbox
from flashpromo.letters.models import Kind

SHORTEST_OF_CLIENTS: Final = 1
"""How long a client's password must be is the marketplace's own rule."""


class WrongPassword(InvalidFields):
    """The present password was not known."""

    def __init__(self) -> None:
        super().__init__({"old_password": "Is not your password."})


def change(who: Principal, old: str, new: str, *, language: Language = Language.ENGLISH) -> None:
    """Replace the password; all that was issued before ends, but for the token in use.

    The owner is told by mail, in the language that was chosen once, else in `language`.

    Raises:
        WrongPassword: `old` is not the present one.
        InvalidFields: `new` is not allowed.
        NotAuthenticated: there is no such sign-in any more.
    """
    present = sign_ins.find(who.username, lock=True)
    if not passwords.fits(present.password_hash if present else None, old):
        raise WrongPassword
    if present is None:
        raise NotAuthenticated
    shortest = SHORTEST_PASSWORD if who.client_id is None else SHORTEST_OF_CLIENTS
    try:
        sign_ins.check(present.username, "", new, shortest_password=shortest)
    except InvalidFields as error:
        raise InvalidFields({"new_password": error.fields["password"]}) from error
    sign_ins.replace_password(present, new, keep=who.held.id)
    tell_of_change(present, language)


def tell_of_change(owner: SignIn, language: Language) -> None:
    """Let the owner of an account know by mail, should it have been somebody else."""
    if owner.email:
        outbox.write(
            Kind.PASSWORD_CHANGED,
            speech.of(owner.username) or language,
            username=owner.username,
            email=owner.email,
        )
