"""What the scheduler does for holds: it counts how each of them ended."""

from flashpromo.checkout import ended
from flashpromo.cli.looking import look
from flashpromo.db import app_now
from flashpromo.operations.traces import Found


def count_holds() -> Found:
    """Add the holds that are over to the tallies, a bounded piece a round."""
    with look():
        counted = ended.count_ended(app_now())
    return Found(counted, counted)
