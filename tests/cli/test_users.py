"""`flask users …`: operators and merchants get in, and nobody gets in by mistake."""

import pytest

from flashpromo.accounts import sign_ins, tokens
from flashpromo.accounts.models import User
from flashpromo.db import session, transaction
from flashpromo.errors import WrongCredentials
from flashpromo.market import members
from flashpromo.market.members import Role

SECRET = "correct-horse"


def test_creates_an_operator_who_can_sign_in(run, context):
    done = run("users", "create", "root", "--role", "operator", "--password", SECRET)
    assert (done.exit_code, done.stdout) == (0, "created operator root\n")
    found = sign_ins.authenticate("root", SECRET)
    assert session().get(User, found.user_id).is_operator


def test_asks_for_the_password_when_none_is_given(run, context):
    done = run("users", "create", "root", "--role", "operator", input=f"{SECRET}\n{SECRET}\n")
    assert done.exit_code == 0
    assert SECRET not in done.stdout
    assert sign_ins.authenticate("root", SECRET)


@pytest.mark.parametrize(("options", "role"), [([], "owner"), (["--store-role", "staff"], "staff")])
def test_creates_a_merchant_with_a_store(run, world, options, role):
    if role == "staff":
        run("users", "create", "boss", "--role", "merchant", "--password", SECRET, "--store", "1")
    arguments = ["users", "create", "mia", "--email", "m@example.com", "--role", "merchant"]
    done = run(*arguments, "--password", SECRET, "--store", world.store_id, *options)
    assert done.exit_code == 0
    mia = sign_ins.find("mia")
    assert mia.email == "m@example.com"
    assert members.roles_of(mia.user_id) == {world.store_id: Role(role)}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["mia", "--role", "merchant", "--password", "short"], "password: Must have at least 8"),
        (["m a", "--role", "merchant", "--password", SECRET], "username: Must have 1 to 150"),
        (["mia", "--role", "merchant", "--password", SECRET, "--store", "9"], "no store 9"),
    ],
)
def test_a_refusal_is_one_line_and_creates_nobody(run, world, arguments, said):
    done = run("users", "create", *arguments)
    assert done.exit_code == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert session().query(User).count() == 0


def test_an_operator_needs_no_store(run, world):
    arguments = ["root", "--role", "operator", "--password", SECRET, "--store", "1"]
    assert run("users", "create", *arguments).exit_code == 2


def test_a_new_password_ends_the_tokens(run, context):
    run("users", "create", "root", "--role", "operator", "--password", SECRET)
    with transaction():
        tokens.sign_in("root", SECRET, hours=1)
    assert run("users", "set-password", "root", "--password", "another-one").exit_code == 0
    with pytest.raises(WrongCredentials):
        sign_ins.authenticate("root", SECRET)
    assert sign_ins.authenticate("root", "another-one")
    assert run("users", "set-password", "nobody", "--password", SECRET).exit_code == 1


def test_a_key_is_printed_once_and_does_what_it_was_made_for(run, context):
    run("users", "create", "root", "--role", "operator", "--password", SECRET)
    made = run("users", "key", "root", "--name", "back end", "--scope", "promos:read")
    who = tokens.principal_of(made.stdout.strip())
    assert (who.username, who.scopes) == ("root", {"promos:read"})


def test_no_key_is_made_for_nobody_nor_for_what_its_owner_may_not(run, world):
    run("users", "create", "mia", "--role", "merchant", "--password", SECRET)
    for name, scope, said in [
        ("nobody", "promos:read", "no active user"),
        ("mia", "clients:write", "scopes: Not yours to give: clients:write."),
    ]:
        refused = run("users", "key", name, "--name", "back end", "--scope", scope)
        assert refused.exit_code == 1
        assert said in refused.stderr


ENVIRONMENT = {
    "FLASHPROMO_ADMIN_USERNAME": "boss",
    "FLASHPROMO_ADMIN_EMAIL": "boss@example.com",
    "FLASHPROMO_ADMIN_PASSWORD": SECRET,
}


def test_the_first_operator_comes_from_the_environment_once(run, context):
    done = run("users", "ensure-admin", env=ENVIRONMENT)
    assert (done.exit_code, done.stdout) == (0, "created operator boss\n")
    run("users", "set-password", "boss", "--password", "changed-since")
    done = run("users", "ensure-admin", env=ENVIRONMENT)
    assert (done.exit_code, done.stdout) == (0, "boss exists already\n")
    assert sign_ins.authenticate("boss", "changed-since").email == "boss@example.com"


def test_no_first_operator_is_made_when_nothing_is_set(run, context, monkeypatch):
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    assert run("users", "ensure-admin").exit_code == 0
    assert session().query(User).count() == 0


def test_a_first_operator_is_refused_when_half_is_set(run, context):
    done = run("users", "ensure-admin", env={"FLASHPROMO_ADMIN_USERNAME": "boss"})
    assert done.exit_code == 1
    assert "password" in done.stderr
