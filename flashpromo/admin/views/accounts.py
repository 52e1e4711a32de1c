"""Accounts, and what stands for their owners: never a password, a token or a digest of one."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _
from sqlalchemy import select
from sqlalchemy.orm import defer

from flashpromo.accounts import sign_ins, users
from flashpromo.accounts.models import AuthToken, OneTimeLink, SignIn, User
from flashpromo.admin import filters
from flashpromo.admin.columns import Column, Kind
from flashpromo.admin.editing import EditableView
from flashpromo.admin.forms import Form, choice, line, secret
from flashpromo.admin.model_view import ModelView
from flashpromo.admin.views.user_steps import STEPS
from flashpromo.admin.views.words import HELD_KINDS, PURPOSES, ROLES

PEOPLE = {"merchant": _("Merchant"), "operator": _("Operator")}


class UserForm(Form):
    """A new account."""

    username = line(_("User name"), maxlength=150, autocomplete="off")
    email = line(_("E-mail address"), required=False, maxlength=254, autocomplete="off")
    password = secret(_("Password"), hint=_("At least 8 characters."))
    kind = choice(_("Kind"), lambda: PEOPLE)


@dataclass(frozen=True)
class UserRow:
    """A user and the name that it signs in by."""

    user: User
    sign_in: SignIn | None

    @property
    def id(self) -> int:
        """The user's."""
        return self.user.id


class UserView(EditableView):
    """Operators and merchants; nobody is deleted, for the log names them."""

    model, title, form, actions = User, _("User"), UserForm, STEPS
    can_edit = can_delete = False
    columns = (
        Column("user.id", _("Id"), order=User.id),
        Column("sign_in.username", _("User name")),
        Column("sign_in.email", _("E-mail address")),
        Column("user.is_operator", _("Operator"), Kind.YES_NO, order=User.is_operator),
        Column("user.is_active", _("Active"), Kind.YES_NO, order=User.is_active),
        Column("user.created_at", _("Created"), Kind.MOMENT, order=User.created_at),
    )
    more = (Column("user.language", _("Language")),)
    filters = (
        filters.number("id", _("Id"), User.id),
        filters.Filter(
            "username",
            _("User name"),
            filters.Kind.TEXT,
            lambda name: User.id.in_(select(SignIn.user_id).where(SignIn.username == name)),
        ),
        filters.yes_no("operator", _("Operator"), User.is_operator.is_(True)),
        filters.yes_no("active", _("Active"), User.is_active.is_(True)),
    )

    def dress(self, records: Sequence[User]) -> list[UserRow]:
        """With their sign-ins: one query."""
        known = sign_ins.of_users([each.id for each in records])
        return [UserRow(each, known.get(each.id)) for each in records]

    def create_model(self, form: Form) -> User:
        """Make an operator or a merchant."""
        make = users.create_operator if form.data["kind"] == "operator" else users.create_merchant
        return make(form.data["username"], form.data["email"], form.data["password"])


class SignInView(ModelView):
    """The names by which people sign in, staff and clients alike."""

    model, title, is_large, newest_first = SignIn, _("Sign-in"), True, False
    options = (defer(SignIn.password_hash, raiseload=True),)
    columns = (
        Column("username", _("User name")),
        Column("email", _("E-mail address")),
        Column("user_id", _("User id"), to="admin_user"),
        Column("client_id", _("Client id"), to="admin_client"),
        Column("created_at", _("Created"), Kind.MOMENT),
    )
    more = (Column("id", _("Id")),)
    filters = (
        filters.text("username", _("User name"), SignIn.username),
        filters.number("user", _("User id"), SignIn.user_id),
        filters.number("client", _("Client id"), SignIn.client_id),
    )


class AuthTokenView(ModelView):
    """Tokens, sessions and keys: whose they are and how long, not what they are."""

    model, title, is_large, key = AuthToken, _("Token"), True, ("id",)
    columns = (
        Column("id", _("Id")),
        Column("kind", _("Kind"), words=HELD_KINDS),
        Column("username", _("User name")),
        Column("name", _("Name")),
        Column("created_at", _("Created"), Kind.MOMENT),
        Column("last_used_at", _("Last used"), Kind.MOMENT),
        Column("expires_at", _("Ends"), Kind.MOMENT),
    )
    more = (
        Column("user_id", _("User id"), to="admin_user"),
        Column("client_id", _("Client id"), to="admin_client"),
        Column("scopes", _("May be used for"), Kind.LIST),
        Column("created_from", _("Created from")),
    )
    filters = (
        filters.text("username", _("User name"), AuthToken.username),
        filters.identifier("id", _("Id"), AuthToken.id),
    )


class OneTimeLinkView(ModelView):
    """Links in letters that are good once; what they carry is known to nobody but their reader."""

    model, title, has_page = OneTimeLink, _("Link"), False
    columns = (
        Column("created_at", _("Created"), Kind.MOMENT, order=OneTimeLink.created_at),
        Column("purpose", _("For"), words=PURPOSES, order=OneTimeLink.purpose),
        Column("email", _("Sent to")),
        Column("username", _("User name")),
        Column("store_id", _("Store id"), to="admin_store"),
        Column("role", _("Role"), words=ROLES),
        Column("created_by", _("Made by user"), to="admin_user"),
        Column("expires_at", _("Ends"), Kind.MOMENT, order=OneTimeLink.expires_at),
        Column("used_at", _("Used"), Kind.MOMENT, order=OneTimeLink.used_at),
    )
    filters = (
        filters.choice(
            "purpose", _("For"), lambda value: OneTimeLink.purpose == value, list(PURPOSES.items())
        ),
        filters.text("username", _("User name"), OneTimeLink.username),
        filters.text("email", _("Sent to"), OneTimeLink.email),
        filters.number("store", _("Store id"), OneTimeLink.store_id),
        filters.yes_no("used", _("Used"), OneTimeLink.used_at.is_not(None)),
    )
