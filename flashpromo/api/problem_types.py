"""/api/problems/{code}: where the `type` of a problem leads to, derived from the errors."""

from collections.abc import Iterator
from functools import cache
from typing import Final

from werkzeug.exceptions import HTTPException, default_exceptions

from flashpromo.api import guard, problems
from flashpromo.api.blueprints import resource
from flashpromo.api.openapi.refused import Refusal
from flashpromo.api.shapes.service import ProblemTypeOut
from flashpromo.errors import DomainError, NotFound

TO_DO: Final = {
    400: "Correct the request: it cannot be read as it is.",
    401: "Sign in, and send the token as `Authorization: Bearer …`.",
    403: "Ask as somebody who may, with a token that was not narrowed too far.",
    404: "Look at the address and the ids in it.",
    405: "Use one of the methods that `Allow` names.",
    409: "Read the thing as it stands now, and decide anew.",
    412: "Read it again, and repeat the change with its new `ETag` if it still makes sense.",
    413: "Send less at once.",
    422: "Correct what the problem names and send it again.",
    429: "Wait for `Retry-After` seconds, then send it again.",
    503: "Wait for `Retry-After` seconds, then send it again.",
}
ELSE: Final = {4: "Correct the request.", 5: "Try again later; if it stays, tell the operators."}
"""By the first digit of the status."""

blueprint = resource("problem_types", "/problems", tag="Service")


@blueprint.get("/<string:code>/", strict_slashes=False)
@guard.anyone()
@blueprint.output(ProblemTypeOut)
def explain_problem(code: str) -> ProblemTypeOut:
    """Say what a code of a problem means, and what to do about it."""
    found = _known().get(code)
    if found is None:
        raise NotFound("No problem has this code.")
    return found


@cache
def _known() -> dict[str, ProblemTypeOut]:
    """Every code; of errors that share one, the most general tells."""
    found: dict[str, ProblemTypeOut] = {}
    for error in _errors():
        refusal = Refusal.of(error)
        said = _explained(refusal.code, refusal.status, refusal.title, refusal.meaning)
        found.setdefault(refusal.code, said)
    for status, other in default_exceptions.items():
        code = problems.code_of(other())
        found.setdefault(code, _explained(code, status, other().name, _meaning(other)))
    return found


def _errors() -> Iterator[type[DomainError]]:
    """The family of our errors, the elder first."""
    family: list[type[DomainError]] = [DomainError]
    for each in family:
        family.extend(child for child in each.__subclasses__() if child not in family)
        if each.__module__.startswith("flashpromo.") and each is not DomainError:
            yield each


def _meaning(error: type[HTTPException]) -> str:
    return problems.detail_of(error()) or error().name


def _explained(code: str, status: int, title: str, meaning: str) -> ProblemTypeOut:
    to_do = TO_DO.get(status, ELSE.get(status // 100, ""))
    return ProblemTypeOut(code=code, status=status, title=title, meaning=meaning, to_do=to_do)
