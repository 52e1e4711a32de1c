"""The sign-in of a client: every wrong part is named, and nothing is taken for an absent one."""

import pytest

from flashpromo.accounts import client_sign_ins
from flashpromo.db import transaction
from flashpromo.errors import InvalidFields


def save(world, **parts):
    with transaction():
        return client_sign_ins.save(world.alice, **parts)


def test_a_wrong_name_and_a_missing_password_are_both_named(world):
    with pytest.raises(InvalidFields) as refusal:
        save(world, username="a b")
    assert refusal.value.fields.keys() == {"username", "password"}


def test_a_first_sign_in_needs_both(world):
    with pytest.raises(InvalidFields) as refusal:
        save(world, email="alice@example.com")
    assert refusal.value.fields.keys() == {"username", "password"}


@pytest.mark.parametrize("part", ["username", "password"])
def test_an_empty_part_is_wrong_not_absent(world, part):
    save(world, username="alice", password="secret")
    with pytest.raises(InvalidFields) as refusal:
        save(world, **{part: ""})
    assert refusal.value.fields.keys() == {part}
