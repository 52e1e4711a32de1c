"""Every use that the service makes of the predicates, asked of a scene; and the plain rule."""

from collections.abc import Iterable, Iterator

from sqlalchemy import select

from flashpromo import campaign, insight
from flashpromo.audience import reach
from flashpromo.audience.models import Client
from flashpromo.checkout import eligibility
from flashpromo.db import session
from flashpromo.market import stores
from flashpromo.notify import fan_out
from flashpromo.notify.models import Notification
from flashpromo.promos import queries, reaching
from flashpromo.promos.models import Promo, PromoRun
from tests.audience import plain_rule
from tests.audience.plain_rule import Offer, Person
from tests.audience.scenes import Scene
from tests.audience.stage import rehearsal

Pairs = set[tuple[int, int]]
"""Pairs of a client's id and a promo's."""


def cast(scene: Scene) -> Iterator[tuple[int, Person, int, Offer]]:
    """Every client with every promo."""
    for client_id, who in enumerate(scene.people, 1):
        for promo_id, offer in zip(scene.promo_ids, scene.offers, strict=True):
            yield client_id, who, promo_id, offer


def reached_by_rule(scene: Scene) -> Pairs:
    return {
        (client_id, promo_id)
        for client_id, who, promo_id, offer in cast(scene)
        if plain_rule.reached(who, offer, scene.now)
    }


def notifiable_by_rule(scene: Scene) -> Pairs:
    return {
        (client_id, promo_id)
        for client_id, who, promo_id, offer in cast(scene)
        if plain_rule.notifiable(who, offer, scene.now)
    }


def reached_by_join(scene: Scene) -> Pairs:
    """The bare predicate over all clients and promos at once."""
    rows = session().execute(
        select(Client.id, Promo.id).join(Promo, reach.reach(Client, Promo, reach.at(scene.now)))
    )
    return {(row[0], row[1]) for row in rows}


def reached_by_list(scene: Scene, client_ids: Iterable[int]) -> Pairs:
    """What these clients see on their eligible lists."""
    return {
        (client_id, promo.id)
        for client_id in client_ids
        for promo in reaching.promos(client_id, scene.now)
    }


def told_one_by_one(scene: Scene) -> Pairs:
    """Whom the activation of each promo tells if it is the only one."""
    told: Pairs = set()
    for promo_id in scene.promo_ids:
        with rehearsal():
            wave = campaign.activate_due([promo_id])
            rows = session().scalars(
                select(Notification.client_id).where(Notification.created_at == wave.now)
            )
            told |= {(client_id, promo_id) for client_id in rows}
    return told


def audience_one_by_one(scene: Scene) -> Pairs:
    """The rows that the wave's statement would insert for each promo alone."""
    return {
        (row[0], promo_id)
        for promo_id in scene.promo_ids
        for row in session().execute(fan_out.audience([promo_id], scene.now))
    }


def counts(scene: Scene) -> list[tuple[int, int]]:
    """For each promo the exact preview of its terms, and that of the stored promo."""
    return [
        (_preview_of_terms(number, offer), _preview_of_stored(promo_id, scene))
        for number, (promo_id, offer) in enumerate(
            zip(scene.promo_ids, scene.offers, strict=True), 1
        )
    ]


def _preview_of_terms(store_id: int, offer: Offer) -> int:
    store = stores.get(store_id)
    asked = insight.question(store, sorted(offer.segments), offer.radius_km)
    return insight.preview(asked, exact=True).audience


def _preview_of_stored(promo_id: int, scene: Scene) -> int:
    promo = queries.get(promo_id, queries.EVERYTHING, scene.now)
    return insight.preview(insight.question_of(promo), exact=True).audience


def refusals_of_a_reservation(client_id: int, promo_id: int, scene: Scene) -> list[str]:
    """Why the client may not reserve; empty if it may."""
    return eligibility.look(client_id, promo_id, scene.now).failing


def told_by_wave(scene: Scene) -> dict[int, int]:
    """The position of the promo that each client was told of by the wave that has just run."""
    rows = session().execute(
        select(Notification.client_id, Notification.promo_id).where(
            Notification.created_at == scene.now
        )
    )
    return {row.client_id: scene.promo_ids.index(row.promo_id) for row in rows}


def notified_counts(scene: Scene) -> dict[int, int | None]:
    """What each run says of how many its promo has notified, by the promo's position."""
    rows = session().execute(select(PromoRun.promo_id, PromoRun.notified_count))
    return {scene.promo_ids.index(row.promo_id): row.notified_count for row in rows}
