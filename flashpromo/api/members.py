"""/api/market/stores/{id}/members/: members see each other; owners and operators manage them."""

from typing import Any

from flask import Response, url_for

from flashpromo.accounts.permissions import Permission
from flashpromo.api import etags, guard, once, paging
from flashpromo.api.blueprints import resource
from flashpromo.api.refusals import refuses
from flashpromo.api.shapes.members import MemberIn, MemberOut, MemberPage, MemberRoleIn
from flashpromo.api.shapes.queries import MemberQuery
from flashpromo.db import transaction
from flashpromo.errors import PreconditionFailed
from flashpromo.market import members
from flashpromo.market.members import AlreadyMember, LastOwner

blueprint = resource("members", "/market/stores", tag="Market")


@blueprint.get("/<int:store_id>/members/")
@guard.allow(Permission.MEMBERS_READ)
@blueprint.input(MemberQuery, location="query", arg_name="query")
@blueprint.output(MemberPage)
def list_members(store_id: int, query: MemberQuery) -> dict[str, Any] | Response:
    """List the members of a store."""
    guard.see_store(store_id)
    count, found = members.page(store_id, **query.window)
    return paging.listed(query, count, [MemberOut.of(each) for each in found])


@blueprint.post("/<int:store_id>/members/")
@guard.allow(Permission.MEMBERS_WRITE)
@refuses(AlreadyMember)
@blueprint.input(MemberIn, arg_name="body")
@once.per_key
@blueprint.output(MemberOut, status_code=201)
@etags.tagged
def add_member(store_id: int, body: MemberIn) -> tuple[MemberOut, int, dict[str, str]]:
    """Let a merchant into a store."""
    guard.must_own(store_id)
    added = members.add(store_id, body.username, body.role)
    location = url_for(".get_member", store_id=store_id, user_id=added.user_id)
    return MemberOut.of(added), 201, {"Location": location}


@blueprint.get("/<int:store_id>/members/<int:user_id>/")
@guard.allow(Permission.MEMBERS_READ)
@blueprint.output(MemberOut)
@etags.tagged
def get_member(store_id: int, user_id: int) -> MemberOut:
    """Show one member of a store."""
    guard.see_store(store_id)
    return MemberOut.of(members.get(store_id, user_id))


@blueprint.put("/<int:store_id>/members/<int:user_id>/")
@guard.allow(Permission.MEMBERS_WRITE)
@refuses(LastOwner, PreconditionFailed)
@blueprint.input(MemberRoleIn, arg_name="body")
@blueprint.output(MemberOut)
@etags.tagged
def change_member(store_id: int, user_id: int, body: MemberRoleIn) -> MemberOut:
    """Make a member owner or staff."""
    with transaction():
        guard.must_own(store_id)
        _demand_as_seen(store_id, user_id)
        return MemberOut.of(members.change_role(store_id, user_id, body.role))


@blueprint.delete("/<int:store_id>/members/<int:user_id>/")
@guard.allow(Permission.MEMBERS_WRITE)
@refuses(LastOwner, PreconditionFailed)
@blueprint.doc(responses={204: "Deleted"})
def remove_member(store_id: int, user_id: int) -> tuple[str, int]:
    """End a membership."""
    with transaction():
        guard.see_store(store_id)
        guard.must_own(store_id)
        _demand_as_seen(store_id, user_id)
        members.remove(store_id, user_id)
    return "", 204


def _demand_as_seen(store_id: int, user_id: int) -> None:
    """Raise `PreconditionFailed` unless the member, locked, is as the caller has seen it."""
    etags.seen(lambda: (MemberOut.of(members.get(store_id, user_id, for_update=True)), None))
