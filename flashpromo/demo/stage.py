"""The stage of the story: a stand at the Palacio de Bellas Artes, two products, and its guests.

The guests of each performance are new, because a client is told of one promo a day only; those of
the one before leave first. They are in segments of their own, so nobody else is told.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from sqlalchemy import select

from flashpromo.accounts import client_sign_ins, tokens
from flashpromo.audience import clients, segments
from flashpromo.audience.import_rows import Record
from flashpromo.audience.import_staging import Rejected
from flashpromo.audience.importing import import_clients
from flashpromo.audience.models import ClientExternal, Segment
from flashpromo.db import app_now, session
from flashpromo.demo.places import TIME_ZONE, Point
from flashpromo.errors import Conflict
from flashpromo.market import products, stores
from flashpromo.market.models import Product, Store
from flashpromo.promos import lifecycle, queries
from flashpromo.promos.models import Promo
from flashpromo.promos.queries import EVERYTHING
from flashpromo.promos.states import LIVE
from flashpromo.promos.terms import Terms

BELLAS_ARTES: Final = Point(19.435278, -99.141389)
STAND: Final = "Story stand at Bellas Artes"
LAMP, MUG = "Story lamp", "Story mug"
PRICES: Final = {LAMP: Decimal("199.00"), MUG: Decimal("89.00")}
GUESTS, OTHERS = "Story guests", "Story passers-by"
RIVALS: Final = 50
RADIUS_M: Final = 2000


@dataclass(frozen=True)
class Part:
    """What a guest is for: where it stands, and by which reasons it is not told, if any."""

    name: str
    north_m: float | None
    untold_because: tuple[str, ...] = ()
    segment: str = GUESTS
    opted_in: bool = True
    fix_age: timedelta = timedelta(minutes=5)


SPECIAL_PARTS: Final = (
    Part("at-the-edge", RADIUS_M - 1),
    Part("one-step-too-far", RADIUS_M + 1, ("out_of_range",)),
    Part("across-town", 9000, ("out_of_range",)),
    Part("passer-by", 300, ("not_in_segments",), segment=OTHERS),
    Part("muted", 250, ("opted_out",), opted_in=False),
    Part("long-ago", 350, ("location_too_old",), fix_age=timedelta(days=40)),
    Part("nowhere", None, ("location_unknown", "location_too_old", "out_of_range")),
)


@dataclass(frozen=True)
class Guest:
    """A client of this performance, and the token that it shops with."""

    part: Part
    client_id: int
    token: str

    @property
    def name(self) -> str:
        """What the story calls it."""
        return self.part.name


def parts() -> list[Part]:
    """The rivals, who stand from 20 m to 1 km away, and those with a part of their own."""
    rivals = [Part(f"guest-{number:02}", 20.0 * number) for number in range(1, RIVALS + 1)]
    return [*rivals, *SPECIAL_PARTS]


def ensure_stand() -> None:
    """Make the segments, the stand and its products, if they are not there."""
    present = set(session().scalars(select(Segment.name).where(segments.NOT_DELETED)))
    for name in {GUESTS, OTHERS} - present:
        segments.create(name=name, description="Comes and goes with each demo story")
    store = _stand() or stores.create(
        name=STAND,
        latitude=BELLAS_ARTES.latitude,
        longitude=BELLAS_ARTES.longitude,
        time_zone=TIME_ZONE,
    )
    for name in PRICES.keys() - {product.name for product in _products(store)}:
        products.create(store, name=name, regular_price=PRICES[name])


def left_over_promos() -> list[int]:
    """The ids of promos that an interrupted story left alive."""
    found = []
    for name in PRICES:
        _, live = queries.page(
            EVERYTHING, app_now(), states=LIVE, product_id=product(name).id, limit=100
        )
        found += [promo.id for promo in live]
    return found


def send_guests_home() -> None:
    """Remove the guests of earlier performances."""
    earlier = select(ClientExternal.client_id).where(ClientExternal.external_id.like("story-%"))
    for client_id in session().scalars(earlier).all():
        clients.remove(client_id)


def invite() -> list[Guest]:
    """Bring the guests in, each with a sign-in of its own, and sign them in."""
    now = app_now()
    tag = f"story-{now:%y%m%d%H%M%S}"
    bad: list[Rejected] = []
    import_clients(_records(tag, now), bad.append)
    if bad:
        raise Conflict(f"A guest could not be brought in: {bad[0].field} {bad[0].reason}.")
    ids = dict(
        session()
        .execute(
            select(ClientExternal.external_id, ClientExternal.client_id).where(
                ClientExternal.external_id.like(f"{tag}-%")
            )
        )
        .all()
    )
    sign_ins = client_sign_ins.by_client(list(ids.values()))
    guests = []
    for part in parts():
        client_id = ids[f"{tag}-{part.name}"]
        guests.append(Guest(part, client_id, tokens.issue(sign_ins[client_id], hours=1).token))
    return guests


def publish(name: str, start: datetime, minutes: int) -> Promo:
    """Publish a promo at half the price, one piece, for the guests within two kilometres."""
    sold = product(name)
    guests = session().scalars(
        select(Segment.id).where(Segment.name == GUESTS, segments.NOT_DELETED)
    )
    terms = Terms(
        product_id=sold.id,
        promo_price=(sold.regular_price / 2).quantize(Decimal("0.01")),
        start_time=start,
        end_time=start + timedelta(minutes=minutes),
        segment_ids=tuple(guests),
        max_distance_km=Decimal(RADIUS_M) / 1000,
    )
    return lifecycle.create(terms, publish=True)


def product(name: str) -> Product:
    """One of the stand's products, which were ensured."""
    found = {each.name: each for each in _products(_stand())}
    return found[name]


def _stand() -> Store | None:
    return session().scalar(
        select(Store).where(Store.name == STAND, stores.seen(None)).order_by(Store.id).limit(1)
    )


def _products(store: Store | None) -> Sequence[Product]:
    of_store = Product.store_id == (store.id if store is not None else None)
    return (
        session()
        .scalars(select(Product).where(of_store, products.seen(None)).order_by(Product.id.desc()))
        .all()
    )


def _records(tag: str, now: datetime) -> Iterator[Record]:
    for line, part in enumerate(parts(), start=1):
        values: dict[str, object] = {
            "external_id": f"{tag}-{part.name}",
            "username": f"{tag}-{part.name}",
            "segments": [part.segment],
            "time_zone": TIME_ZONE,
            "opted_in": part.opted_in,
        }
        if part.north_m is not None:
            place = BELLAS_ARTES.moved(part.north_m, 0)
            values["latitude"], values["longitude"] = place.latitude, place.longitude
            values["located_at"] = (now - part.fix_age).isoformat()
        yield line, values
