"""Letters on their way: what a worker does, here and now."""

from flask import Flask

from flashpromo import jobs
from flashpromo.db import app_now, transaction
from flashpromo.letters import leases

SETTINGS = "flashpromo_settings"


def deliver_letters(app: Flask) -> None:
    """Send whatever is due, and what comes of that."""
    with app.app_context():
        for _ in range(20):
            with transaction():
                due = leases.waiting(app_now(), 100)
            if not due:
                return
            for letter_id, _ in due:
                jobs.post(letter_id)
    raise AssertionError("letters are due again and again")


def with_settings(app: Flask, monkeypatch, **changes) -> None:
    """Let the application have other settings until the test's end."""
    changed = app.extensions[SETTINGS].model_copy(update=changes)
    monkeypatch.setitem(app.extensions, SETTINGS, changed)
