"""How far away promos are from one client: what a shopper reads beside each of them."""

from collections.abc import Collection, Mapping

from sqlalchemy import select

from flashpromo.audience import reach
from flashpromo.audience.models import Client
from flashpromo.db import session
from flashpromo.promos.models import Promo


def distances_m(client_id: int, promo_ids: Collection[int]) -> Mapping[int, float]:
    """Metres from the client's place to each promo's store; empty while the place is unknown."""
    distance = reach.distance_m(Client, Promo)
    rows = session().execute(
        select(Promo.id, distance.label("metres"))
        .select_from(Promo)
        .join(Client, Client.id == client_id)
        .where(Promo.id.in_(promo_ids), distance.is_not(None))
    )
    return {row.id: row.metres for row in rows}
