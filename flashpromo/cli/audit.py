"""`flask audit …`: read the log of every change; nothing here could change it."""

import json
from datetime import UTC, datetime

import click
from rich.markup import escape
from rich.table import Table

from flashpromo.audit import queries
from flashpromo.audit.models import AuditEvent
from flashpromo.cli.groups import Group, output

group = Group("audit", help="Who changed what, when, by which door and from where.")


@group.command("list")
@click.option("--subject", help="Only of this kind, or this one: promo, promo:17, user:3.")
@click.option("--store", "store_ids", type=int, multiple=True, help="Only this store's timeline.")
@click.option("--actor", help="Only what somebody of this name did.")
@click.option("--action", help="Only this action, such as store.changed.")
@click.option("--since", type=click.DateTime(), help="Only from this time on, in UTC.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@click.option("--offset", type=click.IntRange(0), default=0, show_default=True)
def list_(
    subject: str | None,
    store_ids: tuple[int, ...],
    actor: str | None,
    action: str | None,
    since: datetime | None,
    limit: int,
    offset: int,
) -> None:
    """List what was changed, newest first; times are UTC."""
    kind, _, subject_id = (subject or "").partition(":")
    count, events = queries.page(
        subject=(kind, subject_id or None) if kind else None,
        store_ids=store_ids or None,
        actor=actor,
        action=action,
        since=since.replace(tzinfo=UTC) if since else None,
        limit=limit,
        offset=offset,
    )
    table = Table("at", "who", "door", "action", "what", "store", "before", "after")
    for event in events:
        table.add_row(*(escape(cell) for cell in _cells(event)))
    output().print(table)
    click.echo(f"{len(events)} of {count}")


def _cells(event: AuditEvent) -> list[str]:
    who = f"{event.actor_kind} {event.actor_name or event.actor_id or ''}".rstrip()
    return [
        f"{event.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
        who,
        f"{event.door} {event.address}".rstrip(),
        event.action,
        event.subject_kind if event.subject_id is None else _subject(event),
        "" if event.store_id is None else str(event.store_id),
        _shown(event.before),
        _shown(event.after),
    ]


def _subject(event: AuditEvent) -> str:
    return f"{event.subject_kind}:{event.subject_id}"


def _shown(values: dict[str, object]) -> str:
    return json.dumps(values, ensure_ascii=False) if values else ""
