"""Clients: a million of them, so a list finds them by what an index knows: id, names."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, select

from flashpromo.accounts.models import SignIn
from flashpromo.admin import filters, forms
from flashpromo.admin.columns import Column, Kind
from flashpromo.admin.editing import EditableView
from flashpromo.admin.forms import Form, choice, clock_time, degrees, line, secret, yes_no
from flashpromo.admin.model_view import ModelView
from flashpromo.admin.views.segments import ids_in
from flashpromo.audience import clients, profiles
from flashpromo.audience.client_terms import zone_wanted
from flashpromo.audience.models import Client, ClientExternal, ClientFix
from flashpromo.audience.profiles import Profile
from flashpromo.own_data import erasure


def _zones() -> dict[str, Any]:
    return {"": _("The marketplace's"), **forms.time_zone_names()}


class ClientForm(Form):
    """What may be said of a client; the place is where its device is."""

    latitude = degrees(_("Latitude"), hint=_("Degrees north, from -90 to 90."), required=False)
    longitude = degrees(_("Longitude"), hint=_("Degrees east, from -180 to 180."), required=False)
    opted_in = yes_no(_("Wants to be told of promos"))
    segment_ids = line(
        _("Segment ids"), hint=_("Numbers with commas between them."), required=False
    )
    time_zone = choice(
        _("Time zone"), _zones, hint=_("A new one counts from the next local midnight.")
    )
    quiet_from = clock_time(_("Quiet from"))
    quiet_until = clock_time(_("Quiet until"))
    external_id = line(_("Outside id"), required=False, maxlength=200)
    username = line(_("User name"), required=False, maxlength=150, autocomplete="off")
    email = line(_("E-mail address"), required=False, maxlength=254, autocomplete="off")
    password = secret(_("Password"), hint=_("Left empty, it stays as it is."), required=False)


def _by_external_id(external_id: str) -> ColumnElement[bool]:
    known = ClientExternal.external_id == external_id
    return Client.id.in_(select(ClientExternal.client_id).where(known))


def _by_username(username: str) -> ColumnElement[bool]:
    return Client.id.in_(select(SignIn.client_id).where(SignIn.username == username))


class ClientView(EditableView):
    """Clients, with their names of other tables."""

    model, title, form, is_large = Client, _("Client"), ClientForm, True
    deleting = _(
        "Everything personal goes for good: place, sign-in, outside id, kept answers. What the "
        "client holds is free at once. What it was told and what it bought stays on record under "
        "its number."
    )
    picks_place = True
    columns = (
        Column("client.id", _("Id")),
        Column("external_id", _("Outside id")),
        Column("sign_in.username", _("User name")),
        Column("segments", _("Segments"), Kind.LIST, reckon=lambda row, _now: _names(row)),
        Column("client.opted_in", _("Wants promos"), Kind.YES_NO),
        Column("client.located_at", _("Located"), Kind.MOMENT),
    )
    more = (
        Column("client.latitude", _("Latitude")),
        Column("client.longitude", _("Longitude")),
        Column("client.time_zone", _("Time zone")),
        Column(
            "next_time_zone", _("Next time zone"), reckon=lambda row, _now: _next_zone(row.client)
        ),
        Column("client.next_time_zone_from", _("Counts from"), Kind.MOMENT),
        Column("client.quiet_from", _("Quiet from")),
        Column("client.quiet_until", _("Quiet until")),
        Column("sign_in.email", _("E-mail address")),
        Column("client.created_at", _("Created"), Kind.MOMENT),
        Column("client.updated_at", _("Changed"), Kind.MOMENT),
    )
    filters = (
        filters.number("id", _("Id"), Client.id),
        filters.Filter("external_id", _("Outside id"), filters.Kind.TEXT, _by_external_id),
        filters.Filter("username", _("User name"), filters.Kind.TEXT, _by_username),
        # No index serves it: of a segment that nobody is in, a page reads a million clients in less
        # than a second. An index would cost each of them whenever it moves.
        filters.holding("segment", _("Segment id"), Client.segment_ids),
    )

    def dress(self, records: Sequence[Client]) -> list[Profile]:
        """With their names and segments: three queries."""
        return profiles.of(records)

    def record_of(self, row: Any) -> Any:
        """The client of a profile."""
        return row.client if isinstance(row, Profile) else row

    def place_of(self, row: Profile) -> tuple[float, float] | None:
        """Where its device was."""
        latitude, longitude = row.client.latitude, row.client.longitude
        return None if latitude is None or longitude is None else (latitude, longitude)

    def create_model(self, form: Form) -> Client:
        """Add a client."""
        return clients.create(_changes(form, {}))

    def update_model(self, form: Form, record: Client) -> None:
        """Change what differs: a place that stays where it is stays as old as it is."""
        clients.change(record.id, _changes(form, self.stored(record)), seen=self.seen())

    def delete_model(self, record: Client) -> None:
        """Erase a client, for good."""
        clients.get(record.id, for_update=True, seen=self.seen())
        erasure.erase(record.id)

    def proposed(self) -> dict[str, Any]:
        """A new client wants to be told."""
        return {"opted_in": True}

    def stored(self, record: Client) -> dict[str, Any]:
        """As the form shows it."""
        (profile,) = profiles.of([record])
        names = profile.sign_in
        return {
            "latitude": record.latitude,
            "longitude": record.longitude,
            "opted_in": record.opted_in,
            "segment_ids": ", ".join(str(each) for each in sorted(record.segment_ids)),
            "time_zone": zone_wanted(record) or "",
            "quiet_from": record.quiet_from,
            "quiet_until": record.quiet_until,
            "external_id": profile.external_id or "",
            "username": names.username if names else "",
            "email": names.email if names else "",
        }


def _next_zone(client: Client) -> str | None:
    """A zone that waits; no zone of its own is the marketplace's."""
    if client.next_time_zone_from is None:
        return None
    return client.next_time_zone or str(_("The marketplace's"))


