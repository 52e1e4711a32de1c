"""What the address of a page asks for. A page forgives: what cannot be read is not asked."""

from datetime import datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from flask import request

LAST_PAGE: Final = 1_000_000
MOST_WORDS: Final = 100


def page_number() -> int:
    """The page, counted from 1."""
    sent = request.args.get("page", "")
    return min(max(1, int(sent)), LAST_PAGE) if sent.isdecimal() and len(sent) < 9 else 1


def words() -> str:
    """What is searched for; empty when nothing is."""
    sent = request.args.get("q", "").strip()[:MOST_WORDS]
    return "".join(sign for sign in sent if sign.isprintable())


def identifier(name: str) -> int | None:
    """An id; None when there is none."""
    sent = request.args.get(name, "")
    return int(sent) if sent.isdecimal() and len(sent) < 19 else None


def midnight(name: str, zone: str) -> datetime | None:
    """The first instant of a day of the calendar in a zone, by the name of its parameter."""
    try:
        day = datetime.strptime(request.args.get(name, ""), "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
        return datetime.combine(day, time(), ZoneInfo(zone))
    except ValueError:
        return None


def instant(name: str) -> datetime | None:
    """An instant with an offset; None when there is none."""
    try:
        found = datetime.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
