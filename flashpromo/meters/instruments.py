"""The meters of a process: each is made once, and told by who knows.

Labels are few and from the code alone: a route as its rule is written, a name of a cache, a code of
an answer. Never an id, a name or an address: each value of a label is a series that stays.
"""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

REQUESTS: Final = Counter(
    "flashpromo_http_requests_total",
    "Requests that were answered, by route as its rule is written.",
    ("method", "route", "status"),
)
REQUEST_SECONDS: Final = Histogram(
    "flashpromo_http_request_duration_seconds",
    "How long a request took, until its answer had been sent to the end.",
    ("method", "route"),
    buckets=SECONDS,
)
CACHE_LOOKUPS: Final = Counter(
    "flashpromo_cache_lookups_total",
    "Looks into the cache: a hit, a miss, or Redis away.",
    ("name", "outcome"),
)
BREAKER_OPENINGS: Final = Counter(
    "flashpromo_redis_breaker_openings_total",
    "How often Redis did not answer, and was left alone for a while.",
    ("client",),
)
BREAKER_OPEN_UNTIL: Final = Gauge(
    "flashpromo_redis_breaker_open_until_timestamp_seconds",
    "Until when Redis is left alone, or was last.",
    ("client",),
    multiprocess_mode="livemax",
)
POOL_IN_USE: Final = Gauge(
    "flashpromo_pool_connections_in_use",
    "Connections to the database that are lent out, over all web processes.",
    multiprocess_mode="livesum",
)
POOL_MOST: Final = Gauge(
    "flashpromo_pool_connections_most",
    "How many may be lent out, over all web processes.",
    multiprocess_mode="livesum",
)
HOLD_REQUESTS: Final = Counter(
    "flashpromo_hold_requests_total",
    "Who asked for a unit, by what came of it: granted, or the code of the refusal.",
    ("answer",),
)
