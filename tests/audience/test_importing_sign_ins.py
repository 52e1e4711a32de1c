"""Sign-ins of an import: a name has one owner, a password is hashed, tokens end with both."""

from collections import Counter
from threading import Lock

import pytest
from sqlalchemy import text

from flashpromo.accounts import client_sign_ins, passwords, sign_ins, tokens, users
from flashpromo.audience.import_staging import HASHED_AT_ONCE
from flashpromo.db import transaction
from flashpromo.errors import NotAuthenticated, WrongCredentials
from tests.audience.importing_file import client, count, import_file, meanwhile

HEADER = "external_id,username,email,password\n"


@pytest.fixture(autouse=True)
def _world(world):
    """Alice and the others exist, none of them with an outside id."""


def test_who_has_a_password_can_sign_in():
    assert import_file(f"{HEADER}m-1,alice,alice@example.com,secret\n").counts == (1, 0, 0)
    found = sign_ins.authenticate("alice", "secret")
    assert (found.client_id, found.email) == (client("m-1").id, "alice@example.com")
    assert found.id is not None


def test_who_has_none_cannot():
    import_file("external_id,username\nm-1,alice\nm-2,bob\n")
    assert client("m-1").username == "alice"
    for guess in ("", "alice", "!"):
        with pytest.raises(WrongCredentials):
            sign_ins.authenticate("alice", guess)


def test_a_row_without_any_of_it_has_no_sign_in():
    import_file(f"{HEADER}m-1,,,\nm-2,bob,,pw\n")
    assert (client("m-1").username, client("m-2").username) == (None, "bob")


def test_a_name_of_somebody_else_keeps_the_whole_row_out():
    with transaction():
        users.create_merchant("techshop", "t@example.com", "flash-demo")
        client_sign_ins.save(1, username="alice", password="secret")
    done = import_file(f"{HEADER}m-1,techshop,,pw\nm-2,alice,,pw\nm-3,carol,,pw\nm-4,carol,,pw\n")
    assert done.counts == (1, 0, 3)
    assert done.complaints == [
        "2: username is taken by another account",
        "3: username is taken by another account",
        "5: username stands already in line 4",
    ]
    assert (client("m-1"), client("m-2"), client("m-4")) == (None, None, None)
    assert sign_ins.authenticate("techshop", "flash-demo").user_id is not None


def test_a_new_password_ends_the_tokens_and_an_absent_one_changes_nothing():
    import_file(f"{HEADER}m-1,alice,a@example.com,old\n")
    with transaction():
        issued = tokens.sign_in("alice", "old", hours=1)
    assert import_file("external_id,username,email\nm-1,alice,new@example.com\n").counts == (
        0,
        1,
        0,
    )
    assert sign_ins.authenticate("alice", "old").email == "new@example.com"
    assert count("auth_token") == 1
    import_file("external_id,password\nm-1,new\n")
    assert passwords.fits(client("m-1").password_hash, "new")
    assert count("auth_token") == 0
    with pytest.raises(NotAuthenticated):
        tokens.principal_of(issued.token)


def test_a_new_name_keeps_number_address_and_password():
    import_file(f"{HEADER}m-1,alice,a@example.com,pw\n")
    before = client("m-1")
    with transaction():
        tokens.sign_in("alice", "pw", hours=1)
    assert import_file("external_id,username\nm-1,alicia\n").counts == (0, 1, 0)
    after = client("m-1")
    assert (after.username, after.sign_in_id) == ("alicia", before.sign_in_id)
    assert sign_ins.authenticate("alicia", "pw").email == "a@example.com"
    assert sign_ins.find("alice") is None
    assert count("auth_token") == 0


def test_a_name_that_is_given_up_in_the_same_file_is_still_taken():
    import_file("external_id,username\nm-1,alice\nm-2,bob\n")
    done = import_file("external_id,username\nm-1,bob\nm-2,alice\n")
    assert done.counts == (0, 0, 2)
    assert (client("m-1").username, client("m-2").username) == ("alice", "bob")


def test_an_address_alone_changes_the_sign_in_that_is_there():
    import_file("external_id,username\nm-1,alice\n")
    assert import_file("external_id,email\nm-1,a@example.com\nm-2,b@example.com\n").complaints == [
        "3: email needs a username: this client has no sign-in"
    ]
    assert client("m-1").email == "a@example.com"


def test_a_name_that_somebody_takes_at_this_instant_keeps_only_its_row_out(engine):
    taken = text(
        "INSERT INTO sign_in (username, password_hash, client_id) VALUES ('alice', '!', 999999)"
    )
    with meanwhile(engine, taken):
        done = import_file("external_id,username\nm-1,alice\nm-2,bob\n")
    assert done.complaints == ["2: username is taken by another account"]
    assert (client("m-1"), client("m-2").username) == (None, "bob")


def test_the_transaction_does_not_stand_still_while_passwords_are_hashed(engine, monkeypatch):
    standing = text(
        "SELECT state_change FROM pg_stat_activity "
        "WHERE state = 'idle in transaction' AND datname = current_database()"
    )
    hashed, lock = Counter(), Lock()

    def count_since_the_last_statement(_password: str) -> str:
        with lock, engine.connect() as other:
            hashed[other.scalar(standing)] += 1
        return "hash"

    monkeypatch.setattr(passwords, "hashed", count_since_the_last_statement)
    rows = 2 * HASHED_AT_ONCE + 1
    lines = "".join(f"m-{number},m-{number},,pw\n" for number in range(rows))
    assert import_file(HEADER + lines).counts == (rows, 0, 0)
    assert hashed.total() >= rows
    assert max(hashed.values()) == HASHED_AT_ONCE
