"""/admin/: where an operator begins: everything that has a view, and how much of it there is."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from flask_admin import expose
from flask_babel import lazy_gettext as _

from flashpromo.admin import sizes
from flashpromo.admin.model_view import ModelView
from flashpromo.admin.page import PREFIX, Page
from flashpromo.db import transaction


class Home(Page):
    """Small tables are counted; of large ones the database knows about how many there are."""

    def __init__(self, views: Sequence[ModelView]) -> None:
        self.views = views
        super().__init__(_("Overview"), None, "admin", PREFIX)

    @expose("/")  # type: ignore[untyped-decorator]
    def index(self) -> Any:
        """Show everything that has a page."""
        with transaction():
            counted = sizes.counted([each.model for each in self.views if not each.is_large])
            about = sizes.about([each.model for each in self.views if each.is_large])
        return self.render(
            "admin/index.html",
            counted=self._by_address(counted),
            about=self._by_address(about),
        )

    def _by_address(self, rows: Mapping[str, int]) -> dict[str, int]:
        """Numbers by the address of their list."""
        return {
            url_for(f"{each.endpoint}.index_view"): rows[table]
            for each in self.views
            if (table := sizes.table_name(each.model)) in rows
        }
