"""What is counted: the whole list. A label has few values, and never an id or a name."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Total:
    """Something that is counted up."""

    name: str
    meaning: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Distribution:
    """Something that is measured: counted by the first of its bounds that it does not exceed."""

    name: str
    meaning: str
    bounds: tuple[float, ...]
    labels: tuple[str, ...] = ()


NOTIFICATIONS: Final = Total(
    "flashpromo_notifications_total", "Clients who were told of a promo by an activation."
)
DELIVERIES_ORDERED: Final = Total(
    "flashpromo_deliveries_ordered_total", "Deliveries that an activation ordered.", ("channel",)
)
DELIVERIES: Final = Total(
    "flashpromo_deliveries_total",
    "Deliveries that are over, by channel and by what came of them: sent, skipped, failed.",
    ("channel", "state"),
)
HOLDS: Final = Total(
    "flashpromo_holds_total",
    "Holds that are over, by what came of them: completed, expired, released (by the client or an"
    " operator), or ended with their promo. Told about a minute late.",
    ("outcome",),
)
LATENESS: Final = Distribution(
    "flashpromo_activation_lateness_seconds",
    "How late promos were activated: from their start, or from their publication if later.",
    (0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 30.0, 60.0, 300.0),
)
TIME_TO_NOTIFY: Final = Distribution(
    "flashpromo_time_to_notify_seconds",
    "How soon after a promo was due its clients were told, by channel; counted once a client."
    " Without what quiet hours put off.",
    (1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 900.0),
    ("channel",),
)
AUDIENCE: Final = Distribution(
    "flashpromo_audience_clients",
    "How many clients an activation reached, told or not; counted once a promo.",
    (0.0, 10.0, 100.0, 1_000.0, 10_000.0, 100_000.0, 1_000_000.0),
)

TOTALS: Final = (NOTIFICATIONS, DELIVERIES_ORDERED, DELIVERIES, HOLDS)
DISTRIBUTIONS: Final = (LATENESS, TIME_TO_NOTIFY, AUDIENCE)
