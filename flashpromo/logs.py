"""What the processes write down: one line for each event, with the ids by which it is found again.

A line names the request, the job and the promo that it belongs to: they are bound where they are
known (`bound`), go with a job from the process that rings to the one that works, and so one id
leads from a page to the last delivery. In production a line is a JSON document, in
development a readable one.

No line tells of a person: no name, no place, no address, nothing that opens a door. The code writes
none; what an error of the database, of a library or of an address in a message might bring along
is taken out here.
"""

import json
import logging
import re
import uuid
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, TextIO

import structlog
from structlog import contextvars
from structlog.typing import Processor

REQUEST_ID: Final = "request_id"
FORM: Final = re.compile(r"[0-9A-Fa-f](?:[0-9A-Fa-f-]{14,62})[0-9A-Fa-f]")
"""Of an id from outside: digits and letters that spell nobody's name, as UUIDs and traces are."""

HIDDEN: Final = "…"
SECRETS: Final = re.compile(
    r"(?P<link>(?<=/link/)[^/\s\]]+)"
    r"|(?P<url>(?<=://)[^/\s@]*@)"  # the name and password in the address of a server
    r"|(?P<bearer>(?<=Bearer )\S+)"
    r"|(?P<key>\bfpk_[\w-]+)"
    r"|(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<place>(?:POINT|point)\s*\([^)]*\))"
    # What PostgreSQL adds to an error: the row or the key that it is about.
    r"|(?P<row>(?<=DETAIL:)\s.*?(?=\n(?:HINT|CONTEXT|LINE|\[SQL|\(Background)|\Z))",
    re.DOTALL,
)
SECRET_NAME: Final = re.compile(
    "password|secret|token|authorization|cookie|email|username|latitude|longitude|location|address"
)

Line = MutableMapping[str, Any]

_encode: Final = json.JSONEncoder(ensure_ascii=False).encode


class _Answers:
    """How the line of an answered request is written: not at all until a process has a log."""

    write: Callable[[str, dict[str, object]], None] | None = None


def log_to_stderr(*, as_json: bool = False) -> None:
    """One line for each event on standard error; ours from INFO, everybody else's from WARNING.

    Args:
        as_json: as JSON documents, rather than for a reader.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(_formatter(as_json=as_json))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("flashpromo").setLevel(logging.INFO)
    served = logging.getLogger("_granian")  # the web server brings a handler of its own
    served.handlers, served.propagate = [], True
    _Answers.write = partial(_answer_as_json if as_json else _answer_to_read, handler.stream)


def answered(logger: str, fields: dict[str, object]) -> None:
    """Write the line of an answered request, of fields that the code alone has made.

    There is one for every request, so it takes none of the detours of other lines: a tenth of them.
    """
    if _Answers.write is not None:
        _Answers.write(logger, fields)


def new_request_id() -> str:
    """A fresh id of 32 hexadecimal digits."""
    return uuid.uuid4().hex


def is_request_id(text: object) -> bool:
    """Whether it has the form of an id: what is sent from outside is believed no further."""
    return isinstance(text, str) and FORM.fullmatch(text) is not None


def request_id() -> str:
    """Of the request that is the cause of what happens now; empty without one."""
    return str(contextvars.get_contextvars().get(REQUEST_ID, ""))


@contextmanager
def bound(**ids: object) -> Iterator[None]:
    """Inside the block every line carries these ids; empty ones leave what was bound before."""
    with contextvars.bound_contextvars(**{name: each for name, each in ids.items() if each}):
        yield


def enter(request_id: str) -> Mapping[str, Any]:
    """From now on lines carry the id of this request; to be given to `leave`."""
    return contextvars.bind_contextvars(request_id=request_id)


def leave(entered: Mapping[str, Any]) -> None:
    """From now on they carry it no more."""
    contextvars.reset_contextvars(**entered)


def _answer_as_json(paper: TextIO, logger: str, fields: dict[str, object]) -> None:
    now = datetime.now(UTC).isoformat()[:-6]
    head = f'{{"event": "request", "level": "info", "logger": "{logger}", "timestamp": "{now}Z", '
    paper.write(f"{head}{_encode(fields)[1:]}\n")


def _answer_to_read(paper: TextIO, _logger: str, fields: dict[str, object]) -> None:
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    told = " ".join(f"{name}={each}" for name, each in fields.items())
    paper.write(f"{now} [info] request {told}\n")


def _formatter(*, as_json: bool) -> logging.Formatter:
    before: list[Processor] = [
        contextvars.merge_contextvars,
        structlog.stdlib.ExtraAdder(),
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    last: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0, pad_level=False)
    )
    cleared = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=before, processors=[cleared, without_secrets, last]
    )


def without_secrets(_logger: object, _method: str, line: Line) -> Mapping[str, Any]:
    """The line without what tells of a person or opens a door."""
    for name, value in line.items():
        if SECRET_NAME.search(name):
            line[name] = HIDDEN
        elif isinstance(value, str):
            line[name] = SECRETS.sub(HIDDEN, value)
    return line
