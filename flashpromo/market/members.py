"""Members: which users act for which stores, as owner or as staff.

Staff may do everything in a store except manage its members and delete it. A store never loses its
last owner: somebody must be able to let others in.
"""

from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from flashpromo import cache, db
from flashpromo.errors import Conflict, NotFound
from flashpromo.market.models import Member, Store


class Role(StrEnum):
    """What a member is in a store."""

    OWNER = "owner"
    STAFF = "staff"


class LastOwner(Conflict):
    """The only owner would go."""

    code = "last_owner"
    title = "A store needs at least one owner."


def roles_of(user_id: int) -> dict[int, Role]:
    """The stores a user is a member of, by id, with its role; without deleted stores."""
    rows = db.session().execute(
        select(Member.store_id, Member.role)
        .join(Store, Store.id == Member.store_id)
        .where(Member.user_id == user_id, Store.deleted_at.is_(None))
    )
    return {row.store_id: Role(row.role) for row in rows}


def of_store(store_id: int) -> dict[int, Role]:
    """The members of a store: user id and role."""
    rows = db.session().execute(
        select(Member.user_id, Member.role)
        .where(Member.store_id == store_id)
        .order_by(Member.user_id)
    )
    return {row.user_id: Role(row.role) for row in rows}


def put(store_id: int, user_id: int, role: Role) -> None:
    """Make the user a member, or change its role; raises `LastOwner`."""
    if role is not Role.OWNER:
        _keep_an_owner(store_id, besides=user_id)
    values = {"store_id": store_id, "user_id": user_id, "role": role.value}
    statement = insert(Member).values(values)
    db.session().execute(
        statement.on_conflict_do_update(
            index_elements=["store_id", "user_id"], set_={"role": statement.excluded.role}
        )
    )
    cache.mark_stale(cache.members_stamp(user_id))


def remove(store_id: int, user_id: int) -> None:
    """End a membership; `NotFound` when there is none, `LastOwner` when nobody else owns it."""
    _keep_an_owner(store_id, besides=user_id)
    gone = delete(Member).where(Member.store_id == store_id, Member.user_id == user_id)
    if db.session().scalar(gone.returning(Member.user_id)) is None:
        raise NotFound(f"User {user_id} is no member of store {store_id}.")
    cache.mark_stale(cache.members_stamp(user_id))


def _keep_an_owner(store_id: int, *, besides: int) -> None:
    """Lock the store first: two owners who remove each other at one instant are told apart."""
    db.session().execute(select(Store.id).where(Store.id == store_id).with_for_update())
    owners = select(Member.user_id).where(Member.store_id == store_id, Member.role == Role.OWNER)
    present = set(db.session().scalars(owners))
    if present == {besides}:
        raise LastOwner
