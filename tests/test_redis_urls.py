"""Addresses of a Redis behind Sentinel are read whole, or refused by the setting's name."""

import pytest
from pydantic import ValidationError
from redis.sentinel import SentinelConnectionPool

from flashpromo.config import Settings
from flashpromo.config.redis_urls import watched
from flashpromo.guarded_redis import connect


def settings(url: str) -> Settings:
    return Settings(database_url="postgres://x", redis_url=url, secret_key="secret")


def test_every_part_of_an_address_is_read():
    url = "redis+sentinel://shop:s%40lt@a:1,[::1]:2,c/promos/3?sentinel_password=pepper"
    found = watched(url)
    assert found.sentinels == (("a", 1), ("::1", 2), ("c", 26379))
    assert (found.service, found.number) == ("promos", 3)
    assert found.credentials == {"username": "shop", "password": "s@lt"}
    assert found.sentinel_credentials == {"password": "pepper"}
    assert "s@lt" not in repr(found)
    assert "pepper" not in repr(found)


@pytest.mark.parametrize("url", ["redis://a:6379/0", "rediss://a/0", "unix:///a.sock?db=0"])
def test_any_other_address_is_that_of_one_redis(url):
    assert watched(url) is None
    assert not isinstance(connect(settings(url)).connection_pool, SentinelConnectionPool)


def test_both_sign_ins_and_all_patience_reach_the_connections():
    redis = connect(settings("redis+sentinel://u:p@a/promos/3?sentinel_username=s"), 0.05)
    pool = redis.connection_pool
    assert isinstance(pool, SentinelConnectionPool)
    to_master = pool.connection_kwargs
    assert (to_master["username"], to_master["password"], to_master["db"]) == ("u", "p", 3)
    (sentinel,) = pool.sentinel_manager.sentinels
    to_sentinel = sentinel.connection_pool.connection_kwargs
    assert (to_sentinel["username"], to_sentinel.get("password")) == ("s", None)
    for each in (to_master, to_sentinel):
        assert each["socket_timeout"] == each["socket_connect_timeout"] == 0.05
        assert each["retry"].get_retries() == 0


@pytest.mark.parametrize(
    "rest", ["a", "/promos", "a:b/promos", "a:70000/promos", "a/promos/x", "a/promos?q=1", "a,/p"]
)
def test_half_an_address_is_refused_by_name(rest):
    with pytest.raises(ValidationError, match="redis_url"):
        settings(f"redis+sentinel://{rest}")
