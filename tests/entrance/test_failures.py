"""Failed sign-ins: what counts as one name, one address, and a crowd of addresses."""

from contextlib import ExitStack

import pytest
from flask import Flask

from flashpromo.app import create_app
from flashpromo.config import Settings
from flashpromo.entrance import failures, origin
from flashpromo.errors import TooSoon, WrongCredentials

FEW = 3


@pytest.fixture
def strict(settings: Settings, clean: None) -> Flask:
    return create_app(settings.model_copy(update={"sign_in_failures_per_minute": FEW}))


def attempt(app: Flask, name: str, address: str, *, fails: bool = True) -> bool:
    """Whether the password was looked at."""
    with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        try:
            with failures.limited(name):
                if fails:
                    raise WrongCredentials
        except WrongCredentials:
            return True
        except TooSoon:
            return False
    return True


def test_a_name_is_limited_over_all_addresses(strict: Flask):
    for number in range(FEW * failures.ADDRESSES_A_NAME):
        assert attempt(strict, "alice", f"192.0.2.{number}")
    assert not attempt(strict, "alice", "198.51.100.1", fails=False)
    assert attempt(strict, "bob", "198.51.100.1")


def test_fewer_than_ten_addresses_cannot_shut_somebody_out(strict: Flask):
    for number in range(failures.ADDRESSES_A_NAME - 1):
        for _ in range(FEW * 2):
            attempt(strict, "alice", f"192.0.2.{number}")
    assert attempt(strict, "alice", "198.51.100.1", fails=False)


def test_who_is_refused_is_not_counted_again(strict: Flask):
    """Else one address could fill the count of a name that all share."""
    for _ in range(FEW * failures.ADDRESSES_A_NAME * 2):
        attempt(strict, "alice", "192.0.2.1")
    assert attempt(strict, "alice", "198.51.100.1", fails=False)


@pytest.mark.parametrize("redis_url", [None, "redis://localhost:1/0"], ids=["Redis", "without"])
def test_no_more_are_looked_at_at_one_instant_than_may_fail(
    settings: Settings, clean: None, redis_url: str | None
):
    changes = {"sign_in_failures_per_minute": FEW, "redis_url": redis_url or settings.redis_url}
    app = create_app(settings.model_copy(update=changes))
    with app.test_request_context(environ_base={"REMOTE_ADDR": "192.0.2.1"}), ExitStack() as checks:
        for _ in range(FEW):
            checks.enter_context(failures.limited("alice"))
        with pytest.raises(TooSoon):
            checks.enter_context(failures.limited("alice"))
    for _ in range(FEW * 2):  # and what did not fail has cost nothing
        assert attempt(app, "alice", "192.0.2.1", fails=False)
    for _ in range(FEW):
        assert attempt(app, "alice", "192.0.2.1")
    assert not attempt(app, "alice", "192.0.2.1")


def test_one_subscriber_of_ipv6_is_one_address(strict: Flask):
    for number in range(FEW):
        assert attempt(strict, "alice", f"2001:db8:1:2::{number}")
    assert not attempt(strict, "alice", "2001:db8:1:2:ffff::1")
    assert attempt(strict, "alice", "2001:db8:1:3::1")


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("", "unknown"),
        ("unix:", "unix:"),
    ],
)
def test_an_address_is_counted_as(app: Flask, address: str, counted: str):
    with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert origin.counted_address() == counted


@pytest.mark.parametrize(("proxies", "seen"), [(0, "127.0.0.1"), (1, "203.0.113.9")])
def test_only_trusted_proxies_say_where_somebody_is(settings: Settings, proxies: int, seen: str):
    app = create_app(settings.model_copy(update={"trusted_proxies": proxies}))

    @app.get("/where/")
    def where() -> str:
        return origin.address()

    pretended = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9"}
    assert app.test_client().get("/where/", headers=pretended).text == seen
