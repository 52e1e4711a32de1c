"""What a live process tells Prometheus, and whom it tells nothing."""

import requests
from prometheus_client.parser import text_string_to_metric_families

from flashpromo.meters import live as meters
from tests.live.conftest import HOST, Live, running
from tests.own_redis import OwnRedis
from tests.processes.running import eventually

TOKEN = "a-token-of-prometheus"


def ask(live: Live, **headers: str) -> requests.Response:
    return requests.get(f"http://{HOST}:{live.port}/metrics", headers=headers, timeout=5)


def told(live: Live) -> dict[str, float]:
    families = text_string_to_metric_families(ask(live).text)
    return {sample.name: sample.value for family in families for sample in family.samples}


def test_it_tells_who_listens_and_whether_it_hears(live: Live, own: OwnRedis):
    assert told(live) == {
        meters.LISTENERS.name: 0,
        meters.MOST_LISTENERS.name: 5,
        meters.HEARS.name: 1,
    }
    stream = live.listen(7)
    assert told(live)[meters.LISTENERS.name] == 1
    stream.close()
    own.stop()
    eventually(lambda: told(live)[meters.HEARS.name] == 0, 20, "it knows that it hears nothing")
    own.start()
    eventually(lambda: told(live)[meters.HEARS.name] == 1, 20, "it hears again")


def test_it_tells_nothing_to_strangers(own: OwnRedis, tmp_path):
    with running(own.url, tmp_path, FLASHPROMO_METRICS_TOKEN=TOKEN) as live:
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}):
            assert ask(live, **headers).status_code == 404
        answer = ask(live, Authorization=f"Bearer {TOKEN}")
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
        assert meters.LISTENERS.name in answer.text
