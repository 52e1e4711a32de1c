"""Which users act for which stores."""

from typing import Any

from flask_babel import lazy_gettext as _

from flashpromo.admin import filters
from flashpromo.admin.columns import Column
from flashpromo.admin.editing import EditableView
from flashpromo.admin.forms import Form, choice, line, whole
from flashpromo.admin.views.words import ROLES
from flashpromo.errors import InvalidFields, NotFound
from flashpromo.market import members, stores
from flashpromo.market.members import Membership, Role
from flashpromo.market.models import Member


class RoleForm(Form):
    """What a member is."""

    role = choice(_("Role"), lambda: ROLES)


class MemberForm(RoleForm):
    """Who is let in, and where."""

    username = line(_("User name"), hint=_("Of a merchant."), maxlength=150)
    store_id = whole(_("Store id"))


class MemberView(EditableView):
    """Members; a store never loses its last owner."""

    model, title, form, edit_form = Member, _("Member"), MemberForm, RoleForm
    deleting = _("The user acts for this store no more. The account stays.")
    columns = (
        Column("key", _("Store, user"), reckon=lambda row, _now: f"{row.store_id}, {row.user_id}"),
        Column("store_id", _("Store id"), to="admin_store", order=Member.store_id),
        Column("user_id", _("User id"), to="admin_user", order=Member.user_id),
        Column("role", _("Role"), words=ROLES, order=Member.role),
    )
    filters = (
        filters.number("store", _("Store id"), Member.store_id),
        filters.number("user", _("User id"), Member.user_id),
        filters.choice("role", _("Role"), lambda role: Member.role == role, list(ROLES.items())),
    )

    def create_model(self, form: Form) -> Any:
        """Let a merchant into a store."""
        store_id = form.data["store_id"]
        try:
            stores.get(store_id)
        except NotFound as error:
            raise InvalidFields({"store_id": error.detail}) from error
        let_in: Membership = members.add(store_id, form.data["username"], Role(form.data["role"]))
        return Member(store_id=store_id, user_id=let_in.user_id)

    def update_model(self, form: Form, record: Member) -> None:
        """Change what a member is."""
        members.get(record.store_id, record.user_id, for_update=True)
        members.change_role(record.store_id, record.user_id, Role(form.data["role"]))

    def delete_model(self, record: Member) -> None:
        """End a membership."""
        members.remove(record.store_id, record.user_id)
