"""Mails about a promo, through a real mail server; and the link by which there are no more."""

import logging
import re
import socket

import pytest
from flask import Flask
from sqlalchemy import select

from flashpromo import jobs
from flashpromo.accounts import client_sign_ins
from flashpromo.audience import clients
from flashpromo.config import Settings
from flashpromo.db import session, transaction
from flashpromo.notify.channels import registry
from flashpromo.notify.models import Delivery
from tests.letters.mailbox import Mailbox, mail_server, words
from tests.story import activate

PUBLIC = "https://market.example"
OPT_OUT = re.compile(rf"{PUBLIC}(/opt-out/[\w.-]+/)")


@pytest.fixture(scope="module")
def server():
    with mail_server(Mailbox()) as mailbox:
        yield mailbox


@pytest.fixture
def mailbox(server: Mailbox, with_settings) -> Mailbox:
    """The mail server, empty, and settings that lead to it."""
    server.mails.clear()
    server.receivers.clear()
    server.refusal = ""
    with_settings(
        channels=("email",),
        smtp_host="127.0.0.1",
        smtp_port=server.port,
        smtp_tls="none",
        mail_from="Promos <promos@market.example>",
        public_url=PUBLIC,
    )
    return server


@pytest.fixture
def promo(world, mailbox):
    """Tells Alice and Nora, who have addresses, and three without."""
    with transaction():
        near = [world.alice, *(world.add_client(f"neighbour{n}", metres=n) for n in range(4))]
        for client_id, name in zip(near, ("alice", "nora"), strict=False):
            address = f"{name}@home.example"
            client_sign_ins.save(client_id, username=name, email=address, password="flash-demo")
    return activate(world)


def states() -> dict[tuple[str, str | None], int]:
    counts: dict[tuple[str, str | None], int] = {}
    for row in session().scalars(select(Delivery).execution_options(populate_existing=True)):
        counts[row.state, row.reason] = counts.get((row.state, row.reason), 0) + 1
    return counts


def to(mailbox: Mailbox, name: str):
    (mail,) = [each for each in mailbox.mails if each["To"] == f"{name}@home.example"]
    return mail


def test_who_has_an_address_gets_one_mail_and_nobody_else_fails(mailbox, promo):
    jobs.deliver(promo.id)
    assert sorted(mailbox.receivers) == ["alice@home.example", "nora@home.example"]
    assert states() == {("sent", None): 2, ("skipped", "no_address"): 3}


def test_the_mail_says_what_where_how_much_and_how_there_are_no_more(mailbox, promo, world):
    jobs.deliver(promo.id)
    mail = to(mailbox, "alice")
    assert mail["Subject"].startswith("Headphones XYZ for $")
    for kind in ("plain", "html"):
        said = words(mail, kind)
        assert "TechShop, 100 m from you" in said
        assert OPT_OUT.search(said)
    link = OPT_OUT.search(words(mail))[0]
    assert mail["List-Unsubscribe"].strip() == f"<{link}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(rf"<{world.alice}-\d{{8}}-email@market\.example>", mail["Message-ID"])


def test_in_the_language_of_the_marketplace(mailbox, promo, with_settings):
    with_settings(
        channels=("email",),
        smtp_host="127.0.0.1",
        smtp_port=mailbox.port,
        smtp_tls="none",
        mail_from="promos@market.example",
        public_url=PUBLIC,
        marketplace_language="es",
    )
    jobs.deliver(promo.id)
    assert '<html lang="es">' in words(to(mailbox, "alice"), "html")


def test_a_server_that_is_busy_is_asked_again(mailbox, promo, clock):
    mailbox.refusal = "451 later"
    jobs.deliver(promo.id)
    assert states() == {("pending", "SMTPDataError 451"): 2, ("skipped", "no_address"): 3}
    mailbox.refusal = ""
    clock.advance(seconds=3)
    jobs.deliver(promo.id)
    assert sum(count for (state, _), count in states().items() if state == "sent") == 2
    assert len(mailbox.mails) == 2


def test_an_address_that_is_refused_has_failed(mailbox, promo):
    mailbox.refusal = "550 nobody here"
    jobs.deliver(promo.id)
    assert states() == {("failed", "SMTPDataError 550"): 2, ("skipped", "no_address"): 3}


def test_what_the_lease_might_not_outlive_is_not_begun(mailbox, promo, with_settings, app):
    with_settings(
        **app.extensions["flashpromo_settings"].model_dump()
        | {"delivery_lease_seconds": 10, "smtp_timeout_seconds": 10.0}
    )
    jobs.deliver(promo.id)
    assert states() == {("pending", "no_time_left"): 2, ("skipped", "no_address"): 3}
    assert mailbox.mails == []


def test_nobody_there_is_tried_again(mailbox, promo, with_settings, app):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with_settings(**app.extensions["flashpromo_settings"].model_dump() | {"smtp_port": port})
    jobs.deliver(promo.id)
    assert states() == {("pending", "ConnectionRefusedError"): 2, ("skipped", "no_address"): 3}


@pytest.fixture
def link(mailbox, promo, app: Flask) -> str:
    """The path of Alice's link."""
    jobs.deliver(promo.id)
    return OPT_OUT.search(words(to(mailbox, "alice")))[1]


def wants(client_id: int) -> bool:
    session().rollback()
    return clients.get(client_id).opted_in


def test_looking_at_the_link_changes_nothing_and_its_button_does(link, world, app):
    browser = app.test_client()
    page = browser.get(link)
    assert page.status_code == 200
    assert page.headers["Referrer-Policy"] == "strict-origin"
    assert wants(world.alice)
    done = browser.post(link)
    assert (done.status_code, "no more promos" in done.text) == (200, True)
    assert not wants(world.alice)
    assert browser.post(link).status_code == 200


def test_the_button_of_a_mail_program_needs_neither_cookie_nor_form(link, world, app):
    body = {"List-Unsubscribe": "One-Click"}
    assert app.test_client().post(link, data=body).status_code == 200
    assert not wants(world.alice)


def test_a_link_that_we_did_not_write_is_not_found(link, world, app):
    for path in (link[:-2] + "/", "/opt-out/1/", "/opt-out/MQ.AAAA/"):
        assert app.test_client().post(path).status_code == 404
    assert wants(world.alice)


def test_the_log_of_a_fault_has_no_link_in_it(link, app, caplog):
    with caplog.at_level(logging.ERROR):
        app.logger.error(f"Exception on {link} [POST]")  # noqa: G004 - as Flask writes it
    assert "/opt-out/…/ [POST]" in caplog.text


def test_settings_with_which_no_mail_could_be_sent_are_refused():
    def given(**changes) -> Settings:
        base = {
            "database_url": "postgres://x",
            "redis_url": "redis://x",
            "secret_key": "s",
            "channels": "inbox,email",
            "smtp_host": "mail",
            "mail_from": "a@b.example",
            "public_url": PUBLIC,
        }
        return Settings(**base | changes)

    registry.check(given())
    with pytest.raises(ValueError, match="FLASHPROMO_SMTP_HOST"):
        registry.check(given(smtp_host=""))
    with pytest.raises(ValueError, match="FLASHPROMO_SMTP_TIMEOUT_SECONDS"):
        registry.check(given(smtp_timeout_seconds=20))
