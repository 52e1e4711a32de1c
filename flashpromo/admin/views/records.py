"""What the service keeps for itself."""

from flask_babel import lazy_gettext as _
from sqlalchemy.orm import defer

from flashpromo.admin import filters
from flashpromo.admin.columns import Column, Kind
from flashpromo.admin.model_view import ModelView
from flashpromo.admin.views.words import LETTER_STATES, LETTERS, ROLES
from flashpromo.idempotency.models import KeptAnswer
from flashpromo.letters.models import Letter
from flashpromo.tallies.models import Tally


class KeptAnswerView(ModelView):
    """Answers that are given again to who repeats a request; what they say is their owner's."""

    model, title, is_large, newest_first = KeptAnswer, _("Kept answer"), True, False
    options = tuple(
        defer(each, raiseload=True)
        for each in (KeptAnswer.body, KeptAnswer.headers, KeptAnswer.request_digest)
    )
    columns = (
        Column("owner", _("Owner")),
        Column("key", _("Key")),
        Column("status", _("Status")),
        Column("created_at", _("Created"), Kind.MOMENT),
    )
    filters = (filters.text("owner", _("Owner"), KeptAnswer.owner),)


class LetterView(ModelView):
    """Letters on their way, and what came of them; the links in them are known to nobody."""

    model, title, is_large = Letter, _("Letter"), True
    columns = (
        Column("id", _("Id")),
        Column("kind", _("About"), words=LETTERS),
        Column("email", _("Sent to")),
        Column("username", _("User name")),
        Column("state", _("State"), words=LETTER_STATES),
        Column("attempts", _("Attempts"), Kind.NUMBER),
        Column("created_at", _("Created"), Kind.MOMENT),
    )
    more = (
        Column("language", _("Language")),
        Column("store_id", _("Store id"), to="admin_store"),
        Column("role", _("Role"), words=ROLES),
        Column("created_by", _("Made by user"), to="admin_user"),
        Column("next_attempt_at", _("Next attempt"), Kind.MOMENT),
        Column("deadline", _("Worth nothing after"), Kind.MOMENT),
        Column("finished_at", _("Finished"), Kind.MOMENT),
        Column("reason", _("Reason")),
    )
    filters = (
        filters.number("id", _("Id"), Letter.id),
        filters.text("username", _("User name"), Letter.username),
        filters.number("store", _("Store id"), Letter.store_id),
        filters.since("finished_from", _("Finished from"), Letter.finished_at),
        filters.until("finished_until", _("Finished until"), Letter.finished_at),
    )


class TallyView(ModelView):
    """What the service counts of itself, as the metrics tell it."""

    model, title, newest_first = Tally, _("Tally"), False
    columns = (
        Column("series", _("Series")),
        Column("part", _("Part")),
        Column("value", _("Value"), Kind.NUMBER),
    )
    filters = (filters.text("series", _("Series"), Tally.series),)
