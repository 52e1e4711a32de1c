"""Sign-ins: a name and a password, of a user or of a client.

A name is unique over staff and clients alike, because all of them share one table whose primary key
it is. Two who want one name at the same instant are told apart by that key, not by a look before.
"""

import re
from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from flashpromo import audit, db
from flashpromo.accounts import ending, links, passwords
from flashpromo.accounts.models import USERNAME_PATTERN, AuthToken, SignIn, User
from flashpromo.errors import Conflict, InvalidFields, NotFound, WrongCredentials
from flashpromo.fields import Checks
from flashpromo.letters import outbox
from flashpromo.letters.models import Kind, Letter

LONGEST_PASSWORD: Final = 1024
LONGEST_EMAIL: Final = 254
EMAIL_FORM: Final = re.compile(r"[^@\s]+@[^@\s]+")


def check(username: str, email: str, password: str, *, shortest_password: int = 1) -> None:
    """Raise `InvalidFields` unless name, e-mail address (may be empty) and password are allowed."""
    checks = Checks()
    if re.fullmatch(USERNAME_PATTERN, username) is None:
        checks.wrong("username", "Must have 1 to 150 letters, digits, dots, dashes, underscores.")
    check_email(checks, email)
    if len(password) < shortest_password:
        checks.wrong("password", f"Must have at least {shortest_password} characters.")
    checks.prose("password", password, longest=LONGEST_PASSWORD)
    checks.done()


def check_email(checks: Checks, email: str, *, shortest: int = 0) -> str:
    """Check an e-mail address, which may be empty unless it must be longer; hand it back."""
    if email and not EMAIL_FORM.fullmatch(email):
        checks.wrong("email", "Must be an e-mail address.")
    return checks.line("email", email, shortest=shortest, longest=LONGEST_EMAIL)


def find(username: str, *, lock: bool = False) -> SignIn | None:
    """The sign-in of that name, or None; a name that could never exist is not even looked up.

    One that is locked is as it stands behind the lock, whatever was read of it before.
    """
    if re.fullmatch(USERNAME_PATTERN, username) is None:
        return None
    wanted = select(SignIn).where(SignIn.username == username)
    if lock:
        wanted = wanted.with_for_update(key_share=True).execution_options(populate_existing=True)
    return db.session().scalar(wanted)


def is_client(username: str) -> bool:
    """Whether a client signs in by that name, rather than a user or nobody."""
    found = find(username)
    return found is not None and found.client_id is not None


def of_user(user_id: int | None) -> SignIn | None:
    """The sign-in of a user, or None."""
    return of_users([] if user_id is None else [user_id]).get(user_id or 0)


def of_users(user_ids: Collection[int]) -> dict[int, SignIn]:
    """The sign-ins of these users, by user id; who has none is missing."""
    rows = db.session().scalars(select(SignIn).where(SignIn.user_id.in_(user_ids)))
    return {row.user_id: row for row in rows if row.user_id is not None}


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
        _renew_hash(found, password)
    return found


def hold(present: SignIn) -> None:
    """Lock the sign-in until the commit: what is issued now is seen by whoever ends its tokens.

    Raises:
        WrongCredentials: since it was read it was removed, deactivated or given a new password.
    """
    locked = select(SignIn.password_hash).where(SignIn.username == present.username)
    kept_hash = db.session().scalar(locked.with_for_update(key_share=True))
    # The second look is a statement of its own: it sees what the lock has waited for.
    active = select(User.is_active).where(User.id == present.user_id)
    if kept_hash != present.password_hash or (
        present.user_id is not None and not db.session().scalar(active)
    ):
        raise WrongCredentials


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

    The name is the key by which the table is sharded, and such a key cannot be updated. It is
    copied behind its lock: a password that was changed meanwhile stays the new one.

    Raises:
        InvalidFields: the name is taken.
        Conflict: the sign-in was removed or renamed since it was read.
    """
    if find(present.username, lock=True) is None:
        raise Conflict("The sign-in has another name by now, or is gone.")
    renamed = _insert(
        username=username,
        id=present.id,
        email=present.email,
        password_hash=present.password_hash,
        user_id=present.user_id,
        client_id=present.client_id,
    )
    remove(present)
    return renamed


def remove(present: SignIn) -> None:
    """Take a sign-in away; all that was issued for it ends, links and letters are deleted."""
    name = present.username
    db.session().delete(present)
    end_tokens(name)
    links.forget_account(name)
    outbox.forget_account(name)


def set_password(username: str, password: str, *, shortest_password: int = 1) -> None:
    """Give an account a new password and end all of its tokens, sessions and keys."""
    found = find(username)
    if found is None:
        raise NotFound(f"There is no account {username!r}.")
    check(found.username, "", password, shortest_password=shortest_password)
    replace_password(found, password)


def replace_password(present: SignIn, password: str, *, keep: UUID | None = None) -> None:
    """Store a password that was checked; all that was issued ends, but for the token `keep`.

    Links with which another one could be chosen end too.
    """
    present.password_hash = passwords.hashed(password)
    subject = subject_of(present)
    audit.record(f"{subject[0]}.password_changed", *subject)
    end_tokens(present.username, keep=keep)
    waiting = (Letter.username == present.username) & (Letter.kind == Kind.PASSWORD.value)
    outbox.drop(waiting, "password_changed")
    links.burn_of_name(present.username)


def subject_of(found: SignIn) -> tuple[str, int | None]:
    """Whom the log names where something is done to an account: a kind of people, and an id."""
    return ("client", found.client_id) if found.user_id is None else ("user", found.user_id)


def end_tokens(username: str, *, keep: UUID | None = None) -> None:
    """Delete every token, session and key of that name; other processes know within a second.

    What changes the sign-in is written first, and locks it: see `hold`.
    """
    db.session().flush()
    ended = AuthToken.username == username
    ending.end(ended if keep is None else ended & (AuthToken.id != keep))


def _renew_hash(found: SignIn, password: str) -> None:
    """Only over the hash that was checked; one that was written meanwhile must fit as well.

    Somebody may have renewed it with the same password, or changed the password.
    """
    checked_hash, renewed = found.password_hash, passwords.hashed(password)
    present = find(found.username, lock=True)
    if present is not None and present.password_hash == checked_hash:
        present.password_hash = renewed
    elif not passwords.fits(present.password_hash if present else None, password):
        raise WrongCredentials


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
