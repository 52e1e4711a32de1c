"""Members: which users act for which stores, as owner or as staff.

Staff may do everything in a store except manage its members and delete it. A store never loses its
last owner: somebody must be able to let others in.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from flashpromo import audit, cache, db
from flashpromo.accounts import sign_ins
from flashpromo.accounts.models import SignIn, User
from flashpromo.errors import Conflict, Forbidden, InvalidFields, NotFound
from flashpromo.market import open_invitations
from flashpromo.market.models import Member, Store


class Role(StrEnum):
    """What a member is in a store."""

    OWNER = "owner"
    STAFF = "staff"


class LastOwner(Conflict):
    """The only owner would go."""

    code = "last_owner"
    title = "A store needs at least one owner."


class AlreadyMember(Conflict):
    """Somebody who is let in is in already."""

    code = "already_member"
    title = "This user is a member of the store already."


@dataclass(frozen=True)
class Membership:
    """A member as the other members see it."""

    user_id: int
    username: str
    role: Role


def roles_of(user_id: int) -> dict[int, Role]:
    """The stores a user is a member of, by id, with its role; without deleted stores."""
    rows = db.session().execute(
        select(Member.store_id, Member.role)
        .join(Store, Store.id == Member.store_id)
        .where(Member.user_id == user_id, Store.deleted_at.is_(None))
    )
    return {row.store_id: Role(row.role) for row in rows}


def must_own(store_id: int, user_id: int) -> None:
    """Lock the store, and raise `Forbidden` unless the user owns it still.

    Whoever changes its members waits: an owner who is one no more changes nothing.
    """
    _lock_store(store_id)
    this = (Member.store_id == store_id) & (Member.user_id == user_id)
    if db.session().scalar(select(Member.role).where(this)) != Role.OWNER:
        raise Forbidden("Only an owner of the store may do this.")


def page(store_id: int, *, limit: int, offset: int) -> tuple[int, list[Membership]]:
    """How many members a store has, and those of one page, the oldest account first."""
    of_this = Member.store_id == store_id
    count = db.session().scalar(select(func.count()).select_from(Member).where(of_this))
    query = _named().where(of_this).order_by(Member.user_id).limit(limit).offset(offset)
    return count or 0, [_membership(row) for row in db.session().execute(query)]


def get(store_id: int, user_id: int, *, for_update: bool = False) -> Membership:
    """One member of a store; `NotFound` when the user is none.

    `for_update` locks the store and the member, in the order of every change of members.
    """
    if for_update:
        _lock_store(store_id)
        _lock_member(store_id, user_id)
    query = _named().where(Member.store_id == store_id, Member.user_id == user_id)
    row = db.session().execute(query).one_or_none()
    if row is None:
        raise _no_member(store_id, user_id)
    return _membership(row)


def is_last_owner(store_id: int, user_id: int) -> bool:
    """Whether the store has no other owner just now."""
    owners = select(Member.user_id).where(Member.store_id == store_id, Member.role == Role.OWNER)
    return set(db.session().scalars(owners)) == {user_id}


def add(store_id: int, username: str, role: Role) -> Membership:
    """Let a merchant into a store.

    Raises:
        InvalidFields: no merchant has that name; operators and clients are members of nothing.
        AlreadyMember: it is one; its role is changed by `change_role`.
    """
    user_id = _merchant(username)
    if not _let_in(store_id, user_id, role):
        raise AlreadyMember
    return Membership(user_id, username, role)


def change_role(store_id: int, user_id: int, role: Role) -> Membership:
    """Make an owner of staff or the other way round.

    Raises:
        NotFound: the user is no member.
        LastOwner: nobody else owns the store.
    """
    present = get(store_id, user_id)
    _change(store_id, user_id, role)
    return replace(present, role=role)


def put(store_id: int, user_id: int, role: Role) -> None:
    """Make the user a member, or change its role; raises `LastOwner`."""
    if not _let_in(store_id, user_id, role):
        _change(store_id, user_id, role)


def remove(store_id: int, user_id: int) -> None:
    """End a membership, and the invitations that it would come back by.

    Raises:
        NotFound: the user is no member.
        LastOwner: nobody else owns the store.
    """
    _keep_an_owner(store_id, besides=user_id)
    gone = delete(Member).where(Member.store_id == store_id, Member.user_id == user_id)
    role = db.session().scalar(gone.returning(Member.role))
    if role is None:
        raise _no_member(store_id, user_id)
    open_invitations.end_with_member(store_id, user_id)
    cache.mark_stale(cache.members_stamp(user_id))
    audit.record("member.removed", "user", user_id, store_id=store_id, before={"role": role})


def _let_in(store_id: int, user_id: int, role: Role) -> bool:
    """False for somebody who is a member already."""
    values = {"store_id": store_id, "user_id": user_id, "role": role.value}
    added = insert(Member).values(values).on_conflict_do_nothing().returning(Member.user_id)
    if db.session().scalar(added) is None:
        return False
    cache.mark_stale(cache.members_stamp(user_id))
    audit.record("member.added", "user", user_id, store_id=store_id, after={"role": role})
    return True


def _change(store_id: int, user_id: int, role: Role) -> None:
    """Write the role of a member, unless the store would be without an owner."""
    if role is not Role.OWNER:
        _keep_an_owner(store_id, besides=user_id)
    before = _lock_member(store_id, user_id)
    if before is None:
        raise _no_member(store_id, user_id)
    this = (Member.store_id == store_id) & (Member.user_id == user_id)
    db.session().execute(update(Member).where(this).values(role=role.value))
    if role is not Role.OWNER:
        open_invitations.end_from(store_id, user_id, "inviter_left")
    cache.mark_stale(cache.members_stamp(user_id))
    audit.record(
        "member.changed",
        "user",
        user_id,
        store_id=store_id,
        before={"role": before},
        after={"role": role},
    )


def _named() -> Select[int, str, str]:
    """Members with the names by which they sign in."""
    name = func.coalesce(SignIn.username, "").label("username")
    return select(Member.user_id, name, Member.role).outerjoin(
        SignIn, SignIn.user_id == Member.user_id
    )


def _membership(row: Any) -> Membership:
    return Membership(row.user_id, row.username, Role(row.role))


def _merchant(username: str) -> int:
    """The user id of a merchant; it is not told apart what else the name may belong to."""
    found = sign_ins.find(username)
    user = db.session().get(User, found.user_id) if found and found.user_id else None
    if user is None or user.is_operator:
        raise InvalidFields({"username": "There is no merchant of that name."})
    return user.id


def _no_member(store_id: int, user_id: int) -> NotFound:
    return NotFound(f"User {user_id} is no member of store {store_id}.")


def _keep_an_owner(store_id: int, *, besides: int) -> None:
    """Lock the store first: two owners who remove each other at one instant are told apart."""
    _lock_store(store_id)
    if is_last_owner(store_id, besides):
        raise LastOwner


def _lock_store(store_id: int) -> None:
    db.session().execute(select(Store.id).where(Store.id == store_id).with_for_update())


def _lock_member(store_id: int, user_id: int) -> str | None:
    """The role of the member; None when the user is none."""
    this = (Member.store_id == store_id) & (Member.user_id == user_id)
    return db.session().scalar(select(Member.role).where(this).with_for_update())
