"""What a stranger reads first: how the whole API behaves, and what its parts are called."""

from typing import Any, Final

from flashpromo.accounts.permissions import MEANINGS

LICENCE: Final = {"name": "MIT", "identifier": "MIT"}
CONTACT: Final = {"name": "Flash Promos"}
SERVERS: Final = [{"url": "/", "description": "The service that gave you this document"}]

SCOPES: Final = "\n".join(f"| `{scope}` | {meaning} |" for scope, meaning in MEANINGS.items())

DESCRIPTION: Final = f"""\
A marketplace hosts many stores. A *flash promo* is a special price on one product of one store, for
a short window, offered to chosen client segments and only to clients near the store. It starts on
time, is held for one client for one minute, and is sold once.

**First steps.** `POST /api/auth/token/` with a user name and a password answers with a token; send
it as `Authorization: Bearer …` from then on. A client then sends its location, lists the promos
that it may take at `/api/promotions/flash-promos/eligible/`, reserves one and completes the
purchase within the minute.

### Errors
Every error is a problem of RFC 9457 with the content type `application/problem+json`. Its `code` is
stable and meant for programs, its `detail` is one sentence for people, and `type` leads to what the
code means and what to do.
Each operation lists the codes that it may answer with.

| status | when |
| --- | --- |
| 400 | the body cannot be read, or the query or a header is wrong |
| 401 | no valid token |
| 403 | not for you, or not with this token |
| 404 | it does not exist, or it is not yours: both look the same |
| 409 | the present state does not allow it |
| 413 | the body is too large |
| 422 | fields are wrong: `errors` maps their names to messages |
| 429 | too soon: wait for `Retry-After` seconds |
| 503 | the service cannot answer just now: try again after `Retry-After` seconds |

A path that does not exist is a 404 too, a method that a path does not know a 405.

### Values
Money is written as a decimal string with two places, times as ISO 8601 in UTC. Numbers are accepted
as JSON numbers or as decimal strings (`"2.00"`), times with any offset. Fields of a body that are
not known are ignored, so that what was read can be changed and sent back. Later versions may show
more fields: ignore those that you do not know.

### Lists
Lists answer with `count`, `next`, `previous` and `results`; `page` counts from 1, `page_size` is 10
unless said otherwise and at most 100. `next` and `previous` are whole addresses, or null. A page
past the end is empty.

### Repeating a request
A `POST` that takes, sells or creates may carry an `Idempotency-Key`, where its operation names that
header. The same key with the same body gets the first answer again, with
`Idempotency-Replayed: true`, and nothing is carried out twice. The same key with another body is a
422; while the first is being carried out it is a 409.

Elsewhere the header is ignored. `POST /api/auth/token/` and `POST /api/auth/keys/` take none
because an answer would have to be kept, and no secret is: if the answer was lost, ask again, and
end the one that you have not seen at `/api/auth/tokens/`. `POST /api/auth/password/` takes none
because a second try finds the old password wrong. Bulks take none because they can be repeated as
they are: their rows are known by outside ids.

### Editing
Stores, their members, products, segments, client profiles (one's own too) and promos carry an
`ETag`. Send it as `If-Match` with an operation that names that header, and a change that somebody
else made meanwhile is not overwritten but answered with 412. What an operation does not name it
ignores: locations, messages, memberships of segments and erasing oneself have no condition.
`If-None-Match` on a read answers 304 when nothing has changed.

### Rate limits
A token may send at least 100 requests a second, with bursts of 1,000. `RateLimit-*` headers say
what is left; past the limit the answer is a 429 with `Retry-After`. A sign-in, a change of password
and a hold have limits of their own, and their 429 has no `RateLimit-*`; of sign-ins only failures
count.

### Caching
Lists of running and eligible promos are true for the next request after a change. Answers that
depend on who asks are private: shared caches keep none of them.

### Tokens
A process of the service may believe a token for a second after it has looked it up, for reads and
for reservations. What was ended, or given a new password, in one process thus may still read or
reserve in another for up to a second. Every other write looks again: for it a token ends at once.

### Browsers of other origins
There is no CORS: pages of the service itself and back ends are its callers, and a token does not
belong into a page of somebody else. A gateway in front may add it. `OPTIONS` tells anyone, without
a token, the methods of a path in `Allow`.

### Permissions
A token may do what its owner may: clients, merchants and operators have different permissions. A
token or key that was narrowed to scopes may do only those of them. Each operation names the one
that it needs as `x-permission`.

| scope | meaning |
| --- | --- |
{SCOPES}
"""

TAGS: Final = {
    "Sign-in": "Tokens for people and keys for programs.",
    "Market": "Stores and their products. Everybody reads; merchants write what is their own.",
    "Users": "Segments and client profiles. Operators write; a client sees only itself.",
    "Promotions": "Flash promos, who may take them, and reservations.",
    "Service": "Whether the service lives and can serve, and what it offers.",
}


def tags(document: dict[str, Any]) -> list[dict[str, str]]:
    """The tags that operations really have, in this order, each with its description."""
    used = {
        tag
        for operations in document["paths"].values()
        for operation in operations.values()
        for tag in operation.get("tags", ())
    }
    known = [name for name in TAGS if name in used]
    return [
        {"name": name, **({"description": TAGS[name]} if name in TAGS else {})}
        for name in (*known, *sorted(used - TAGS.keys()))
    ]
