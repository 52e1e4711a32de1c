"""The sign-ins of clients. How long a client's password must be is the marketplace's own rule."""

from collections.abc import Collection

from sqlalchemy import select

from flashpromo import db
from flashpromo.accounts import passwords, sign_ins
from flashpromo.accounts.models import SignIn
from flashpromo.errors import InvalidFields


def by_client(client_ids: Collection[int]) -> dict[int, SignIn]:
    """The sign-ins of these clients, by client id; who has none is missing."""
    rows = db.session().scalars(select(SignIn).where(SignIn.client_id.in_(client_ids)))
    return {row.client_id: row for row in rows if row.client_id is not None}


def save(
    client_id: int,
    *,
    username: str | None = None,
    email: str | None = None,
    password: str | None = None,
) -> SignIn | None:
    """Make or change the sign-in of a client; None leaves a value as it is.

    Raises:
        InvalidFields: a value is wrong, the name is taken, or a first sign-in lacks a part.
    """
    present = by_client([client_id]).get(client_id)
    if present is None:
        return _add(client_id, username, email, password)
    sign_ins.check(username or present.username, email or "", password or "-")
    if username is not None and username != present.username:
        present = sign_ins.rename(present, username)
    if email is not None:
        present.email = email
    if password is not None:
        present.password_hash = passwords.hashed(password)
        sign_ins.end_tokens(present.username)
    return present


def remove(client_id: int) -> None:
    """Take a client's sign-in and all its tokens away."""
    for present in by_client([client_id]).values():
        sign_ins.end_tokens(present.username)
        db.session().delete(present)


def _add(
    client_id: int, username: str | None, email: str | None, password: str | None
) -> SignIn | None:
    if username is None and password is None and not email:
        return None
    wanted = {"username": username, "password": password}
    missing = {name: "A first sign-in needs it." for name, said in wanted.items() if said is None}
    if username is None or password is None:
        raise InvalidFields(missing)
    sign_ins.check(username, email or "", password)
    return sign_ins.add(username, email or "", password, client_id=client_id)
