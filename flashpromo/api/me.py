"""/api/users/clients-profiles/me/: a client's own choices and location, its data, and its leaving.

A client changes what is its own to choose; its segments, its outside id and its user name are the
marketplace's.
"""

from typing import cast

from flashpromo.accounts.permissions import Permission
from flashpromo.api import client_documents, etags, guard
from flashpromo.api.blueprints import resource
from flashpromo.api.refusals import refuses
from flashpromo.api.shapes.audience import ClientOut
from flashpromo.api.shapes.base import Given
from flashpromo.api.shapes.me import ErasureQuery, LocationIn, LocationOut, MePatch
from flashpromo.api.shapes.own_data import OwnDataOut
from flashpromo.audience import clients, fixes
from flashpromo.audience.client_terms import ClientChanges
from flashpromo.audience.fix_rules import LocationRefused
from flashpromo.db import app_now, transaction
from flashpromo.errors import InvalidFields, PreconditionFailed
from flashpromo.own_data import erasure, export

blueprint = resource("me", "/users/clients-profiles/me", tag="Users")

FILE = {"Content-Disposition": 'attachment; filename="flash-promos.json"'}


@blueprint.get("/")
@guard.allow(Permission.PROFILE_READ)
@blueprint.output(ClientOut)
@etags.tagged
def get_me() -> ClientOut:
    """Show the asking client."""
    return client_documents.one(guard.client_id())


@blueprint.patch("/")
@guard.allow(Permission.PROFILE_WRITE)
@refuses(PreconditionFailed)
@blueprint.input(MePatch, arg_name="body")
@blueprint.output(ClientOut)
@etags.tagged
def change_me(body: Given) -> ClientOut:
    """Change some of what the asking client chooses for itself."""
    client_id = guard.client_id()
    with transaction():
        seen = client_documents.seen(client_id)
        clients.change(client_id, cast(ClientChanges, body.given()), seen=seen)
    return client_documents.one(client_id)


@blueprint.delete("/")
@guard.allow(Permission.PROFILE_ERASE)
@refuses(InvalidFields)
@blueprint.input(ErasureQuery, location="query", arg_name="query")
@blueprint.doc(responses={204: "Erased"})
def erase_me(query: ErasureQuery) -> tuple[str, int]:
    """Erase the asking client for good.

    `confirm` is the client's own user name, said once more. What it holds is free at once; its
    profile, location, sign-in, tokens and outside id are deleted. What it was told and what it
    bought stays on record under a number that leads to nobody. The token is good for nothing any
    more.
    """
    username = guard.principal().username
    with transaction():
        erasure.erase_oneself(guard.client_id(), username=username, confirm=query.confirm)
    return "", 204


@blueprint.get("/export/")
@guard.allow(Permission.PROFILE_READ)
@blueprint.output(OwnDataOut)
def export_me() -> tuple[OwnDataOut, int, dict[str, str]]:
    """Hand over everything that is kept of the asking client, as a file.

    Nothing secret is in it: passwords and tokens are not known to the service itself.
    """
    data = export.gather(guard.client_id(), app_now())
    return OwnDataOut.of_data(data, client_documents.many([data.profile])[0]), 200, FILE


@blueprint.get("/location/")
@guard.allow(Permission.PROFILE_READ)
@blueprint.output(LocationOut)
def get_location() -> LocationOut:
    """Show where the asking client is, as far as is known."""
    return _located()


@blueprint.put("/location/")
@guard.allow(Permission.PROFILE_WRITE)
@blueprint.input(LocationIn, arg_name="body")
@blueprint.output(LocationOut)
@refuses(LocationRefused)
def put_location(body: LocationIn) -> LocationOut:
    """Say where the asking client is.

    A fix that is too old, too coarse, or further from the last one than anybody travels in the time
    between is refused with 422 `location_refused` and its `reason`, and the location counts as
    unknown from then on: no promo reaches the client until a fix is believed again. A fix older
    than the one that is known is refused as `out_of_order` and changes nothing.
    """
    with transaction():
        doubt = fixes.take(guard.client_id(), **body.model_dump())
    if doubt is not None:
        raise LocationRefused(doubt)
    return _located()


@blueprint.delete("/location/")
@guard.allow(Permission.PROFILE_WRITE)
@blueprint.doc(responses={204: "Withdrawn"})
def delete_location() -> tuple[str, int]:
    """Let the asking client's location be unknown.

    The last fix is kept out of use, to measure the next one by, until everybody could have
    travelled anywhere; then it is forgotten.
    """
    with transaction():
        fixes.withdraw(guard.client_id())
    return "", 204


def _located() -> LocationOut:
    return LocationOut.of_location(fixes.locate(guard.client_id(), app_now()))
