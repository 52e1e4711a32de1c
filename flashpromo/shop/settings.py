"""/shop/settings/: what a client chooses for itself, and its password."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from flashpromo import config
from flashpromo.accounts import password_change
from flashpromo.accounts.users import SHORTEST_PASSWORD
from flashpromo.audience import clients, profiles
from flashpromo.audience.client_terms import ClientChanges, zone_at, zone_wanted
from flashpromo.audience.profiles import Profile
from flashpromo.db import app_now, transaction
from flashpromo.entrance import failures, language, offered, repeated
from flashpromo.errors import InvalidFields, TooSoon
from flashpromo.shop import access
from flashpromo.shop.blueprints import PREFIX, shop_pages

blueprint = shop_pages("settings")

Errors = Mapping[str, list[str]]


@blueprint.get(f"{PREFIX}/settings/")
def index() -> str:
    """Show what can be set."""
    return _page()


@blueprint.post(f"{PREFIX}/settings/")
def save() -> ResponseReturnValue:
    """Change what the client chooses for itself."""
    sent = request.form
    try:
        changes = ClientChanges(
            opted_in="opted_in" in sent,
            time_zone=sent.get("time_zone", "") or None,
            quiet_from=_daytime("quiet_from"),
            quiet_until=_daytime("quiet_until"),
            email=sent.get("email", ""),
        )
        with transaction():
            clients.change(access.client_id(), changes)
    except InvalidFields as error:
        return _page(error.fields, sent), error.status
    flash(_("Your settings are saved."))
    return redirect(url_for(".index"), 303)


@blueprint.post(f"{PREFIX}/settings/password/")
def change_password() -> ResponseReturnValue:
    """Change one's own password; everything else that was signed in with the old one ends."""
    who, sent = access.principal(), request.form
    twice = repeated.demanded("new_password", _("Is not the same as the new password."))
    old, new = sent.get("old_password", ""), sent.get("new_password", "")
    try:
        with failures.limited(who.username), transaction(), twice:
            password_change.change(who, old, new, language=language.language())
    except InvalidFields as error:
        return _page(error.fields), error.status
    except TooSoon as error:
        seconds = error.retry_after_seconds
        wait = _("Too many attempts. Try again in %(seconds)s s.", seconds=seconds)
        return _page({"old_password": [wait]}), error.status, dict(error.headers)
    flash(_("Your password is changed. Everywhere else you are signed out."))
    return redirect(url_for(".index"), 303)


def _daytime(name: str) -> time | None:
    """A time of the day as a browser sends it; none when the field is empty."""
    sent = request.form.get(name, "").strip()
    if not sent:
        return None
    try:
        return time.fromisoformat(sent)
    except ValueError as error:
        raise InvalidFields({name: "Must be a time of the day, like 22:30."}) from error


def _page(errors: Errors | None = None, typed: Mapping[str, str] | None = None) -> str:
    now, profile = app_now(), profiles.get(access.client_id())
    wanted = zone_wanted(profile.client)
    present = zone_at(profile.client, now)
    return render_template(
        "shop/settings.html",
        profile=profile,
        form=typed if typed is not None else _stored(profile),
        zone_now=present,
        zone_waits=wanted != present,
        marketplace_zone=config.current().marketplace_time_zone,
        time_zones=offered.time_zone_groups(wanted or ""),
        errors=errors or {},
        shortest=SHORTEST_PASSWORD,
    )


def _stored(profile: Profile) -> dict[str, Any]:
    """What stands in the fields before anybody types."""
    client = profile.client
    stored: dict[str, Any] = {
        "time_zone": zone_wanted(client) or "",
        "quiet_from": f"{client.quiet_from:%H:%M}" if client.quiet_from else "",
        "quiet_until": f"{client.quiet_until:%H:%M}" if client.quiet_until else "",
        "email": profile.sign_in.email if profile.sign_in else "",
    }
    return stored | ({"opted_in": "1"} if client.opted_in else {})
