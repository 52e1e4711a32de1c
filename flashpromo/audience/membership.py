"""Who is in a segment: told and changed in bulk, by outside ids or by ours.

Every good row puts a client in or takes it out; those that are as they should be already are left
alone. Clients are locked in the order of their ids, as everywhere, after all rows have come in.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from sqlalchemy import func, select, text

from flashpromo import audit, cache, db
from flashpromo.audience import segments
from flashpromo.audience.models import Client, ClientExternal
from flashpromo.bulk import cells
from flashpromo.bulk.cells import BadRow
from flashpromo.bulk.source import Columns, Record, Values
from flashpromo.bulk.staging import Report, Stage, execute
from flashpromo.db import session

COLUMNS: Final = Columns(("external_id", "client_id", "member"), keys=("external_id", "client_id"))
STAGE: Final = Stage(
    table="staged_member",
    definition="""
        line bigint,
        external_id text,
        client_id bigint,
        member boolean,
        status text
    """,
    copied=("line", "external_id", "client_id", "member"),
    good="SELECT line, external_id, status, client_id AS id FROM staged_member",
)

FIND: Final = """
UPDATE staged_member AS staged SET client_id = external.client_id
FROM client_external AS external WHERE external.external_id = staged.external_id
"""
LOCK: Final = """
SELECT client.id FROM client
WHERE client.id IN (SELECT client_id FROM staged_member) ORDER BY client.id FOR NO KEY UPDATE
"""
UNKNOWN: Final = """
DELETE FROM staged_member AS staged
WHERE NOT EXISTS (SELECT FROM client WHERE client.id = staged.client_id)
RETURNING staged.line, staged.external_id,
    CASE WHEN staged.external_id IS NULL THEN 'client_id' ELSE 'external_id' END, 'names no client'
"""
REPEATED: Final = """
DELETE FROM staged_member AS staged
USING (SELECT client_id, min(line) AS line FROM staged_member
       GROUP BY client_id HAVING count(*) > 1) AS first
WHERE staged.client_id = first.client_id AND staged.line > first.line
RETURNING staged.line, staged.external_id,
    CASE WHEN staged.external_id IS NULL THEN 'client_id' ELSE 'external_id' END,
    'names the client of line ' || first.line
"""
COMPARE: Final = """
UPDATE staged_member AS staged SET status =
    CASE WHEN staged.member = (:segment_id = ANY (client.segment_ids)) THEN 'unchanged'
         WHEN staged.member THEN 'added' ELSE 'removed' END
FROM client WHERE client.id = staged.client_id
"""
CHANGE: Final = """
UPDATE client
SET segment_ids = ARRAY(
        SELECT each FROM unnest(client.segment_ids) AS each WHERE each <> :segment_id
        UNION SELECT :segment_id WHERE staged.member
        ORDER BY each),
    updated_at = :now
FROM staged_member AS staged
WHERE client.id = staged.client_id AND staged.status <> 'unchanged'
"""
COUNT: Final = """
SELECT count(*) FILTER (WHERE status = 'added'), count(*) FILTER (WHERE status = 'removed'),
    count(*) FILTER (WHERE status = 'unchanged')
FROM staged_member
"""


class MembershipChanged(NamedTuple):
    """How many clients came in, went out or stayed as they were, and how many rows were wrong."""

    added: int
    removed: int
    unchanged: int
    rejected: int


class MemberRow(NamedTuple):
    """A checked record in the order of the staging table's columns."""

    line: int
    external_id: str | None
    client_id: int | None
    member: bool


class SegmentMember(NamedTuple):
    """A client of a segment, with its outside id if it has one."""

    id: int
    external_id: str | None


def change(
    segment_id: int, records: Iterable[Record], report: Report, *, every: bool = False
) -> MembershipChanged:
    """Put clients into a segment and take others out, and tell what became of each row.

    Args:
        segment_id: which segment; it is kept from being deleted meanwhile.
        records: numbered records, read as they are needed.
        report: called at the end for each row that is rejected, in the order of the lines.
        every: call it for the others as well.

    Raises:
        UnreadableFile: from the records; the door rolls back.
        NotFound: no such segment.
    """
    STAGE.create()
    STAGE.load(records, _checked)
    segments.hold(segment_id)
    execute(FIND)
    STAGE.reject(UNKNOWN)
    execute(LOCK)
    now = db.app_now()
    STAGE.reject(UNKNOWN)
    STAGE.reject(REPEATED)
    execute(COMPARE, segment_id=segment_id)
    if execute(CHANGE, segment_id=segment_id, now=now):
        cache.mark_stale(cache.TERMS)
    done = _counted()
    if done.added or done.removed:
        audit.record("segment.members_changed", "segment", segment_id, after=done._asdict())
    STAGE.report(report, every=every)
    STAGE.drop()
    return done


def page(segment_id: int, *, limit: int, offset: int) -> tuple[int, Sequence[SegmentMember]]:
    """How many clients a segment has, and those of one page, by id."""
    within = Client.segment_ids.contains([segment_id])
    count = session().scalar(select(func.count()).select_from(Client).where(within))
    query = select(Client.id).where(within).order_by(Client.id).limit(limit).offset(offset)
    ids = session().scalars(query).all()
    outside = select(ClientExternal).where(ClientExternal.client_id.in_(ids))
    known = {row.client_id: row.external_id for row in session().scalars(outside)}
    return count or 0, [SegmentMember(each, known.get(each)) for each in ids]


def _counted() -> MembershipChanged:
    added, removed, unchanged = session().execute(text(COUNT)).one()
    return MembershipChanged(added, removed, unchanged, STAGE.rejected())


def _checked(line: int, values: Values) -> MemberRow:
    client_id = cells.identifier("client_id", values.get("client_id"))
    given = values.get("external_id")
    external_id = None if client_id is not None and not given else cells.external_id(given)
    if external_id is not None and client_id is not None:
        raise BadRow("client_id", "stands beside an external_id: name the client by one of them")
    member = cells.yes_or_no("member", values.get("member"))
    return MemberRow(line, external_id, client_id, member is not False)
