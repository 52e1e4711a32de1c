"""Views of records that can be made, changed or deleted, each by one call of the domain.

A subclass says how in `create_model`, `update_model` and `delete_model`. What the domain refuses is
said at the field that it names, above the form when it names none, and nothing typed is lost. Where
the domain tells versions apart, the form carries the one that it was filled from: of two who change
the same record the second is told, and sees what is stored now.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _

from flashpromo.admin import forms
from flashpromo.admin.forms import SEEN, Form
from flashpromo.admin.model_view import ModelView
from flashpromo.admin.page import Words
from flashpromo.db import transaction
from flashpromo.entrance import language
from flashpromo.errors import DomainError, InvalidFields, NotFound, PreconditionFailed

BOTH: Final = ("GET", "POST")


class EditableView(ModelView):
    """One model that the domain lets operators change.

    Attributes:
        form: the fields of a new record, and of one that is changed unless `edit_form` is.
        edit_form: the fields of what may change later.
        deleting: what the page that asks before deleting says will happen.
        picks_place: whether the form has `latitude` and `longitude`, to be picked on a map.
    """

    form: ClassVar[type[Form]]
    edit_form: ClassVar[type[Form] | None] = None
    deleting: ClassVar[Words] = ""
    picks_place: ClassVar[bool] = False
    can_create = can_edit = can_delete = True

    @expose("/new/", methods=BOTH)  # type: ignore[untyped-decorator]
    def create_view(self) -> Any:
        """Ask for the values of a new record, or make it."""
        if request.method == "GET":
            return self._page(self.form(data=self.proposed()))
        form = self.form()
        if not form.validate():
            return self._page(form, form.errors), 422
        try:
            with transaction():
                made = self.create_model(form)
        except DomainError as error:
            return self._refused(form, error)
        flash(_("It is saved."))
        return redirect(url_for(".details_view", id=self.address_of(made)), 303)

    @expose("/edit/", methods=BOTH)  # type: ignore[untyped-decorator]
    def edit_view(self) -> Any:
        """Ask for the new values of a record, or change it."""
        address, form_class = request.args.get("id", ""), self.edit_form or self.form
        with transaction():
            record = self.get_one(address)
            stored = self.stored(record)
        if request.method == "GET":
            return self._page(form_class(data=stored), record=record)
        form = form_class()
        if not form.validate():
            return self._page(form, form.errors, record=record), 422
        try:
            with transaction():
                self.update_model(form, record)
        except NotFound:
            raise
        except DomainError as error:
            return self._refused(form, error, record)
        flash(_("It is saved."))
        return redirect(url_for(".details_view", id=address), 303)

    @expose("/delete/", methods=BOTH)  # type: ignore[untyped-decorator]
    def delete_view(self) -> Any:
        """Say what deleting a record means, and ask; or delete it."""
        address = request.args.get("id", "")
        with transaction():
            record = self.get_one(address)
            (row,) = self.dress([record])
        if request.method == "GET":
            return self.render("admin/delete.html", row=row, version=self.version_of(record))
        try:
            with transaction():
                self.delete_model(record)
        except NotFound:
            raise
        except DomainError as error:
            flash(self.told(error), "error")
            return redirect(url_for(".details_view", id=address), 303)
        flash(_("It is deleted."))
        return redirect(url_for(".index_view"), 303)

    def create_model(self, form: Form) -> Any:
        """Make a record of the form's values; it has the attributes of the view's key."""
        raise NotImplementedError

    def update_model(self, form: Form, record: Any) -> None:
        """Change a record to the form's values."""
        raise NotImplementedError

    def delete_model(self, record: Any) -> None:
        """Delete a record."""
        raise NotImplementedError

    def proposed(self) -> dict[str, Any]:
        """What the form of a new record begins with."""
        return {}

    def stored(self, record: Any) -> dict[str, Any]:
        """The values of a record, by the fields of its form."""
        form_class = self.edit_form or self.form
        return {each.name: getattr(record, each.name) for each in form_class()}

    def version_of(self, record: Any) -> str:
        """What tells two versions of a record apart; empty where the domain does not."""
        at = getattr(record, "updated_at", None)
        return at.isoformat() if at is not None else ""

    def seen(self) -> datetime | None:
        """The version that the sent form was filled from."""
        try:
            return datetime.fromisoformat(request.form.get(SEEN, ""))
        except ValueError:
            return None

    def told(self, error: DomainError) -> str:
        """What to say of a refusal that belongs to no field."""
        if isinstance(error, PreconditionFailed):
            said: str = _(
                "Somebody else has changed it since you opened this page. What is stored now "
                "stands below each field that differs; saving again replaces it."
            )
            return said
        return language.told(error.detail)

    def _refused(self, form: Form, error: DomainError, record: Any = None) -> Any:
        if isinstance(error, InvalidFields):
            page = self._page(form, error.fields, record=record)
        elif isinstance(error, PreconditionFailed) and record is not None:
            page = self._page(form, {}, [self.told(error)], record, self._differing(form, record))
        else:
            page = self._page(form, {}, [self.told(error)], record)
        return page, error.status

    def _differing(self, form: Form, record: Any) -> dict[str, Any]:
        """What is stored otherwise than it was typed."""
        sent = form.data
        return {
            name: value for name, value in self.stored(record).items() if sent.get(name) != value
        }

    def _page(
        self,
        form: Form,
        errors: Mapping[str, Sequence[str]] | None = None,
        problems: Sequence[str] = (),
        record: Any = None,
        differing: Mapping[str, Any] | None = None,
    ) -> str:
        at_fields, elsewhere = forms.problems(form, errors or {})
        return self.render(
            "admin/form.html",
            form=form,
            errors=at_fields,
            problems=[*problems, *elsewhere],
            record=record,
            version=self._carried(record, is_told=differing is not None),
            differing=differing or {},
        )

    def _carried(self, record: Any, *, is_told: bool) -> str:
        """The version that the form goes on with: the one whose values its sender has been shown.

        After an error that is still the one of before, so that what somebody else has saved
        meanwhile is not written over unseen.
        """
        if record is None:
            return ""
        if request.method == "POST" and not is_told:
            return request.form.get(SEEN, "")
        return self.version_of(record)
