"""/api/users/clients-profiles/: a client reads itself, operators everything, merchants nothing."""

from typing import Any, cast

from flask import Response, url_for

from flashpromo.accounts.permissions import Permission
from flashpromo.api import client_documents, etags, guard, once, paging
from flashpromo.api.blueprints import resource
from flashpromo.api.refusals import refuses
from flashpromo.api.shapes.audience import ClientIn, ClientOut, ClientPage, ClientPatch
from flashpromo.api.shapes.base import Given
from flashpromo.api.shapes.queries import ClientFields, ClientQuery
from flashpromo.audience import clients, profiles
from flashpromo.audience.client_terms import ClientChanges
from flashpromo.db import transaction
from flashpromo.errors import NotFound, PreconditionFailed
from flashpromo.own_data import erasure

blueprint = resource("clients", "/users/clients-profiles", tag="Users")


@blueprint.get("/")
@guard.allow(Permission.CLIENTS_READ)
@blueprint.input(ClientQuery, location="query", arg_name="query")
@blueprint.output(ClientPage)
def list_clients(query: ClientQuery) -> dict[str, Any] | Response:
    """List clients; a client's list holds only itself."""
    count, found = profiles.page(
        only=guard.principal().client_id,
        external_id=query.external_id,
        username=query.username,
        **query.window,
    )
    return paging.listed(query, count, client_documents.many(found))


@blueprint.post("/")
@guard.allow(Permission.CLIENTS_WRITE)
@blueprint.input(ClientIn, arg_name="body")
@once.per_key
@blueprint.output(ClientOut, status_code=201)
@etags.tagged
def create_client(body: ClientIn) -> tuple[ClientOut, int, dict[str, str]]:
    """Add a client, with a sign-in if a user name and a password are given."""
    client = clients.create(cast(ClientChanges, body.given()))
    location = url_for(".get_client", client_id=client.id)
    return client_documents.one(client.id), 201, {"Location": location}


@blueprint.get("/<int:client_id>/")
@guard.allow(Permission.CLIENTS_READ)
@blueprint.input(ClientFields, location="query", arg_name="fields")
@blueprint.output(ClientOut)
@etags.tagged
def get_client(client_id: int) -> ClientOut:
    """Show one client; a client sees only itself."""
    if guard.principal().client_id not in {None, client_id}:
        raise NotFound
    return client_documents.one(client_id)


@blueprint.put("/<int:client_id>/")
@guard.allow(Permission.CLIENTS_WRITE)
@refuses(PreconditionFailed)
@blueprint.input(ClientIn, arg_name="body")
@blueprint.output(ClientOut)
@etags.tagged
def replace_client(client_id: int, body: ClientIn) -> ClientOut:
    """Change a client; what is not named stays, for nothing is required."""
    return _change(client_id, body)


@blueprint.patch("/<int:client_id>/")
@guard.allow(Permission.CLIENTS_WRITE)
@refuses(PreconditionFailed)
@blueprint.input(ClientPatch, arg_name="body")
@blueprint.output(ClientOut)
@etags.tagged
def change_client(client_id: int, body: Given) -> ClientOut:
    """Change some of a client."""
    return _change(client_id, body)


@blueprint.delete("/<int:client_id>/")
@guard.allow(Permission.CLIENTS_WRITE)
@refuses(PreconditionFailed)
@blueprint.doc(responses={204: "Deleted"})
def delete_client(client_id: int) -> tuple[str, int]:
    """Erase a client for good; what it holds is free at once."""
    with transaction():
        clients.get(client_id, for_update=True, seen=client_documents.seen(client_id))
        erasure.erase(client_id)
    return "", 204


def _change(client_id: int, body: Given) -> ClientOut:
    with transaction():
        seen = client_documents.seen(client_id)
        clients.change(client_id, cast(ClientChanges, body.given()), seen=seen)
    return client_documents.one(client_id)
