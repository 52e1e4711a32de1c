"""Accounts: who may come in, by which name and password."""

import pytest
from argon2 import PasswordHasher

from flashpromo.accounts import client_sign_ins, passwords, sign_ins, tokens, users
from flashpromo.accounts.permissions import Kind
from flashpromo.db import transaction
from flashpromo.errors import InvalidFields, NotAuthenticated, NotFound, WrongCredentials

GOOD = "long enough"

pytestmark = pytest.mark.usefixtures("context")


def kind_of(username: str, password: str) -> Kind:
    with transaction():
        issued = tokens.sign_in(username, password, hours=1)
    return tokens.principal_of(issued.token).kind


def test_each_kind_of_person_is_known_by_its_token():
    with transaction():
        users.create_operator("admin", "admin@example.org", GOOD)
        users.create_merchant("techshop", "", GOOD)
        client_sign_ins.save(7, username="alice", password="a")
    assert kind_of("admin", GOOD) is Kind.OPERATOR
    assert kind_of("techshop", GOOD) is Kind.MERCHANT
    assert kind_of("alice", "a") is Kind.CLIENT


def test_the_first_operator_is_made_once_and_then_left_alone():
    with transaction():
        assert users.ensure_operator("admin", "", GOOD)
    with transaction():
        assert not users.ensure_operator("admin", "", "another one")
    assert kind_of("admin", GOOD) is Kind.OPERATOR


@pytest.mark.parametrize(
    ("username", "email", "password", "wrong"),
    [
        ("", "", GOOD, {"username"}),
        ("a b", "", GOOD, {"username"}),
        ("a" * 151, "", GOOD, {"username"}),
        ("a\n", "", GOOD, {"username"}),
        ("admin", "nowhere", GOOD, {"email"}),
        ("admin", "a@b\0", GOOD, {"email"}),
        ("admin", "a@" + "b" * 254, GOOD, {"email"}),
        ("admin", "", "short", {"password"}),
        ("admin", "", "x" * 1025, {"password"}),
        ("admin", "", "lone \ud800 surrogate", {"password"}),
        ("", "nowhere", "", {"username", "email", "password"}),
    ],
)
def test_every_wrong_value_is_named(username: str, email: str, password: str, wrong: set[str]):
    with pytest.raises(InvalidFields) as refused, transaction():
        users.create_operator(username, email, password)
    assert set(refused.value.fields) == wrong


def test_a_name_is_taken_once_for_staff_and_clients_alike():
    with transaction():
        users.create_merchant("techshop", "", GOOD)
    for second in (
        lambda: users.create_operator("techshop", "", GOOD),
        lambda: client_sign_ins.save(7, username="techshop", password="a"),
    ):
        with pytest.raises(InvalidFields) as refused, transaction():
            second()
        assert set(refused.value.fields) == {"username"}


def test_a_new_password_ends_all_tokens():
    with transaction():
        users.create_merchant("techshop", "", GOOD)
        issued = tokens.sign_in("techshop", GOOD, hours=1)
    with transaction():
        sign_ins.set_password("techshop", "another one", shortest_password=8)
    with pytest.raises(NotAuthenticated):
        tokens.principal_of(issued.token)
    with pytest.raises(WrongCredentials), transaction():
        tokens.sign_in("techshop", GOOD, hours=1)
    assert kind_of("techshop", "another one") is Kind.MERCHANT


def test_what_nobody_has_cannot_be_changed():
    for change in (
        lambda: sign_ins.set_password("nobody", GOOD),
        lambda: users.set_active("nobody", active=False),
    ):
        with pytest.raises(NotFound), transaction():
            change()


def test_a_client_changes_its_name_and_keeps_its_account():
    with transaction():
        before = client_sign_ins.save(7, username="alice", email="a@example.org", password="a")
        number = before.id
        old_token = tokens.issue(before, hours=1).token
    with transaction():
        client_sign_ins.save(7, username="alicia")
    with transaction():
        after = client_sign_ins.save(7, email="b@example.org", password="b")
    assert (after.id, after.username, after.email) == (number, "alicia", "b@example.org")
    assert kind_of("alicia", "b") is Kind.CLIENT
    with pytest.raises(NotAuthenticated):
        tokens.principal_of(old_token)
    with pytest.raises(WrongCredentials), transaction():
        tokens.sign_in("alice", "a", hours=1)


def test_a_client_cannot_take_the_name_of_another():
    with transaction():
        client_sign_ins.save(7, username="alice", password="a")
        client_sign_ins.save(8, username="bob", password="b")
    with pytest.raises(InvalidFields), transaction():
        client_sign_ins.save(8, username="alice")
    assert kind_of("bob", "b") is Kind.CLIENT


def test_a_hash_of_outdated_costs_is_renewed_when_its_owner_signs_in():
    weak = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(GOOD)
    with transaction():
        users.create_merchant("techshop", "", GOOD)
        sign_ins.find("techshop").password_hash = weak
    assert kind_of("techshop", GOOD) is Kind.MERCHANT
    renewed = sign_ins.find("techshop").password_hash
    assert renewed != weak
    assert not passwords.is_outdated(renewed)


def test_a_broken_hash_lets_nobody_in():
    with transaction():
        users.create_merchant("techshop", "", GOOD)
        sign_ins.find("techshop").password_hash = "!"
    with pytest.raises(WrongCredentials), transaction():
        tokens.sign_in("techshop", GOOD, hours=1)


def test_expired_tokens_are_cleared_away_at_the_next_sign_in(clock, rows):
    with transaction():
        users.create_merchant("techshop", "", GOOD)
        tokens.sign_in("techshop", GOOD, hours=1)
        tokens.sign_in("techshop", GOOD, hours=3)
    clock.advance(hours=2)
    with transaction():
        tokens.sign_in("techshop", GOOD, hours=1)
    assert rows("auth_token") == 2
