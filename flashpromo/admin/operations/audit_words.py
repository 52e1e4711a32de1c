"""What the log says, in words: who, by which door, what was done to what, and each value.

The log keeps names as the domain has them; here is what people call them. A name that is not known
here is shown as it stands.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flask import current_app, url_for
from flask_babel import lazy_gettext as _

from flashpromo import formats
from flashpromo.audit.models import AuditEvent
from flashpromo.entrance import language

MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
NOTHING: Final = "\N{EN DASH}"

KINDS: Final = {
    "operator": _("Operator"),
    "merchant": _("Merchant"),
    "client": _("Client"),
    "visitor": _("Visitor"),
    "system": _("The service itself"),
}
DOORS: Final = {
    "api": _("API"),
    "pages": _("Public pages"),
    "console": _("Merchant console"),
    "admin": _("Admin console"),
    "cli": _("Command line"),
    "worker": _("Worker"),
    "scheduler": _("Scheduler"),
    "system": _("The service itself"),
}
SUBJECTS: Final = {
    "store": _("Store"),
    "product": _("Product"),
    "promo": _("Promo"),
    "reservation": _("Reservation"),
    "segment": _("Segment"),
    "client": _("Client"),
    "user": _("User"),
    "key": _("Key"),
    "invitation": _("Invitation"),
    "job": _("Job"),
}
ACTIONS: Final = {
    "client.changed": _("Client changed"),
    "client.created": _("Client created"),
    "client.erased": _("Client erased"),
    "client.imported": _("Clients imported"),
    "client.password_changed": _("Password of a client changed"),
    "job.all_requeued": _("Failed jobs requeued"),
    "job.removed": _("Failed job removed"),
    "job.requeued": _("Failed job requeued"),
    "key.made": _("Key made"),
    "key.revoked": _("Key revoked"),
    "member.added": _("Member added"),
    "member.changed": _("Role of a member changed"),
    "member.invitation_withdrawn": _("Invitation withdrawn"),
    "member.invited": _("Member invited"),
    "member.removed": _("Member removed"),
    "product.changed": _("Product changed"),
    "product.created": _("Product created"),
    "product.deleted": _("Product deleted"),
    "product.imported": _("Products imported"),
    "product.picture_put": _("Picture of a product put"),
    "product.picture_removed": _("Picture of a product removed"),
    "promo.activated": _("Promo activated"),
    "promo.cancelled": _("Promo cancelled"),
    "promo.changed": _("Promo changed"),
    "promo.created": _("Promo created"),
    "promo.deleted": _("Promo deleted"),
    "promo.duplicated": _("Promo duplicated"),
    "promo.holds_released": _("Holds of a promo released"),
    "promo.paused": _("Promo paused"),
    "promo.published": _("Promo published"),
    "promo.resumed": _("Promo resumed"),
    "promo.series_created": _("Promos of a series created"),
    "promo.withdrawn": _("Promo withdrawn"),
    "reservation.released": _("Reservation released"),
    "segment.changed": _("Segment changed"),
    "segment.created": _("Segment created"),
    "segment.deleted": _("Segment deleted"),
    "segment.members_changed": _("Members of a segment changed"),
    "store.changed": _("Store changed"),
    "store.created": _("Store opened"),
    "store.deleted": _("Store deleted"),
    "user.activated": _("User let in again"),
    "user.created": _("User created"),
    "user.deactivated": _("User kept out"),
    "user.password_changed": _("Password of a user changed"),
}
FIELDS: Final = {
    "currency": _("Currency"),
    "description": _("Description"),
    "email": _("E-mail address"),
    "end_time": _("End"),
    "expires_at": _("Expires"),
    "external_id": _("Outside id"),
    "holds": _("Holds"),
    "image_digest": _("Picture"),
    "is_operator": _("Operator"),
    "latitude": _("Latitude"),
    "longitude": _("Longitude"),
    "max_distance_km": _("Radius in km"),
    "name": _("Name"),
    "notified_count": _("Clients notified"),
    "of_promo_id": _("Copy of promo"),
    "opted_in": _("Wants to be told"),
    "personal": _("Personal data given"),
    "client_id": _("Client"),
    "promo_id": _("Promo"),
    "product_id": _("Product"),
    "promo_ids": _("Promos"),
    "promo_price": _("Promo price"),
    "quantity": _("Units"),
    "regular_price": _("Regular price"),
    "rejected": _("Rejected"),
    "role": _("Role"),
    "scopes": _("Permissions"),
    "segment_ids": _("Segments"),
    "start_time": _("Start"),
    "state": _("State"),
    "time_zone": _("Time zone"),
    "username": _("User name"),
    "created": _("Created"),
    "updated": _("Updated"),
    "added": _("Added"),
    "removed": _("Removed"),
    "unchanged": _("Unchanged"),
    "count": _("How many"),
    "queue": _("Queue"),
    "ids": _("Numbers"),
}
VIEWS: Final = {
    "store": "admin_store",
    "product": "admin_product",
    "promo": "admin_promo",
    "reservation": "admin_reservation",
    "segment": "admin_segment",
    "client": "admin_client",
    "user": "admin_user",
}
"""Where a subject has a page of its own in this console, by the endpoint of its view."""


@dataclass(frozen=True)
class Change:
    """One field of an event: what it was and what it is, as a person reads it."""

    label: str
    before: str
    after: str


Names = Mapping[str, Mapping[int, str]]
"""What ids are called now, by the field or the kind of subject."""


def who(event: AuditEvent) -> str:
    """Who did it: of a client only its number was ever kept."""
    if event.actor_name:
        return event.actor_name
    if event.actor_kind == "client":
        return str(_("Client %(number)s", number=event.actor_id or "?"))
    if event.actor_kind == "visitor":
        return str(_("Somebody who was not signed in"))
    return str(KINDS.get(event.actor_kind, event.actor_kind))


def what(event: AuditEvent) -> str:
    """What was done."""
    return str(ACTIONS.get(event.action, event.action))


def door(event: AuditEvent) -> str:
    """By which way."""
    return str(DOORS.get(event.door, event.door))


def subject(event: AuditEvent, names: Names) -> str:
    """What it was done to: by its present name, else by its number."""
    kind = str(SUBJECTS.get(event.subject_kind, event.subject_kind))
    if event.subject_id is None:
        return kind
    known = names.get(event.subject_kind, {}).get(_number(event.subject_id) or 0)
    shown = known or event.after.get("name") or event.before.get("name") or event.subject_id
    return str(_("%(kind)s %(which)s", kind=kind, which=shown))


def address(event: AuditEvent) -> str | None:
    """Where the subject is shown in this console, if it is."""
    endpoint = f"{VIEWS.get(event.subject_kind)}.details_view"
    if event.subject_id is None or endpoint not in current_app.view_functions:
        return None
    return url_for(endpoint, id=event.subject_id)


def fields(event: AuditEvent) -> list[str]:
    """What differs, by name: a line in a list."""
    return [label(name) for name in dict.fromkeys([*event.before, *event.after])]


def changes(event: AuditEvent, names: Names, zone: str) -> Sequence[Change]:
    """Each field side by side, in the order in which it was noted."""
    noted = list(dict.fromkeys([*event.before, *event.after]))
    return [
        Change(
            label(name),
            told(name, event.before.get(name), names, zone),
            told(name, event.after.get(name), names, zone),
        )
        for name in noted
    ]


def label(name: str) -> str:
    """What a field is called."""
    return str(FIELDS.get(name) or name.replace("_", " ").capitalize())


def told(name: str, value: Any, names: Names, zone: str) -> str:
    """A value as a person reads it."""
    if value in (None, "", []):
        return NOTHING
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    if isinstance(value, list):
        return ", ".join(told(name, each, names, zone) for each in value)
    if isinstance(value, int) and name in names:
        return names[name].get(value) or str(_("number %(id)s", id=value))
    if isinstance(value, str) and MOMENT.fullmatch(value):
        return formats.when(datetime.fromisoformat(value), zone, language.here())
    return str(value)


def _number(written: str) -> int | None:
    return int(written) if written.isdecimal() and len(written) < 19 else None
