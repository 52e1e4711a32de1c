"""An explanation as a table: one line for each part of *reach* and of *notifiable*."""

from datetime import datetime
from typing import Final

from rich.table import Table

from flashpromo.notify.audiences import Explanation

PARTS: Final = {
    "location_unknown": "location known",
    "location_too_old": "fix young enough",
    "out_of_range": "within the radius",
    "not_in_segments": "in one of the segments",
    "opted_out": "opted in",
    "already_notified_today": "not told of any promo today",
}


def table(told: Explanation, now: datetime) -> Table:
    """Every part with a yes or no, and what it was decided by."""
    shown = Table("part", "", "decided by", title=f"client {told.client_id}, promo {told.promo_id}")
    grounds = _grounds(told, now)
    for name, passed in told.parts.items():
        mark = "[green]yes[/green]" if passed else f"[red]no[/red]  {name}"
        shown.add_row(PARTS.get(name, name), mark, grounds.get(name, ""))
    return shown


def verdict(told: Explanation) -> str:
    """What follows: may the client take it, and would an activation tell it."""
    may = "may see and reserve it" if told.reached else "can neither see nor reserve it"
    tell = "would be told of it now" if told.notifiable else "would not be told of it now"
    return f"The client {may}, and {tell}."


def _grounds(told: Explanation, now: datetime) -> dict[str, str]:
    grounds = {}
    if told.located_at is not None:
        age = now - told.located_at
        hours, minutes = divmod(int(age.total_seconds()) // 60, 60)
        grounds["location_too_old"] = f"{hours // 24} d {hours % 24} h {minutes} min old"
    if told.distance_m is not None:
        grounds["out_of_range"] = f"{told.distance_m:,.1f} m of {told.radius_m:,.1f} m"
    return grounds
