"""A mail server for letters, and people who get some."""

from collections.abc import Iterator

import pytest
from flask import Flask

from flashpromo.accounts import client_sign_ins, users
from flashpromo.db import transaction
from tests.letters.mailbox import Mailbox, mail_server
from tests.letters.sending import with_settings
from tests.pages.conftest import PASSWORD, Browser

MAIL_FROM = "Promos <promos@market.example>"
PUBLIC_URL = "https://market.example"


@pytest.fixture(scope="module")
def server() -> Iterator[Mailbox]:
    with mail_server(Mailbox()) as mailbox:
        yield mailbox


@pytest.fixture
def mailbox(server: Mailbox, app: Flask, monkeypatch) -> Mailbox:
    """The application sends mail, and nothing has come in yet."""
    server.mails.clear()
    server.receivers.clear()
    server.refusal = ""
    with_settings(
        app,
        monkeypatch,
        smtp_host="127.0.0.1",
        smtp_port=server.port,
        smtp_tls="none",
        mail_from=MAIL_FROM,
        public_url=PUBLIC_URL,
    )
    return server


@pytest.fixture
def people(app: Flask, clean: None) -> None:
    """A merchant, an operator and a client with addresses, and a merchant without one."""
    with app.app_context(), transaction():
        users.create_merchant("techshop", "Owner@TechShop.example", PASSWORD)
        users.create_merchant("silent", "", PASSWORD)
        users.create_operator("admin", "admin@market.example", PASSWORD)
        client_sign_ins.save(7, username="alice", email="alice@home.example", password=PASSWORD)


@pytest.fixture
def new_browser(app: Flask, people: None):
    return lambda: Browser(app.test_client())


@pytest.fixture
def browser(new_browser) -> Browser:
    return new_browser()
