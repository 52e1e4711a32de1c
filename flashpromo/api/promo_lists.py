"""…/running/ and …/eligible/: the lists that shoppers ask for again and again.

They are kept as finished bytes with their tag. What is kept is believed while nobody has written
anything that it shows, two seconds at most, and never past the next start or end of a promo or the
moment when the client's location becomes too old; a read that finds it asks the database nothing.
"""

import time
from collections.abc import Callable
from datetime import datetime
from functools import partial

from flask import Response, current_app, request

from flashpromo import cache, config
from flashpromo.accounts.permissions import Kind, Permission
from flashpromo.api import again, etags, fields, flights, guard, paging, running_documents
from flashpromo.api.blueprints import resource
from flashpromo.api.shapes.promos import PromoPage
from flashpromo.api.shapes.queries import PromoPageQuery
from flashpromo.promos import freshness, queries, reaching

Read = Callable[[datetime], tuple[int, list[int]]]
"""How many promos there are at a time, and the ids of those on the page."""

blueprint = resource("promo_lists", "/promotions/flash-promos", tag="Promotions")


@blueprint.get("/running/")
@guard.allow(Permission.PROMOS_READ)
@blueprint.input(PromoPageQuery, location="query", arg_name="query")
@blueprint.output(PromoPage)
@again.repeatable
def list_running(query: PromoPageQuery) -> Response:
    """List the promos that run now; a merchant's own."""
    who = guard.principal()
    own_only = who.kind is Kind.MERCHANT
    stamps = [cache.TERMS, *([cache.members_stamp(who.user_id or 0)] if own_only else [])]
    return _kept(
        f"list:running:{who.user_id if own_only else 'all'}",
        stamps,
        query,
        lambda now: queries.page_running(now, guard.promo_sight(), **query.window),
    )


@blueprint.get("/eligible/")
@guard.allow(Permission.OFFERS_READ)
@blueprint.input(PromoPageQuery, location="query", arg_name="query")
@blueprint.output(PromoPage)
@again.repeatable
def list_eligible(query: PromoPageQuery) -> Response:
    """List the promos that the asking client may take now, the nearest first."""
    client_id = guard.client_id()
    return _kept(
        f"list:eligible:{client_id}",
        [cache.TERMS, cache.client_stamp(client_id)],
        query,
        lambda now: reaching.page(client_id, now, **query.window),
        client_id,
    )


def _kept(
    name: str,
    stamps: list[str],
    query: PromoPageQuery,
    read: Read,
    client_id: int | None = None,
) -> Response:
    """The page from the cache, or read and kept there; its addresses are part of its key."""
    key = f"{name}:{request.url}"
    kept = _found(key, stamps, partial(_computed, query, read, client_id))
    again.promise(lambda: cache.look_up(key, stamps).value == kept)
    tag, _, body = kept.partition(b"\n")
    response = Response(body, mimetype=fields.PART if query.fields else "application/json")
    response.set_etag(tag.decode())
    return response


def _found(
    key: str, stamps: list[str], compute: Callable[[cache.Reading], tuple[bytes, float]]
) -> bytes:
    """What is kept, or computed once for all who want it now; without Redis each for itself."""
    reading = cache.look_up(key, stamps)
    if reading.value is not None:
        return reading.value
    if reading.stamps is None:
        return compute(reading)[0]
    with flights.alone(key) as waited:
        if waited:
            reading = cache.look_up(key, stamps)
        if reading.value is None:
            value, life_seconds = compute(reading)
            cache.remember(reading, value, life_seconds)
            return value
    return reading.value


def _computed(
    query: PromoPageQuery, read: Read, client_id: int | None, reading: cache.Reading
) -> tuple[bytes, float]:
    """The page as it is kept: its tag, a line's end, its bytes; and for how long it may be."""
    now, until = freshness.look(client_id)
    count, promo_ids = read(now)
    shown = running_documents.many(promo_ids, now, reading)
    lives = [config.current().cached_list_seconds, (until - now).total_seconds()]
    lives += [each.until - time.monotonic() for each in shown]
    documents = [fields.some(each.document, query.fields) for each in shown]
    body = current_app.json.dumps(paging.envelope(query, count, documents)).encode()
    return b"\n".join((etags.of(body).encode(), body)), min(lives)
