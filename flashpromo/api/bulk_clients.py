"""/api/users/clients-profiles/bulk/: the marketplace sends whom it knows, by its own ids."""

from flask import Response

from flashpromo.accounts.permissions import Permission
from flashpromo.api import bulk, guard
from flashpromo.api.blueprints import resource
from flashpromo.api.bulk import BulkQuery
from flashpromo.api.refusals import refuses
from flashpromo.api.shapes.bulk import ClientRow
from flashpromo.api.uploads import IncompleteUpload, UnsupportedMediaType
from flashpromo.audience.import_rows import COLUMNS
from flashpromo.audience.importing import import_clients
from flashpromo.bulk.errors import ChangedMeanwhile
from flashpromo.bulk.source import UnreadableFile

blueprint = resource("bulk_clients", "/users/clients-profiles/bulk", tag="Users")


@blueprint.post("/")
@guard.allow(Permission.CLIENTS_WRITE)
@refuses(UnreadableFile, IncompleteUpload, ChangedMeanwhile, UnsupportedMediaType)
@bulk.takes_rows(ClientRow)
@blueprint.input(BulkQuery, location="query", arg_name="query")
@blueprint.doc(responses=bulk.answers("created", "updated"))
def write_clients(query: BulkQuery) -> Response:
    """Add and change clients by their `external_id`, as NDJSON or CSV.

    Passwords are hashed one by one: rows with one take a hundred times as long as others.
    """
    return bulk.carry_out(COLUMNS, import_clients, query)
