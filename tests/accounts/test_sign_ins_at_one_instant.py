"""Sign-ins of which two make something at one instant: the one behind the lock sees the other."""

import threading
from collections.abc import Callable

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import text

from flashpromo.accounts import client_sign_ins, holdings, keys, sign_ins, tokens
from flashpromo.accounts.believed import believed
from flashpromo.accounts.permissions import Permission
from flashpromo.accounts.users import create_merchant
from flashpromo.db import session, transaction
from flashpromo.entrance import uses
from flashpromo.errors import NotAuthenticated, WrongCredentials

CHEAP = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("first one")


@pytest.fixture(autouse=True)
def _people(context: None) -> None:
    with transaction():
        client_sign_ins.save(7, username="alice", password="first one")
        create_merchant("ann", "", "first one")


def elsewhere(app: Flask, act: Callable[[], object]) -> threading.Thread:
    """Do it in a transaction of another thread."""

    def run() -> None:
        with app.app_context(), transaction():
            act()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_a_rename_takes_a_password_of_this_instant_along(app: Flask):
    with transaction():
        present = sign_ins.find("alice")
        elsewhere(app, lambda: sign_ins.set_password("alice", "second one")).join()
        sign_ins.rename(present, "alicia")
    assert sign_ins.authenticate("alicia", "second one").client_id == 7
    with pytest.raises(WrongCredentials):
        sign_ins.authenticate("alicia", "first one")


def test_four_who_renew_one_hash_at_one_instant_are_all_let_in(app: Flask):
    with transaction():
        session().execute(text("UPDATE sign_in SET password_hash = :hash"), {"hash": CHEAP})
    start, let_in = threading.Barrier(4), []

    def enter() -> None:
        start.wait()
        let_in.append(tokens.sign_in("ann", "first one", hours=1))

    for each in [elsewhere(app, enter) for _ in range(4)]:
        each.join()
    assert len(let_in) == 4


def test_a_key_that_is_made_at_the_instant_ends_with_the_others(app: Flask):
    with transaction():
        stolen, own = (tokens.sign_in("ann", "first one", hours=1).token for _ in range(2))
    owner, thief = tokens.principal_of(own), tokens.principal_of(stolen)
    session().rollback()
    with transaction():
        made = keys.make(thief, name="mine", scopes=[Permission.CATALOGUE_READ])
        ending = elsewhere(app, lambda: holdings.revoke_others("ann", owner.held))
        ending.join(0.3)
        assert ending.is_alive()  # it waits for what is being made
    ending.join()
    believed.forget_all()
    with pytest.raises(NotAuthenticated):
        tokens.principal_of(made.token)


def test_what_ends_before_its_use_is_noted_is_not_believed_again():
    with transaction():
        token = tokens.sign_in("ann", "first one", hours=1).token
    who = tokens.principal_of(token)
    session().rollback()
    with transaction():
        holdings.end(who.held)
    uses.note(who)
    with pytest.raises(NotAuthenticated):
        tokens.principal_of(token)
