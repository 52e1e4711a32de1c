"""`flask audit list`: who changed what; and what commands themselves leave in the log."""

import os
import pwd

import pytest

from flashpromo.accounts import users
from flashpromo.audit import queries
from flashpromo.audit.actors import Actor, ActorKind, Door, acting
from flashpromo.cli import lanes
from flashpromo.cli.lanes import Round
from flashpromo.db import transaction
from flashpromo.market import stores

SECRET = "correct-horse"


def open_store(name: str) -> int:
    with transaction():
        return stores.create(name=name, latitude=0, longitude=0, time_zone="UTC").id


def test_a_command_acts_for_the_account_that_runs_it(run, context):
    run("users", "create", "root", "--role", "operator", "--password", SECRET)
    run("users", "set-password", "root", "--password", "another-word")
    _, events = queries.page(limit=10)
    assert [event.action for event in events] == ["user.password_changed", "user.created"]
    account = pwd.getpwuid(os.getuid()).pw_name
    assert {(event.actor_kind, event.actor_name, event.door) for event in events} == {
        ("system", account, "cli")
    }


def test_an_account_without_a_name_is_a_number(run, context, monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: 54321)
    run("users", "create", "root", "--role", "operator", "--password", SECRET)
    _, (event,) = queries.page(limit=1)
    assert event.actor_name == "54321"


def test_what_the_scheduler_does_is_told_as_such(app, context):
    lanes._run_once(app, Round("open", 1, lambda: open_store("Corner")), set())
    _, (event,) = queries.page(limit=1)
    assert (event.actor_kind, event.door) == ("system", "scheduler")


def test_lists_newest_first_who_what_before_and_after(run, context):
    with acting(Actor(ActorKind.OPERATOR, Door.ADMIN, 3, "root", "192.0.2.7")):
        store_id = open_store("Corner [bold]")
    with transaction():
        users.create_merchant("ann", "", SECRET)
    done = run("audit", "list")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[-1] == "2 of 2"
    everything = " ".join(done.stdout.split())
    assert everything.index("user.created") < everything.index("store.created")
    for said in ("operator root", "admin 192.0.2.7", f"store:{store_id}", "[bold]", "Corner"):
        assert said in everything, said


@pytest.mark.parametrize(
    ("options", "actions"),
    [
        (["--subject", "store"], ["store.created"] * 2),
        (["--subject", "user:1"], ["user.created"]),
        (["--store", 1], ["store.created"]),
        (["--actor", "root"], ["store.created"]),
        (["--action", "user.created"], ["user.created"]),
        (["--since", "2999-01-01"], []),
        (["--limit", 1], ["user.created"]),
        (["--limit", 1, "--offset", 2], ["store.created"]),
    ],
)
def test_narrows(run, context, options, actions):
    with acting(Actor(ActorKind.OPERATOR, Door.ADMIN, 3, "root")):
        assert open_store("Corner") == 1
    open_store("Kiosk")
    with transaction():
        users.create_merchant("ann", "", SECRET)
    done = run("audit", "list", *options)
    assert [word for word in done.stdout.split() if word.endswith(".created")] == actions
