"""Where the time of a page goes: what it asks the database, and how long that takes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

LONGEST_TOLD = 90


@dataclass
class Asked:
    """The statements of a block and their milliseconds."""

    statements: list[tuple[float, str]] = field(default_factory=list)

    def told(self, whole: float) -> str:
        """One line for people: `whole` is the milliseconds of all."""
        if not self.statements:
            return f"{whole:.0f} ms without asking the database"
        longest, statement = max(self.statements)
        spent = sum(taken for taken, _ in self.statements)
        short = " ".join(statement.split())[:LONGEST_TOLD]
        return (
            f"{len(self.statements)} statements took {spent:.0f} of {whole:.0f} ms, "
            f"the longest {longest:.0f} ms: {short}"
        )


@contextmanager
def noted(engine: Engine) -> Iterator[Asked]:
    """Note what is asked of the database inside the block."""
    asked, begun = Asked(), [0.0]

    def before(*_: Any) -> None:
        begun[0] = perf_counter()

    def after(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.statements.append(((perf_counter() - begun[0]) * 1000, statement))

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", before)
        event.remove(engine, "after_cursor_execute", after)


def explained(engine: Engine, call: Callable[[], float]) -> str:
    """Why a call takes as long as it does: it is made once more, and its statements are told."""
    with noted(engine) as asked:
        whole = call()
    return asked.told(whole)
