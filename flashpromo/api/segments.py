"""/api/users/user-segments/: everybody reads, operators write."""

from datetime import datetime
from typing import Any, cast

from flask import Response, url_for

from flashpromo.accounts.permissions import Permission
from flashpromo.api import etags, guard, once, paging
from flashpromo.api.blueprints import resource
from flashpromo.api.refusals import refuses
from flashpromo.api.shapes.audience import SegmentIn, SegmentOut, SegmentPage, SegmentPatch
from flashpromo.api.shapes.base import Given
from flashpromo.api.shapes.queries import SegmentFields, SegmentQuery
from flashpromo.audience import segments
from flashpromo.audience.segments import SegmentChanges
from flashpromo.db import transaction
from flashpromo.errors import InUse, PreconditionFailed
from flashpromo.promos import catalogue

blueprint = resource("segments", "/users/user-segments", tag="Users")


@blueprint.get("/")
@guard.allow(Permission.SEGMENTS_READ)
@blueprint.input(SegmentQuery, location="query", arg_name="query")
@blueprint.output(SegmentPage)
def list_segments(query: SegmentQuery) -> dict[str, Any] | Response:
    """List segments."""
    count, found = segments.page(words=query.q, **query.window)
    return paging.listed(query, count, [SegmentOut.of(each) for each in found])


@blueprint.post("/")
@guard.allow(Permission.SEGMENTS_WRITE)
@blueprint.input(SegmentIn, arg_name="body")
@once.per_key
@blueprint.output(SegmentOut, status_code=201)
@etags.tagged
def create_segment(body: SegmentIn) -> tuple[SegmentOut, int, dict[str, str]]:
    """Add a segment."""
    segment = segments.create(name=body.name, description=body.description)
    return SegmentOut.of(segment), 201, {"Location": url_for(".get_segment", segment_id=segment.id)}


@blueprint.get("/<int:segment_id>/")
@guard.allow(Permission.SEGMENTS_READ)
@blueprint.input(SegmentFields, location="query", arg_name="fields")
@blueprint.output(SegmentOut)
@etags.tagged
def get_segment(segment_id: int) -> SegmentOut:
    """Show one segment."""
    return SegmentOut.of(segments.get(segment_id))


@blueprint.put("/<int:segment_id>/")
@guard.allow(Permission.SEGMENTS_WRITE)
@refuses(PreconditionFailed)
@blueprint.input(SegmentIn, arg_name="body")
@blueprint.output(SegmentOut)
@etags.tagged
def replace_segment(segment_id: int, body: SegmentIn) -> SegmentOut:
    """Change a segment, naming all that is required."""
    return _change(segment_id, body)


@blueprint.patch("/<int:segment_id>/")
@guard.allow(Permission.SEGMENTS_WRITE)
@refuses(PreconditionFailed)
@blueprint.input(SegmentPatch, arg_name="body")
@blueprint.output(SegmentOut)
@etags.tagged
def change_segment(segment_id: int, body: Given) -> SegmentOut:
    """Change some of a segment."""
    return _change(segment_id, body)


@blueprint.delete("/<int:segment_id>/")
@guard.allow(Permission.SEGMENTS_WRITE)
@refuses(InUse, PreconditionFailed)
@blueprint.doc(responses={204: "Deleted"})
def delete_segment(segment_id: int) -> tuple[str, int]:
    """Delete a segment, unless a promo that is not over is offered to it."""
    with transaction():
        catalogue.remove_segment(segment_id, seen=_seen(segment_id))
    return "", 204


def _change(segment_id: int, body: Given) -> SegmentOut:
    changes = cast(SegmentChanges, body.given())
    with transaction():
        seen = _seen(segment_id)
        segment = segments.get(segment_id, for_update=True)
        return SegmentOut.of(segments.change(segment, seen=seen, **changes))


def _seen(segment_id: int) -> datetime | None:
    def read() -> tuple[SegmentOut, datetime]:
        segment = segments.get(segment_id)
        return SegmentOut.of(segment), segment.updated_at

    return etags.seen(read)
