"""Users: the accounts of operators and merchants."""

from typing import Final

from sqlalchemy import update

from flashpromo import audit, db
from flashpromo.accounts import links, sign_ins
from flashpromo.accounts.models import OneTimeLink, User
from flashpromo.errors import NotFound
from flashpromo.letters import outbox
from flashpromo.letters.models import Letter

SHORTEST_PASSWORD: Final = 8


def create_operator(username: str, email: str, password: str) -> User:
    """Create somebody who may do everything; `InvalidFields` also when the name is taken."""
    return _create(username, email, password, is_operator=True)


def create_merchant(username: str, email: str, password: str) -> User:
    """Create a member-to-be of stores; `InvalidFields` also when the name is taken."""
    return _create(username, email, password, is_operator=False)


def begin_merchant(username: str, email: str, password: str) -> User:
    """The account of a merchant-to-be without its sign-in, which `finish` adds.

    What stands on every node, such as a membership, is written between the two.

    Raises:
        InvalidFields: a value is not allowed.
    """
    return _begin(username, email, password, is_operator=False)


def finish(user: User, username: str, email: str, password: str) -> None:
    """Let a new account sign in; raises `InvalidFields` when the name is taken."""
    sign_ins.add(username, email, password, user_id=user.id)
    told = {"username": username, "email": email, "is_operator": user.is_operator}
    audit.record("user.created", "user", user.id, after=told)


def ensure_operator(username: str, email: str, password: str) -> bool:
    """Create the operator unless the name exists; say whether it was created.

    An existing account is left alone: its password may have been changed since.
    """
    if sign_ins.find(username) is not None:
        return False
    create_operator(username, email, password)
    return True


def set_active(username: str, *, active: bool) -> None:
    """Let a user in, or keep it out.

    Who is kept out loses all tokens, sessions and keys, and lets nobody in by a letter of before.
    """
    found = sign_ins.find(username, lock=True)
    if found is None or found.user_id is None:
        raise NotFound(f"There is no user {username!r}.")
    other = update(User).where(User.id == found.user_id, User.is_active.is_not(active))
    if db.session().scalar(other.values(is_active=active).returning(User.id)) is not None:
        audit.record("user.activated" if active else "user.deactivated", "user", found.user_id)
    if not active:
        sign_ins.end_tokens(username)
        outbox.drop(Letter.created_by == found.user_id, "inviter_deactivated")
        links.burn(OneTimeLink.created_by == found.user_id)


def _create(username: str, email: str, password: str, *, is_operator: bool) -> User:
    user = _begin(username, email, password, is_operator=is_operator)
    finish(user, username, email, password)
    return user


def _begin(username: str, email: str, password: str, *, is_operator: bool) -> User:
    sign_ins.check(username, email, password, shortest_password=SHORTEST_PASSWORD)
    user = User(is_operator=is_operator)
    db.session().add(user)
    db.session().flush()
    return user
