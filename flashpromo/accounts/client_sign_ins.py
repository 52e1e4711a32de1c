"""The sign-ins of clients. How long a client's password must be is the marketplace's own rule."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import select

from flashpromo import db
from flashpromo.accounts import sign_ins
from flashpromo.accounts.models import SignIn
from flashpromo.errors import InvalidFields

GOOD: Final = "-"
"""Stands for a value that is not given where a whole sign-in is checked."""


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
    _check(username, email, password)
    if username is not None and username != present.username:
        present = sign_ins.rename(present, username)
    if email is not None:
        present.email = email
    if password is not None:
        sign_ins.replace_password(present, password)
    return present


def remove(client_id: int) -> None:
    """Take a client's sign-in and all its tokens away."""
    for present in by_client([client_id]).values():
        sign_ins.remove(present)


def _add(
    client_id: int, username: str | None, email: str | None, password: str | None
) -> SignIn | None:
    if username is None and password is None and not email:
        return None
    wanted = {"username": username, "password": password}
    missing = {name: "A first sign-in needs it." for name, said in wanted.items() if said is None}
    _check(username, email, password, missing)
    return sign_ins.add(username or "", email or "", password or "", client_id=client_id)


def _check(
    username: str | None,
    email: str | None,
    password: str | None,
    missing: Mapping[str, str] | None = None,
) -> None:
    """Refuse what is given and wrong together with what is `missing`; None is not looked at."""
    wrong: dict[str, Any] = dict(missing or {})
    try:
        sign_ins.check(
            GOOD if username is None else username,
            email or "",
            GOOD if password is None else password,
        )
    except InvalidFields as error:
        wrong |= error.fields
    if wrong:
        raise InvalidFields(wrong)
