"""/admin/: where an operator begins."""

from typing import Any

from flask_admin import expose
from flask_babel import lazy_gettext as _

from flashpromo.admin.page import PREFIX, Page


class Home(Page):
    """What there is, and how much of it."""

    def __init__(self) -> None:
        super().__init__(_("Overview"), None, "admin", PREFIX)

    @expose("/")  # type: ignore[untyped-decorator]
    def index(self) -> Any:
        """Show everything that has a page."""
        return self.render("admin/index.html")
