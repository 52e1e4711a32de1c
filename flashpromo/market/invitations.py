"""Invitations: an owner asks somebody by mail to come into a store; whoever reads the letter may.

An invitation is the newest letter to an address for a store, and the links that were sent with it.
It is open while its letter waits, or while one of its links was not used. Inviting an address again
replaces what was sent before. It ends when it is used (`joining`) or withdrawn, with the store, and
when who has sent it owns the store no more (`open_invitations`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from flashpromo import audit, config, db
from flashpromo.accounts import sign_ins
from flashpromo.accounts.models import OneTimeLink, SignIn
from flashpromo.errors import NotFound, TooSoon
from flashpromo.fields import Checks
from flashpromo.languages import Language
from flashpromo.letters import outbox
from flashpromo.letters.addresses import is_address
from flashpromo.letters.models import Kind, Letter
from flashpromo.market import open_invitations
from flashpromo.market.members import AlreadyMember, Role
from flashpromo.market.models import Member

AN_HOUR: Final = timedelta(hours=1)
TO_ONE_ADDRESS: Final = 3
"""So many letters an hour, however often an owner presses the button."""


class Standing(StrEnum):
    """How an open invitation stands."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Invitation:
    """An open invitation as the owners of the store see it; `expires_at` once it was sent."""

    id: int
    email: str
    role: Role
    language: Language
    invited_by: str
    created_at: datetime
    expires_at: datetime | None
    standing: Standing


def invite(
    store_id: int, email: str, role: Role, *, invited_by: int | None, language: Language
) -> None:
    """Write to an address, in place of what was written to it before.

    Raises:
        NoMail: nothing is sent from here.
        InvalidFields: it is no address.
        AlreadyMember: a member of the store has it.
        TooSoon: this address, or this store, has had enough letters for an hour.
    """
    outbox.demand_mail()
    checks = Checks()
    email = sign_ins.check_email(checks, email.strip(), shortest=3)
    if not is_address(email):
        checks.wrong("email", "Must be an e-mail address.")
    checks.done()
    if _is_member(store_id, email):
        raise AlreadyMember
    _demand_few(store_id, email)
    open_invitations.end_to(store_id, email, "replaced")
    letter_id = outbox.write(
        Kind.INVITATION,
        language,
        email=email,
        store_id=store_id,
        role=role.value,
        created_by=invited_by,
    )
    _record("member.invited", letter_id, store_id, email, role)


def resend(store_id: int, invitation_id: int, *, invited_by: int | None) -> Invitation:
    """Write once more; raises `NotFound` when it is not open any more, and `TooSoon`."""
    known = get(store_id, invitation_id)
    invite(store_id, known.email, known.role, invited_by=invited_by, language=known.language)
    return known


def withdraw(store_id: int, invitation_id: int) -> Invitation:
    """Let nobody come by it; raises `NotFound` when it is not open any more."""
    known = get(store_id, invitation_id)
    open_invitations.end_to(store_id, known.email, "withdrawn")
    _record("member.invitation_withdrawn", known.id, store_id, known.email, known.role)
    return known


def of_store(store_id: int) -> Sequence[Invitation]:
    """The open invitations of a store, oldest first."""
    now = db.app_now()
    rows = db.session().execute(_newest(store_id))
    found = [_invitation(row, now) for row in rows]
    return sorted((each for each in found if each), key=lambda each: each.id)


def get(store_id: int, invitation_id: int) -> Invitation:
    """One of them; raises `NotFound`."""
    for each in of_store(store_id):
        if each.id == invitation_id:
            return each
    raise NotFound(f"Store {store_id} has no open invitation {invitation_id}.")


def _letters(store_id: int, email: str) -> ColumnElement[bool]:
    return (Letter.store_id == store_id) & (func.lower(Letter.email) == email.lower())


def _is_member(store_id: int, email: str) -> bool:
    found = (
        select(Member.user_id)
        .join(SignIn, SignIn.user_id == Member.user_id)
        .where(Member.store_id == store_id, func.lower(SignIn.email) == email.lower())
    )
    return db.session().scalar(found.limit(1)) is not None


def _demand_few(store_id: int, email: str) -> None:
    since = db.app_now() - AN_HOUR
    of_store = Letter.store_id == store_id
    if outbox.written_since(_letters(store_id, email), since) >= TO_ONE_ADDRESS:
        raise TooSoon("This address had enough letters for now.", retry_after_seconds=3600)
    if outbox.written_since(of_store, since) >= config.current().invitations_per_hour:
        raise TooSoon("The store has sent enough letters for now.", retry_after_seconds=3600)


def _newest(store_id: int) -> Select[Letter, str, datetime]:
    """The newest letter to each address, who wrote it, and until when a link of it is good."""
    address = func.lower(Letter.email)
    good_until = (
        select(func.max(OneTimeLink.expires_at))
        .where(
            OneTimeLink.store_id == store_id,
            func.lower(OneTimeLink.email) == address,
            OneTimeLink.used_at.is_(None),
        )
        .correlate(Letter)
        .scalar_subquery()
    )
    return (
        select(Letter, SignIn.username, good_until.label("expires_at"))
        .join(SignIn, SignIn.user_id == Letter.created_by, isouter=True)
        .where(Letter.store_id == store_id)
        .ext(distinct_on(address))
        .order_by(address, Letter.id.desc())
    )


def _invitation(row: Any, now: datetime) -> Invitation | None:
    """None when the newest letter's invitation is over."""
    letter, invited_by, expires_at = row
    standing = _standing(letter.state, expires_at, now)
    if standing is None:
        return None
    return Invitation(
        letter.id,
        letter.email,
        Role(letter.role),
        Language(letter.language),
        invited_by or "",
        letter.created_at,
        expires_at,
        standing,
    )


def _standing(state: str, expires_at: datetime | None, now: datetime) -> Standing | None:
    if state == "pending":
        return Standing.WAITING
    if state == "failed":
        return Standing.FAILED
    if state == "sent" and expires_at is not None:
        return Standing.SENT if expires_at > now else Standing.EXPIRED
    return None


def _record(action: str, letter_id: int | None, store_id: int, email: str, role: Role) -> None:
    """The log is never erased, so it has the address only as far as its readers know it anyway."""
    told = {"email": f"{email[:1]}…@{email.rpartition('@')[2]}", "role": role}
    audit.record(action, "invitation", letter_id, store_id=store_id, after=told)
