"""What is kept of a client as plain values, for a file that a person opens.

Columns are named one by one: what opens a door (hashes of tokens and passwords) or is somebody
else's never gets into it, whatever a table grows.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from flashpromo.own_data.export import OwnData

CLIENT: Final = (
    "id latitude longitude located_at opted_in time_zone next_time_zone next_time_zone_from "
    "quiet_from quiet_until created_at updated_at"
)
FIX: Final = (
    "latitude longitude accuracy_m fixed_at anchor_latitude anchor_longitude anchor_accuracy_m "
    "anchored_at refused_as refused_at"
)
TOKEN: Final = "id kind name scopes created_at created_from last_used_at expires_at"  # noqa: S105 - names of columns
NOTIFICATION: Final = "local_day promo_id created_at distance_m segment_id located_at opened_at"
DELIVERY: Final = "local_day channel state attempts reason next_attempt_at finished_at"
RESERVATION: Final = (
    "id reservation_id promo_id unit_no price created_at expires_at completed_at released_at "
    "release_reason"
)
PURCHASE: Final = "promo_id unit_no reservation_id price purchased_at"
ANSWER: Final = "key status created_at"


def document(data: OwnData) -> dict[str, Any]:
    """All of it by what it is; times are aware, money is exact."""
    profile, sign_in = data.profile, data.profile.sign_in
    return {
        "client": _row(profile.client, CLIENT),
        "sign_in": _row(sign_in, "username email created_at") if sign_in else None,
        "external_id": profile.external_id,
        "segments": [each.name for each in profile.segments],
        "last_fix": _row(data.last_fix, FIX) if data.last_fix else None,
        "signed_in": _rows(data.tokens, TOKEN),
        "notifications": _rows(data.notifications, NOTIFICATION),
        "deliveries": _rows(data.deliveries, DELIVERY),
        "reservations": _rows(data.reservations, RESERVATION),
        "purchases": _rows(data.purchases, PURCHASE),
        "kept_answers": _rows(data.kept_answers, ANSWER),
        "promos": [
            {
                "id": promo.id,
                "product": promo.product.name,
                "store": promo.product.store.name,
                "promo_price": promo.promo_price,
                "regular_price": promo.regular_price,
            }
            for _, promo in sorted(data.promos.items())
        ],
    }


def _rows(rows: Iterable[Any], names: str) -> list[Mapping[str, Any]]:
    return [_row(each, names) for each in rows]


def _row(row: Any, names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names.split()}
