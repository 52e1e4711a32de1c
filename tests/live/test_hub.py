"""The hub by itself: what waits for a listener stays small, and all are told in rounds."""

import asyncio

from flashpromo.live.hub import MOST_PROMOS, Hub, Listener
from flashpromo.news.topic import News


def test_what_waits_for_a_slow_reader_is_bounded():
    listener = Listener(7)
    for number in range(10 * MOST_PROMOS):
        listener.tell([number])
        assert len(listener.promo_ids) <= MOST_PROMOS
    assert listener.take() == {"everything": True}
    assert listener.take() == {}


def test_all_are_told_in_rounds_and_what_comes_meanwhile_in_the_next():
    async def story() -> list[set[int]]:
        hub = Hub(1000, 1, tellings_per_second=1_000_000)
        listeners = [hub.enter(number) for number in range(200)]
        rounds = asyncio.create_task(hub.go_round())
        hub.hear(News(promo_ids=frozenset({1})))
        await asyncio.sleep(0)
        hub.hear(News(promo_ids=frozenset({2})))
        while any({1, 2} - each.promo_ids for each in listeners):
            await asyncio.sleep(0.001)
        rounds.cancel()
        return [each.promo_ids for each in listeners]

    assert asyncio.run(asyncio.wait_for(story(), 20)) == [{1, 2}] * 200
