"""What a job carries of the request that is its cause: its id, and its trace if there is one.

It lies in Redis with the job, so where it arrives only what has the form of ours is believed.
"""

import re
from collections.abc import Mapping
from typing import Final

from flashpromo import logs, spans

TRACE: Final = "traceparent"
TRACE_FORM: Final = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")

Cause = Mapping[str, str]


def present() -> dict[str, str]:
    """What a job takes along from here."""
    request_id = logs.request_id()
    return ({logs.REQUEST_ID: request_id} if request_id else {}) | spans.carried()


def believed(told: Mapping[str, object]) -> dict[str, str]:
    """What of it is believed where it arrives."""
    found = {}
    if logs.is_request_id(told.get(logs.REQUEST_ID)):
        found[logs.REQUEST_ID] = str(told[logs.REQUEST_ID])
    trace = told.get(TRACE)
    if isinstance(trace, str) and TRACE_FORM.fullmatch(trace):
        found[TRACE] = trace
    return found


def on_lines(cause: Cause) -> dict[str, str]:
    """What of it stands on the lines of the log."""
    return {name: each for name, each in cause.items() if name == logs.REQUEST_ID}
