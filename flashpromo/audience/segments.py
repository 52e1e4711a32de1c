"""Segments: named groups of clients that promos are offered to."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, TypedDict, Unpack

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from flashpromo import audit, cache, db
from flashpromo.audience.models import Segment
from flashpromo.errors import InvalidFields, NotFound, demand_unchanged
from flashpromo.fields import Checks

BIGGEST_ID: Final = 2**31 - 1
NOT_DELETED: Final = Segment.deleted_at.is_(None)
TOLD: Final = ("name", "description")
"""What the log tells of a segment."""


class SegmentChanges(TypedDict, total=False):
    """What may be changed."""

    name: str
    description: str


def create(*, name: str, description: str = "") -> Segment:
    """Add a segment; `InvalidFields` when a value is not allowed or the name is taken."""
    values = _checked(SegmentChanges(name=name, description=description))
    segment: Segment | None = db.session().scalar(
        insert(Segment).values(**values).on_conflict_do_nothing().returning(Segment)
    )
    if segment is None:
        raise _taken()
    told = audit.snapshot(segment, *TOLD)
    audit.record("segment.created", "segment", segment.id, after=told)
    cache.mark_stale(cache.TERMS)
    return segment


def change(
    segment: Segment, *, seen: datetime | None = None, **changes: Unpack[SegmentChanges]
) -> Segment:
    """Change what is given of a segment that was got `for_update`.

    Raises:
        PreconditionFailed: it was changed since its `updated_at` was seen.
        InvalidFields: a value is not allowed, or the name is taken.
    """
    demand_unchanged(segment.updated_at, seen)
    values = {**_checked(changes), "updated_at": db.app_now()}
    before = audit.snapshot(segment, *TOLD)
    for field, value in values.items():
        setattr(segment, field, value)
    try:
        db.session().flush()
    except IntegrityError as error:  # the unique index tells two equal names of one instant apart
        raise _taken() from error
    after = audit.snapshot(segment, *TOLD)
    audit.record("segment.changed", "segment", segment.id, before=before, after=after)
    cache.mark_stale(cache.TERMS)
    return segment


def remove(segment: Segment) -> None:
    """Delete a segment that was got `for_update`; clients keep its id, which nothing uses again."""
    segment.deleted_at = db.app_now()
    db.session().flush()
    told = audit.snapshot(segment, *TOLD)
    audit.record("segment.deleted", "segment", segment.id, before=told)
    cache.mark_stale(cache.TERMS)


def get(segment_id: int, *, for_update: bool = False) -> Segment:
    """One segment; `NotFound` when it does not exist or is deleted."""
    if segment_id > BIGGEST_ID:
        raise NotFound(f"There is no segment {segment_id}.")
    query = select(Segment).where(Segment.id == segment_id, NOT_DELETED)
    if for_update:
        query = query.with_for_update().execution_options(populate_existing=True)
    segment = db.session().scalar(query)
    if segment is None:
        raise NotFound(f"There is no segment {segment_id}.")
    return segment


def hold(segment_id: int) -> None:
    """Keep a segment from being deleted until the end of the transaction; raises `NotFound`."""
    query = select(Segment.id).where(Segment.id == segment_id, NOT_DELETED)
    if db.session().scalar(query.with_for_update(read=True, key_share=True)) is None:
        raise NotFound(f"There is no segment {segment_id}.")


def page(*, words: str | None = None, limit: int, offset: int) -> tuple[int, Sequence[Segment]]:
    """How many segments there are whose name has these words, and those of one page."""
    wanted: ColumnElement[bool] = NOT_DELETED
    if words is not None:
        wanted &= Segment.name.icontains(words, autoescape=True)
    count = db.session().scalar(select(func.count()).select_from(Segment).where(wanted))
    query = select(Segment).where(wanted).order_by(Segment.id).limit(limit).offset(offset)
    return count or 0, db.session().scalars(query).all()


def by_id(segment_ids: Collection[int]) -> dict[int, Segment]:
    """Those of the ids that are segments and not deleted."""
    possible = {segment_id for segment_id in segment_ids if 0 < segment_id <= BIGGEST_ID}
    rows = db.session().scalars(select(Segment).where(Segment.id.in_(possible), NOT_DELETED))
    return {row.id: row for row in rows}


def require(segment_ids: Collection[int], *, lock: bool = False) -> list[int]:
    """The ids, each once and in order.

    Args:
        segment_ids: what was asked for.
        lock: keep them from being deleted until the end of the transaction.

    Raises:
        InvalidFields: naming `segment_ids`, when one of them is no segment.
    """
    possible = {segment_id for segment_id in segment_ids if 0 < segment_id <= BIGGEST_ID}
    query = select(Segment.id).where(Segment.id.in_(possible), NOT_DELETED).order_by(Segment.id)
    if lock:
        query = query.with_for_update(read=True, key_share=True)
    found = list(db.session().scalars(query))
    unknown = sorted(set(segment_ids) - set(found))
    if unknown:
        named = ", ".join(str(segment_id) for segment_id in unknown[:10])
        raise InvalidFields({"segment_ids": f"Unknown segment: {named}."})
    return found


def _taken() -> InvalidFields:
    return InvalidFields({"name": "There is a segment of this name."})


def _checked(given: SegmentChanges) -> SegmentChanges:
    checks, cleaned = Checks(), given.copy()
    if "name" in given:
        cleaned["name"] = checks.line("name", given["name"], longest=100)
    if "description" in given:
        cleaned["description"] = checks.prose("description", given["description"], longest=10_000)
    checks.done()
    return cleaned
