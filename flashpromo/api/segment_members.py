"""/api/users/user-segments/{segment_id}/members/: who is in a segment; for operators."""

from functools import partial
from typing import Any

from flask import Response

from flashpromo.accounts.permissions import Permission
from flashpromo.api import bulk, guard, paging
from flashpromo.api.blueprints import resource
from flashpromo.api.bulk import BulkQuery
from flashpromo.api.refusals import refuses
from flashpromo.api.shapes.bulk import MemberRow, SegmentMemberOut, SegmentMemberPage
from flashpromo.api.shapes.queries import SegmentMemberQuery
from flashpromo.api.uploads import IncompleteUpload, UnsupportedMediaType
from flashpromo.audience import membership, segments
from flashpromo.bulk.source import UnreadableFile

blueprint = resource(
    "segment_members", "/users/user-segments/<int:segment_id>/members", tag="Users"
)


@blueprint.get("/")
@guard.allow(Permission.SEGMENTS_MEMBERS)
@blueprint.input(SegmentMemberQuery, location="query", arg_name="query")
@blueprint.output(SegmentMemberPage)
def list_segment_members(segment_id: int, query: SegmentMemberQuery) -> dict[str, Any] | Response:
    """List the clients of a segment."""
    segments.get(segment_id)
    count, found = membership.page(segment_id, **query.window)
    return paging.listed(query, count, [SegmentMemberOut.of(each) for each in found])


@blueprint.post("/")
@guard.allow(Permission.SEGMENTS_WRITE)
@refuses(UnreadableFile, IncompleteUpload, UnsupportedMediaType)
@bulk.takes_rows(MemberRow)
@blueprint.input(BulkQuery, location="query", arg_name="query")
@blueprint.doc(responses=bulk.answers("added", "removed", "unchanged"))
def change_segment_members(segment_id: int, query: BulkQuery) -> Response:
    """Put clients into a segment, or take them out, as NDJSON or CSV.

    A row names a client by its `external_id` or its `client_id`.
    """
    return bulk.carry_out(membership.COLUMNS, partial(membership.change, segment_id), query)
