"""/api/users/clients-profiles/me/inbox/: what a client was told, and what it has read of it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Response

from flashpromo.accounts.permissions import Permission
from flashpromo.api import guard, paging, promo_documents
from flashpromo.api.blueprints import resource
from flashpromo.api.shapes.inbox import InboxPage, InboxQuery, MessageOut, ReadOut
from flashpromo.audience import segments
from flashpromo.db import app_now, transaction
from flashpromo.notify import inbox
from flashpromo.notify.models import Notification

blueprint = resource("inbox", "/users/clients-profiles/me/inbox", tag="Users")


@blueprint.get("/")
@guard.allow(Permission.PROFILE_READ)
@blueprint.input(InboxQuery, location="query", arg_name="query")
@blueprint.output(InboxPage)
def list_messages(query: InboxQuery) -> dict[str, Any] | Response:
    """List what the asking client was told, newest first."""
    counted = inbox.count(guard.client_id())
    found = inbox.page(guard.client_id(), unread_only=query.unread, **query.window)
    listed = counted.unread if query.unread else counted.total
    return paging.listed(query, listed, _shown(found), unread=counted.unread)


@blueprint.post("/<day:day>/read/")
@guard.allow(Permission.PROFILE_WRITE)
@blueprint.output(MessageOut)
def read_message(day: date) -> MessageOut:
    """Mark the message of a day as read; the first reading counts, repeating it is no error."""
    with transaction():
        told = inbox.read(guard.client_id(), day)
    return _shown([told])[0]


@blueprint.post("/read/")
@guard.allow(Permission.PROFILE_WRITE)
@blueprint.output(ReadOut)
def read_all_messages() -> ReadOut:
    """Mark everything that the asking client was told as read."""
    with transaction():
        marked = inbox.read_all(guard.client_id())
        left = inbox.count(guard.client_id()).unread
    return ReadOut(marked=marked, unread=left)


def _shown(found: Sequence[Notification]) -> list[MessageOut]:
    documents = promo_documents.by_id({each.promo_id for each in found}, app_now())
    known = segments.by_id({each.segment_id for each in found})
    return [MessageOut.of_notification(each, documents, known) for each in found]
