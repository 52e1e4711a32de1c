"""Sign-ins: a name and a password, of a user or of a client.

A name is unique over staff and clients alike, because all of them share one table whose primary key
it is. Two who want one name at the same instant are told apart by that key, not by a look before.
"""

import re
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from flashpromo import db
from flashpromo.accounts import passwords
from flashpromo.accounts.models import USERNAME_PATTERN, AuthToken, SignIn, User
from flashpromo.errors import InvalidFields, NotFound, WrongCredentials
from flashpromo.fields import Checks

LONGEST_PASSWORD: Final = 1024
LONGEST_EMAIL: Final = 254
EMAIL_FORM: Final = re.compile(r"[^@\s]+@[^@\s]+")


def check(username: str, email: str, password: str, *, shortest_password: int = 1) -> None:
    """Raise `InvalidFields` unless name, e-mail address (may be empty) and password are allowed."""
    checks = Checks()
    if re.fullmatch(USERNAME_PATTERN, username) is None:
        checks.wrong("username", "Must have 1 to 150 letters, digits, dots, dashes, underscores.")
    if email and not EMAIL_FORM.fullmatch(email):
        checks.wrong("email", "Must be an e-mail address.")
    checks.line("email", email, shortest=0, longest=LONGEST_EMAIL)
    if len(password) < shortest_password:
        checks.wrong("password", f"Must have at least {shortest_password} characters.")
    checks.prose("password", password, longest=LONGEST_PASSWORD)
    checks.done()


def find(username: str) -> SignIn | None:
    """The sign-in of that name, or None; a name that could never exist is not even looked up."""
    if re.fullmatch(USERNAME_PATTERN, username) is None:
        return None
    return db.session().scalar(select(SignIn).where(SignIn.username == username))


def authenticate(username: str, password: str) -> SignIn:
    """The sign-in that name and password belong to.

    Takes the same time for an unknown name, and renews a hash of outdated costs.

    Raises:
        WrongCredentials: unknown name, wrong password, or a deactivated user.
    """
    found = find(username)
    fits = passwords.fits(found.password_hash if found else None, password)
    if found is None or not fits or _is_deactivated(found):
        raise WrongCredentials
    if passwords.is_outdated(found.password_hash):
        found.password_hash = passwords.hashed(password)
    return found


def add(
    username: str,
    email: str,
    password: str,
    *,
    user_id: int | None = None,
    client_id: int | None = None,
) -> SignIn:
    """Add a sign-in whose values were checked, for exactly one user or client."""
    return _insert(
        username=username,
        email=email,
        password_hash=passwords.hashed(password),
        user_id=user_id,
        client_id=client_id,
    )


def rename(present: SignIn, username: str) -> SignIn:
    """Replace the sign-in by one of another name; its tokens end.

    The name is the key by which the table is sharded, and such a key cannot be updated.
    """
    renamed = _insert(
        username=username,
        id=present.id,
        email=present.email,
        password_hash=present.password_hash,
        user_id=present.user_id,
        client_id=present.client_id,
    )
    end_tokens(present.username)
    db.session().delete(present)
    return renamed


def set_password(username: str, password: str, *, shortest_password: int = 1) -> None:
    """Give an account a new password and end all of its tokens."""
    found = find(username)
    if found is None:
        raise NotFound(f"There is no account {username!r}.")
    check(found.username, "", password, shortest_password=shortest_password)
    found.password_hash = passwords.hashed(password)
    end_tokens(username)


def end_tokens(username: str) -> None:
    """Delete every token of that name; they are refused within a second."""
    db.session().execute(delete(AuthToken).where(AuthToken.username == username))


def _is_deactivated(found: SignIn) -> bool:
    if found.user_id is None:
        return False
    return not db.session().get_one(User, found.user_id).is_active


def _insert(**values: Any) -> SignIn:
    added: SignIn | None = db.session().scalar(
        insert(SignIn).values(values).on_conflict_do_nothing().returning(SignIn)
    )
    if added is None:
        raise InvalidFields({"username": "This user name is taken."})
    return added
