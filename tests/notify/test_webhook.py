"""The signed webhook, against a real receiver that checks what it gets by the public library."""

import base64
import socket

import pytest
from sqlalchemy import select

from flashpromo import jobs
from flashpromo.audience import clients
from flashpromo.config import Settings
from flashpromo.db import session, transaction
from flashpromo.notify.channels import registry
from flashpromo.notify.models import Delivery
from tests.notify.receiver import SECRET, Receiver, receiving
from tests.story import activate

OTHER_SECRET = "whsec_" + base64.b64encode(b"another secret of 32 bytes......").decode()


@pytest.fixture
def receiver():
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def marketplace(receiver, with_settings) -> Receiver:
    """The receiver, and settings that lead to it."""
    with_settings(
        channels=("webhook",),
        webhook_url=receiver.url,
        webhook_secrets=(SECRET,),
        webhook_messages=2,
        webhook_timeout_seconds=2,
    )
    return receiver


@pytest.fixture
def promo(world, marketplace):
    """Tells five clients, Alice among them; the marketplace knows her as `A-1`."""
    with transaction():
        clients.change(world.alice, {"external_id": "A-1"})
        for number in range(4):
            world.add_client(f"neighbour{number}", metres=number)
    return activate(world)


def rows() -> list[Delivery]:
    query = select(Delivery).order_by(Delivery.client_id)
    return list(session().scalars(query.execution_options(populate_existing=True)))


def states() -> set[tuple[str, str | None]]:
    return {(row.state, row.reason) for row in rows()}


def test_everybody_is_named_once_with_what_there_is_to_tell(marketplace, promo, world):
    jobs.deliver(promo.id)
    assert states() == {("sent", None)}
    assert sorted(len(event["data"]["messages"]) for event in marketplace.events) == [1, 2, 2]
    assert {each["client_id"] for each in marketplace.messages} == {r.client_id for r in rows()}
    event = marketplace.events[0]
    assert event["type"] == "promo.notified"
    assert event["data"]["promo"] == {
        "id": promo.id,
        "product": "Headphones XYZ",
        "store": "TechShop",
        "promo_price": str(promo.promo_price),
        "regular_price": str(promo.regular_price),
        "currency": "USD",
        "end_time": promo.end_time.isoformat(),
    }
    (alice,) = [each for each in marketplace.messages if each["client_id"] == world.alice]
    day = rows()[0].local_day
    assert alice == {
        "key": f"{world.alice}-{day:%Y%m%d}-webhook",
        "client_id": world.alice,
        "external_id": "A-1",
        "local_day": day.isoformat(),
        "distance_m": 100,
        "attempt": 1,
    }
    assert {each["external_id"] for each in marketplace.messages} == {"A-1", None}


def test_what_is_not_taken_is_sent_again_under_the_same_ids(marketplace, promo, clock):
    marketplace.status = 503
    jobs.deliver(promo.id)
    assert states() == {("pending", "webhook_status_503")}
    first = sorted(marketplace.ids)
    marketplace.status = 204
    clock.advance(seconds=3)
    marketplace.ids.clear()
    jobs.deliver(promo.id)
    assert {row.state for row in rows()} == {"sent"}
    assert sorted(marketplace.ids) == first
    assert {each["attempt"] for each in marketplace.messages[5:]} == {2}


def test_gone_is_final(marketplace, promo):
    marketplace.status = 410
    jobs.deliver(promo.id)
    assert states() == {("failed", "webhook_status_410")}


def test_a_redirect_is_not_followed(marketplace, promo):
    """It would carry clients to an address that nobody has set."""
    marketplace.status, marketplace.headers = 307, {"Location": marketplace.url + "/elsewhere"}
    jobs.deliver(promo.id)
    assert states() == {("pending", "webhook_status_307")}
    assert len(marketplace.events) == 3


def test_nobody_there_is_tried_again(marketplace, promo, with_settings):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with_settings(webhook_url=f"http://127.0.0.1:{port}/in", channels=("webhook",))
    jobs.deliver(promo.id)
    ((state, reason),) = states()
    assert (state, reason) == ("pending", "webhook_NewConnectionError")


def test_a_silent_one_keeps_a_worker_for_one_timeout_only(marketplace, promo, with_settings):
    """The rest of the promo's batches waits for another ring, and other promos do not."""
    with socket.create_server(("127.0.0.1", 0), backlog=8) as silent:
        with_settings(
            webhook_url=f"http://127.0.0.1:{silent.getsockname()[1]}/in",
            webhook_timeout_seconds=0.2,
            delivery_batch_size=2,
        )
        jobs.deliver(promo.id)
    assert sorted(row.attempts for row in rows()) == [0, 0, 0, 1, 1]
    assert states() == {("pending", None), ("pending", "webhook_ReadTimeoutError")}


def test_while_a_secret_is_replaced_both_are_good(marketplace, promo, with_settings):
    with_settings(webhook_secrets=(SECRET, OTHER_SECRET))
    marketplace.secret = OTHER_SECRET
    jobs.deliver(promo.id)
    assert {row.state for row in rows()} == {"sent"}


def test_what_is_over_is_not_sent(marketplace, promo, clock):
    clock.advance(hours=3)
    jobs.deliver(promo.id)
    assert states() == {("skipped", "promo_ended")}
    assert marketplace.events == []


def test_operators_can_try_it(clean, marketplace, app):
    run = app.test_cli_runner()
    taken = run.invoke(args=["webhook", "ping"])
    assert (taken.exit_code, taken.output) == (0, f"{marketplace.url} has taken it.\n")
    assert [(event["type"], event["data"]) for event in marketplace.events] == [("ping", {})]
    marketplace.status = 401
    refused = run.invoke(args=["webhook", "ping"])
    assert refused.exit_code == 1
    assert "webhook_status_401" in refused.output


def test_a_printed_secret_is_a_good_one(app):
    secret = app.test_cli_runner().invoke(args=["webhook", "secret"]).output.strip()
    assert settings(webhook_secrets=secret).webhook_secrets == (secret,)


def test_without_an_address_there_is_nothing_to_try(app):
    assert app.test_cli_runner().invoke(args=["webhook", "ping"]).exit_code == 1


def settings(**changes) -> Settings:
    given = {
        "database_url": "postgres://x",
        "redis_url": "redis://x",
        "secret_key": "s",
        "channels": "inbox,webhook",
        "webhook_url": "https://shop.example/in",
        "webhook_secrets": f"{SECRET}, {OTHER_SECRET}",
    }
    return Settings(**given | changes)


def test_settings_of_a_webhook_are_checked_whole():
    registry.check(settings())
    for wrong in (
        {"webhook_url": "shop.example/in"},
        {"webhook_url": "http://shop.example/in", "environment": "production"},
        {"webhook_secrets": ""},
        {"webhook_secrets": "whsec_short"},
        {"webhook_secrets": SECRET.removeprefix("whsec_")},
        {"webhook_timeout_seconds": 30},
    ):
        with pytest.raises(ValueError, match="FLASHPROMO_WEBHOOK_"):
            settings(**wrong)
    with pytest.raises(ValueError, match="FLASHPROMO_WEBHOOK_URL"):
        registry.check(settings(webhook_url=""))
