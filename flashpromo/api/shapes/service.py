"""What the service says of itself."""

from typing import Literal

from pydantic import Field

from flashpromo.api.shapes.base import Shown


class Liveness(Shown):
    """The process answers."""

    status: Literal["alive"]


class Readiness(Shown):
    """Whether the service can serve; `degraded` is correct, but something waits or is slow."""

    status: Literal["ready", "degraded", "not ready"]
    reasons: list[str] = Field(description="Why it cannot serve.")
    warnings: list[str] = Field(description="What is amiss, though it serves.")


class ProblemTypeOut(Shown):
    """What a code of a problem means."""

    code: str
    status: int
    title: str
    meaning: str
    to_do: str
