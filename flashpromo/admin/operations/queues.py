"""/admin/queues/: what waits, runs and has failed in RQ's queues, and the steps with it."""

from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _

from flashpromo import config
from flashpromo.admin.menu import OPERATIONS
from flashpromo.admin.page import Page
from flashpromo.db import app_now, transaction
from flashpromo.errors import NotFound
from flashpromo.operations import bells, failed, queues
from flashpromo.operations.queues import Board, Failure
from flashpromo.queueing.names import QUEUES


class QueuesPage(Page):
    """The board over the queues, and the steps with what has failed."""

    def __init__(self) -> None:
        super().__init__(_("Queues"), OPERATIONS, "admin_queues", "queues")

    @expose("/")  # type: ignore[untyped-decorator]
    def index(self) -> str:
        """Show the whole page."""
        return self.render("admin/operations/queues.html", **_board())

    @expose("/now/")  # type: ignore[untyped-decorator]
    def now(self) -> str:
        """Show the part that changes by itself."""
        return self.render("admin/operations/queues_now.html", **_board())

    @expose("/<queue>/failed/<handle>/")  # type: ignore[untyped-decorator]
    def failure(self, queue: str, handle: str) -> str:
        """Show a failed job with its whole error."""
        return self._of_failure("failed_job.html", failed.find(queue, handle))

    @expose("/<queue>/failed/<handle>/requeue/")  # type: ignore[untyped-decorator]
    def ask_to_requeue(self, queue: str, handle: str) -> str:
        """Say what requeueing does, and ask."""
        return self._of_failure("requeue.html", failed.find(queue, handle))

    @expose("/<queue>/failed/<handle>/requeue/", methods=("POST",))  # type: ignore[untyped-decorator]
    def requeue(self, queue: str, handle: str) -> ResponseReturnValue:
        """Put a new job in the place of the failed one."""
        with transaction():
            failed.requeue(queue, handle)
        flash(gettext("The job is in its queue again."))
        return _back()

    @expose("/<queue>/failed/<handle>/remove/")  # type: ignore[untyped-decorator]
    def ask_to_remove(self, queue: str, handle: str) -> str:
        """Say what removing does, and ask."""
        return self._of_failure("remove.html", failed.find(queue, handle))

    @expose("/<queue>/failed/<handle>/remove/", methods=("POST",))  # type: ignore[untyped-decorator]
    def remove(self, queue: str, handle: str) -> ResponseReturnValue:
        """Take the failed job out for good."""
        with transaction():
            failed.remove(queue, handle)
        flash(gettext("The failed job was removed."))
        return _back()

    @expose("/<queue>/requeue-all/")  # type: ignore[untyped-decorator]
    def ask_to_requeue_all(self, queue: str) -> str:
        """Say what requeueing all does, and ask."""
        if queue not in QUEUES:
            raise NotFound
        return self.render("admin/operations/requeue_all.html", queue=queue)

    @expose("/<queue>/requeue-all/", methods=("POST",))  # type: ignore[untyped-decorator]
    def requeue_all(self, queue: str) -> ResponseReturnValue:
        """Put new jobs in the place of all failed ones."""
        with transaction():
            count = failed.requeue_all(queue)
        flash(
            ngettext(
                "%(num)s job is in its queue again.",
                "%(num)s jobs are in their queue again.",
                count,
            )
        )
        return _back()

    def _of_failure(self, template: str, failure: Failure) -> str:
        zone = config.current().marketplace_time_zone
        promos = bells.names_of(failure.job.ids[:1])
        return self.render(
            f"admin/operations/{template}", failure=failure, promos=promos, zone=zone, now=app_now()
        )


def _board() -> dict[str, Any]:
    now = app_now()
    board = queues.look(now)
    return {
        "now": now,
        "board": board,
        "zone": config.current().marketplace_time_zone,
        "is_silent": queues.is_silent,
        "bells": queues.first_shown(board.tally.bells) if board else [],
        "promos": bells.names_of(_promo_ids(board)) if board else {},
    }


def _promo_ids(board: Board) -> set[int]:
    """The promos that the page names."""
    listed = [job for lists in board.jobs.values() for jobs in lists.values() for job in jobs]
    jobs = [*listed, *(each.job for each in board.failures)]
    jobs += [each.job for each in board.tally.workers if each.job]
    shown = queues.first_shown(board.tally.bells)
    of_bells = {each.promo_id for each in shown if each.promo_id is not None}
    return of_bells | {each.ids[0] for each in jobs if each.ids}


def _back() -> ResponseReturnValue:
    return redirect(url_for("admin_queues.index"), 303)
