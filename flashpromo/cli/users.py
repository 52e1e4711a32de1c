"""`flask users …`: the accounts of operators and merchants."""

from datetime import timedelta

import click

from flashpromo.accounts import keys, sign_ins, users
from flashpromo.accounts.permissions import Permission
from flashpromo.cli.groups import Group
from flashpromo.db import app_now, transaction
from flashpromo.market import members, stores
from flashpromo.market.members import Role

group = Group("users", help="The accounts of operators and merchants.")

password_option = click.option(
    "--password",
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    help=f"At least {users.SHORTEST_PASSWORD} characters; asked for when not given.",
)


@group.command()
@click.argument("username")
@click.option("--email", default="", help="May be left out.")
@password_option
@click.option(
    "--role", type=click.Choice(["operator", "merchant"]), required=True, help="What the user is."
)
@click.option("--store", "store_id", type=int, help="A merchant: the id of a store to act for.")
@click.option(
    "--store-role",
    type=click.Choice([role.value for role in Role]),
    default=Role.OWNER.value,
    show_default=True,
    help="With --store: what the merchant is there.",
)
def create(
    username: str, email: str, password: str, role: str, store_id: int | None, store_role: str
) -> None:
    """Create an operator or a merchant with a password."""
    if store_id is not None and role == "operator":
        raise click.UsageError("--store is for merchants: an operator may do everything.")
    with transaction():
        if store_id is not None:
            stores.get(store_id)
        make = users.create_operator if role == "operator" else users.create_merchant
        user = make(username, email, password)
    if store_id is not None:
        # A transaction of its own: members stand on every node, sign-ins on one.
        with transaction():
            members.put(store_id, user.id, Role(store_role))
    click.echo(f"created {role} {username}")


@group.command("set-password")
@click.argument("username")
@password_option
def set_password(username: str, password: str) -> None:
    """Give an account a new password; its tokens, sessions and keys end."""
    with transaction():
        sign_ins.set_password(username, password, shortest_password=users.SHORTEST_PASSWORD)
    click.echo(f"changed the password of {username}; its tokens have ended")


@group.command("key")
@click.argument("username")
@click.option("--name", required=True, help="What the key is for.")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([each.value for each in Permission]),
    multiple=True,
    required=True,
    help="What it may be used for; may be given several times.",
)
@click.option("--days", type=click.IntRange(1, 3650), help="How long; without end when not given.")
def make_key(username: str, name: str, scopes: tuple[str, ...], days: int | None) -> None:
    """Make a key for a program that acts for an operator or merchant, and print it once."""
    with transaction():
        expires_at = app_now() + timedelta(days=days) if days else None
        allowed = [Permission(each) for each in scopes]
        made = keys.make_for(username, name=name, scopes=allowed, expires_at=expires_at)
    click.echo(made.token)


@group.command("ensure-admin")
@click.option("--username", envvar="FLASHPROMO_ADMIN_USERNAME", default="", show_envvar=True)
@click.option("--email", envvar="FLASHPROMO_ADMIN_EMAIL", default="", show_envvar=True)
@click.option("--password", envvar="FLASHPROMO_ADMIN_PASSWORD", default="", show_envvar=True)
def ensure_admin(username: str, email: str, password: str) -> None:
    """Create the first operator from the environment, unless the name exists.

    Does nothing when neither name nor password is set, so it can run at every start. An account
    that exists is left alone: its password may have been changed since.
    """
    if not username and not password:
        click.echo("no operator is made: FLASHPROMO_ADMIN_USERNAME and _PASSWORD are not set")
        return
    with transaction():
        created = users.ensure_operator(username, email, password)
    click.echo(f"created operator {username}" if created else f"{username} exists already")
