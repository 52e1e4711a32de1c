"""A page of the admin console: what Flask-Admin calls a view, opened to operators alone.

Flask-Admin gives the register of views, their addresses and the menu. What a person sees comes from
our own templates: those that it brings have scripts in their markup, fonts from outside and no
heading. So its files are not served either.
"""

from typing import Any, Final

from flask import render_template
from flask_admin import BaseView
from flask_babel import gettext as _

from flashpromo.accounts.permissions import Kind
from flashpromo.entrance import visitor
from flashpromo.entrance.blueprints import pages
from flashpromo.errors import Forbidden

PREFIX: Final = "/admin"
Words = Any
"""A sentence or a name that is translated when it is shown."""


class Page(BaseView):  # type: ignore[misc]
    """The base of every view: `@expose` its handlers, and add it by `admin.add_view`.

    `name` is what the menu says, one of `lazy_gettext`; `category` one of `admin.menu.CATEGORIES`.
    """

    admin: Any
    url: Any

    def __init__(self, name: Words, category: str | None, endpoint: str, url: str) -> None:
        super().__init__(name=name, category=category, endpoint=endpoint, url=url)

    def offers(self, handler: str) -> bool:
        """Whether a handler has an address here at all."""
        del handler
        return True

    def create_blueprint(self, admin: Any) -> Any:
        """The routes of what is offered; its refusals are pages, and no cache keeps it."""
        self.admin = admin
        self.url = self._get_view_url(admin, self.url)
        self.blueprint = pages(self.endpoint, url_prefix=self.url)
        for address, handler, methods in self._urls:
            if self.offers(handler):
                view = getattr(self, handler)
                self.blueprint.add_url_rule(address, handler, view, methods=methods)
        return self.blueprint

    def is_accessible(self) -> bool:
        """Operators only; who is not signed in was led to the form before this."""
        who = visitor.current()
        return who is not None and who.kind is Kind.OPERATOR

    def inaccessible_callback(self, name: str, **kwargs: Any) -> Any:
        """Refuse everybody else, by a page that says why."""
        del name, kwargs
        raise Forbidden(_("The admin console is for the operators of the marketplace."))

    def render(self, template: str, **values: Any) -> str:
        """A page of this view, with the console's frame around it."""
        frame = {"frame_page": "admin/base.html", "view": self, "menu": self.admin.menu()}
        return render_template(template, **frame, who=visitor.current(), **values)

    def _run_view(self, handler: Any, *args: Any, **kwargs: Any) -> Any:
        """Run a handler once: Flask-Admin would run it again after a TypeError inside of it."""
        return handler(self, *args, **kwargs)
