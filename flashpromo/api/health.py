"""/healthz says that the process lives; /readyz says whether it can serve, and why not.

Without Redis everything is still correct, only slower; without a scheduler the web can serve, but
promos that are due wait for one. Those are warnings, not reasons to be taken out of service.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from alembic.script import ScriptDirectory
from apiflask import APIBlueprint
from flask import Response
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from flashpromo import cache, db
from flashpromo.api import guard
from flashpromo.api.shapes.service import Liveness, Readiness
from flashpromo.entrance import headers
from flashpromo.operations import traces

MIGRATIONS: Final = Path(__file__).parents[2] / "migrations"

ALIVE: Final = Liveness(status="alive").model_dump_json() + "\n"
NOT_READY: Final[dict[int | str, Any]] = {
    503: {
        "description": "Not ready, with the reasons.",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Readiness"}}},
    }
}

blueprint = APIBlueprint("health", __name__, tag="Service")


@blueprint.get("/healthz")
@guard.anyone()
@headers.also_without_https
@blueprint.output(Liveness)
def healthz() -> Response:
    """Say that the process answers; asks nothing else."""
    return Response(ALIVE, mimetype="application/json")


@blueprint.get("/readyz")
@guard.anyone()
@headers.also_without_https
@blueprint.output(Readiness, description="Ready, perhaps with warnings.")
@blueprint.doc(responses=NOT_READY)
def readyz() -> tuple[dict[str, Any], int]:
    """Say whether the process can serve: 200, or 503 with the reasons."""
    reasons, warnings = _database()
    warnings += _redis()
    if not reasons:
        warnings += _scheduler()
    status = "not ready" if reasons else "degraded" if warnings else "ready"
    answer = {"status": status, "reasons": reasons, "warnings": warnings}
    return answer, 503 if reasons else 200


def _database() -> tuple[list[str], list[str]]:
    """Reasons and warnings. While an update is on its way the schema is newer than what serves."""
    try:
        present = db.session().execute(text("SELECT version_num FROM alembic_version")).scalar()
    except SQLAlchemyError:
        db.session().rollback()
        return ["The database does not answer, or has no schema."], []
    wanted = _newest_migration()
    if present == wanted:
        return [], []
    told = f"The schema is at {present}, this release needs {wanted}."
    return ([], [told]) if _is_newer(present, wanted) else ([told], [])


def _is_newer(present: str | None, wanted: str | None) -> bool:
    """Migrations are numbered; every one leaves the release before it serving."""
    return bool(present and wanted and present.isdigit() and int(present) > int(wanted))


def _scheduler() -> list[str]:
    if traces.any_alive(db.app_now()):
        return []
    return ["No scheduler has left a trace lately: promos that are due wait for one."]


def _redis() -> list[str]:
    try:
        cache.current().redis.ping()
    except RedisError:
        return ["Redis does not answer: correct, but slower."]
    return []


@lru_cache(maxsize=1)
def _newest_migration() -> str | None:
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()
