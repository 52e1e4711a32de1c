"""/admin/health/: whether all is well, sign by sign, and what to do where it is not."""

from typing import Any

from flask_admin import expose
from flask_babel import lazy_gettext as _

from flashpromo import config
from flashpromo.admin.menu import OPERATIONS
from flashpromo.admin.page import Page
from flashpromo.db import app_now
from flashpromo.operations import bells, health


class HealthPage(Page):
    """Every sign of health with its verdict."""

    def __init__(self) -> None:
        super().__init__(_("Health"), OPERATIONS, "admin_health", "health")

    @expose("/")  # type: ignore[untyped-decorator]
    def index(self) -> str:
        """Show the whole page."""
        return self.render("admin/operations/health.html", **_looked())

    @expose("/now/")  # type: ignore[untyped-decorator]
    def now(self) -> str:
        """Show the part that changes by itself."""
        return self.render("admin/operations/health_now.html", **_looked())


def _looked() -> dict[str, Any]:
    looked = health.look(app_now())
    return {
        "health": looked,
        "now": looked.now,
        "promos": bells.names_of([promo_id for promo_id, _since in looked.starts.due[:10]]),
        "zone": config.current().marketplace_time_zone,
    }
