"""Members: a store always has somebody who may let others in."""

import threading

import pytest
from flask import Flask

from flashpromo.accounts import users
from flashpromo.db import transaction
from flashpromo.errors import Forbidden, NotFound
from flashpromo.market import members, stores
from flashpromo.market.members import LastOwner, Role

PLACE = {"latitude": 19.4, "longitude": -99.1, "time_zone": "UTC"}


@pytest.fixture
def store_id(context: None) -> int:
    with transaction():
        return stores.create(name="TechShop", **PLACE).id


@pytest.fixture
def user_ids(context: None) -> list[int]:
    with transaction():
        return [users.create_merchant(f"user{each}", "", "long enough").id for each in range(2)]


def roles_in(store_id: int) -> dict[int, Role]:
    _, found = members.page(store_id, limit=10, offset=0)
    return {each.user_id: each.role for each in found}


def test_owners_and_staff(store_id: int, user_ids: list[int]):
    ann, ben = user_ids
    with transaction():
        members.put(store_id, ann, Role.OWNER)
        members.put(store_id, ben, Role.STAFF)
    assert members.roles_of(ann) == {store_id: Role.OWNER}
    assert roles_in(store_id) == {ann: Role.OWNER, ben: Role.STAFF}
    with transaction():
        members.put(store_id, ben, Role.OWNER)
        members.remove(store_id, ann)
    assert roles_in(store_id) == {ben: Role.OWNER}


def test_the_last_owner_stays(store_id: int, user_ids: list[int]):
    ann, ben = user_ids
    with transaction():
        members.put(store_id, ann, Role.OWNER)
    for step in (
        lambda: members.remove(store_id, ann),
        lambda: members.put(store_id, ann, Role.STAFF),
    ):
        with pytest.raises(LastOwner), transaction():
            step()
    with pytest.raises(NotFound), transaction():
        members.remove(store_id, ben)


def test_a_deleted_store_has_no_members_to_let_in(store_id: int, user_ids: list[int]):
    with transaction():
        members.put(store_id, user_ids[0], Role.OWNER)
        stores.remove(stores.get(store_id, for_update=True))
    assert members.roles_of(user_ids[0]) == {}


def test_two_owners_who_remove_each_other_at_one_instant(
    app: Flask, store_id: int, user_ids: list[int]
):
    for _ in range(20):
        with transaction():
            for user_id in user_ids:
                members.put(store_id, user_id, Role.OWNER)
        start = threading.Barrier(2)

        def remove(user_id: int, start: threading.Barrier) -> None:
            with app.app_context():
                start.wait()
                try:
                    with transaction():
                        members.remove(store_id, user_id)
                except LastOwner:
                    pass

        rivals = [threading.Thread(target=remove, args=(each, start)) for each in user_ids]
        for rival in rivals:
            rival.start()
        for rival in rivals:
            rival.join()
        assert len(roles_in(store_id)) == 1


def test_who_owns_it_is_looked_at_behind_the_lock(app: Flask, store_id: int, user_ids: list[int]):
    ann, ben = user_ids
    with transaction():
        for user_id in user_ids:
            members.put(store_id, user_id, Role.OWNER)
    refused = []

    def act_as_owner() -> None:
        with app.app_context():
            try:
                with transaction():
                    members.must_own(store_id, ben)
            except Forbidden:
                refused.append(ben)

    rival = threading.Thread(target=act_as_owner)
    with transaction():
        members.must_own(store_id, ann)
        members.remove(store_id, ben)
        rival.start()
        rival.join(0.3)
        assert rival.is_alive()
    rival.join()
    assert refused == [ben]
    with pytest.raises(NotFound), transaction():
        members.change_role(store_id, ben, Role.OWNER)