def _names(row: Profile) -> list[str]:
    return [each.name for each in row.segments]


def _changes(form: Form, stored: Mapping[str, Any]) -> Any:
    """What differs from what is stored; what is left empty is none."""
    given = {name: value or None for name, value in form.given().items()} | {
        name: form.data[name]
        for name in ("latitude", "longitude", "opted_in", "quiet_from", "quiet_until")
    }
    changes = {name: value for name, value in given.items() if value != (stored.get(name) or None)}
    if form.data["opted_in"] == stored.get("opted_in"):
        changes.pop("opted_in", None)
    if "segment_ids" in changes:
        changes["segment_ids"] = ids_in("segment_ids", form.data["segment_ids"])
    if not form.data["password"]:
        changes.pop("password", None)
    return changes


class ClientExternalView(ModelView):
    """The marketplace's own ids of clients."""

    model, title, is_large, newest_first = ClientExternal, _("Outside id"), True, False
    columns = (
        Column("external_id", _("Outside id")),
        Column("client_id", _("Client id"), to="admin_client"),
    )
    filters = (
        filters.text("external_id", _("Outside id"), ClientExternal.external_id),
        filters.number("client", _("Client id"), ClientExternal.client_id),
    )


class ClientFixView(ModelView):
    """The last fix that each client's device was believed."""

    model, title, is_large = ClientFix, _("Fix of client"), True
    columns = (
        Column("client_id", _("Client id")),
        Column("fixed_at", _("Fixed"), Kind.MOMENT),
        Column("latitude", _("Latitude")),
        Column("longitude", _("Longitude")),
        Column("accuracy_m", _("Accuracy, m"), Kind.NUMBER),
        Column("refused_as", _("Refused as")),
        Column("refused_at", _("Refused"), Kind.MOMENT),
    )
    more = (
        Column("client_id", _("Client"), to="admin_client"),
        Column("anchored_at", _("Anchored"), Kind.MOMENT),
        Column("anchor_latitude", _("Anchor's latitude")),
        Column("anchor_longitude", _("Anchor's longitude")),
        Column("anchor_accuracy_m", _("Anchor's accuracy, m"), Kind.NUMBER),
    )
    filters = (filters.number("client", _("Client id"), ClientFix.client_id),)

    def place_of(self, row: ClientFix) -> tuple[float, float] | None:
        """Where the fix is."""
        if row.latitude is None or row.longitude is None:
            return None
        return row.latitude, row.longitude
