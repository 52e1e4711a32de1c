"""Which uses of the predicates see a scene in another way than the plain rule."""

from collections import Counter

from flashpromo import campaign, insight
from tests.audience import plain_rule, uses
from tests.audience.scenes import Scene
from tests.audience.stage import PATHS, path
from tests.audience.uses import Pairs

LOOKS_A_SCENE = 40


def disagreements(scene: Scene) -> dict[str, object]:
    """Which uses see the scene in another way than the plain rule, and what they see."""
    reached, notifiable = uses.reached_by_rule(scene), uses.notifiable_by_rule(scene)
    everybody = range(1, len(scene.people) + 1)
    found: dict[str, object] = {}
    for turn, name in enumerate(PATHS):
        half = {each for each in everybody if each // 2 % 2 == turn}
        with path(name):
            found[f"join by {name}"] = uses.reached_by_join(scene) ^ reached
            found[f"eligible list by {name}"] = uses.reached_by_list(scene, half) ^ {
                pair for pair in reached if pair[0] in half
            }
            found[f"wave by {name}"] = uses.audience_one_by_one(scene) ^ notifiable
    found["activation"] = uses.told_one_by_one(scene) ^ notifiable
    found["counts"] = wrong_counts(scene, notifiable)
    found["reservation"], found["explain"] = wrong_looks(scene, reached)
    found["one wave of all"] = wrong_wave(scene)
    return {name: wrong for name, wrong in found.items() if wrong}


def wrong_counts(scene: Scene, notifiable: Pairs) -> list[object]:
    told = Counter(promo_id for _, promo_id in notifiable)
    counted = zip(scene.promo_ids, uses.counts(scene), strict=True)
    return [(promo_id, pair) for promo_id, pair in counted if {*pair} != {told[promo_id]}]


def wrong_looks(scene: Scene, reached: Pairs) -> tuple[list[object], list[object]]:
    """Look one by one at some pairs: half of them reached, as many different ones as there are."""
    pairs = sorted(uses.cast(scene), key=lambda pair: ((pair[0], pair[2]) not in reached, pair[0]))
    inside = pairs[: len(reached)][:: 1 + 2 * len(reached) // LOOKS_A_SCENE]
    outside = pairs[len(reached) :][:: 1 + 2 * (len(pairs) - len(reached)) // LOOKS_A_SCENE]
    refused, explained = [], []
    for client_id, who, promo_id, offer in inside + outside:
        parts = plain_rule.passes(who, offer, scene.now)
        refusals = uses.refusals_of_a_reservation(client_id, promo_id, scene)
        if refusals != plain_rule.refusals(parts):
            refused.append((client_id, promo_id, refusals))
        told = insight.explain(client_id, promo_id).explanation
        verdict = (plain_rule.reached(who, offer, scene.now), all(parts.values()))
        if told.parts != parts or (told.reached, told.notifiable) != verdict:
            explained.append(told)
    return refused, explained


def wrong_wave(scene: Scene) -> list[object]:
    """Activate all promos at once: each notifiable client hears of the one that wins its slot."""
    campaign.activate_due()
    rows = uses.told_by_wave(scene)
    winners = {
        client_id: plain_rule.winners(who, scene.offers, scene.now)
        for client_id, who in enumerate(scene.people, 1)
    }
    wrong: list[object] = [
        (client_id, rows.get(client_id), allowed)
        for client_id, allowed in winners.items()
        if (allowed and rows.get(client_id) not in allowed) or (not allowed and client_id in rows)
    ]
    if uses.notified_counts(scene) != {
        number: list(rows.values()).count(number) for number in range(len(scene.offers))
    }:
        wrong.append("notified_count")
    return wrong
