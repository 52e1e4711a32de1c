"""Letters arrive whatever dies on the way, server, worker or bell; or it is said why not."""

import os
import ssl
import subprocess
import sys
from email.headerregistry import Address
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import Flask
from redis import Redis
from sqlalchemy import text

from flashpromo import barriers, jobs, sentences
from flashpromo.accounts import forgotten, users
from flashpromo.cli import letter_rounds
from flashpromo.config import Settings
from flashpromo.db import app_now, session, transaction
from flashpromo.languages import Language
from flashpromo.letters import leases, transport
from flashpromo.letters.addresses import is_address, one_line
from flashpromo.queueing import bell
from flashpromo.queueing.job import queue
from flashpromo.queueing.names import LETTERS, POST
from tests.conftest import Clock
from tests.letters.mailbox import HOST, Mailbox, free_port, mail_server, words
from tests.letters.sending import deliver_letters, with_settings
from tests.own_redis import OwnRedis, running_app
from tests.pages.conftest import PASSWORD

ROOT = Path(__file__).parents[2]
HOUSE = "Owner@TechShop.example"


class Killed(BaseException):
    """The worker has died: nothing after this is done."""


@pytest.fixture
def in_app(app: Flask, people: None):
    with app.app_context():
        yield


@pytest.fixture
def letter(in_app, mailbox: Mailbox) -> int:
    """The id of a letter with a link, that waits."""
    return write()


def write(who: str = "techshop", language: Language = Language.ENGLISH) -> int:
    with transaction():
        forgotten.ask(who, language)
        asked = session().execute(text("SELECT max(id) FROM letter")).scalar_one()
    jobs.post(asked)
    return session().execute(text("SELECT max(id) FROM letter")).scalar_one()


def standing(letter_id: int) -> tuple:
    found = text("SELECT state, attempts, reason FROM letter WHERE id = :id")
    return tuple(session().execute(found, {"id": letter_id}).one())


def good_links() -> int:
    good = text("SELECT count(*) FROM one_time_link WHERE used_at IS NULL")
    return session().execute(good).scalar_one()


def test_a_letter_is_sent_once(letter: int, mailbox: Mailbox):
    for _ in range(3):
        jobs.post(letter)
    assert mailbox.receivers == [HOUSE]
    assert standing(letter) == ("sent", 1, None)


def test_a_server_that_is_down_gets_it_when_it_is_up(
    app: Flask, in_app, mailbox: Mailbox, monkeypatch, clock: Clock
):
    port = free_port()
    with_settings(app, monkeypatch, smtp_port=port)
    letter = write()
    jobs.post(letter)
    assert standing(letter) == ("pending", 1, "ConnectionRefusedError")
    jobs.post(letter)
    assert standing(letter)[1] == 1  # it waits
    clock.advance(seconds=16)
    jobs.post(letter)
    clock.advance(seconds=16)
    jobs.post(letter)
    assert standing(letter)[1] == 2  # the pauses double
    back = Mailbox()
    with mail_server(back, port):
        clock.advance(seconds=16)
        jobs.post(letter)
    assert back.receivers == [HOUSE]
    assert standing(letter) == ("sent", 3, None)


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        ("451 try later", ("pending", 1, "SMTPDataError 451")),
        ("550 nobody of that name", ("failed", 1, "SMTPDataError 550")),
    ],
)
def test_what_the_server_says_decides(letter: int, mailbox: Mailbox, refusal: str, expected):
    mailbox.refusal = refusal
    jobs.post(letter)
    assert standing(letter) == expected


def test_what_cannot_be_sent_in_time_has_failed_with_its_reason(
    letter: int, mailbox: Mailbox, clock: Clock
):
    mailbox.refusal = "451 try later"
    jobs.post(letter)
    clock.advance(minutes=61)
    mailbox.refusal = ""
    jobs.post(letter)
    assert standing(letter) == ("failed", 1, "SMTPDataError 451")
    assert mailbox.mails == []


def test_nobody_asks_after_the_deadline_for_what_was_never_tried(letter: int, clock: Clock):
    clock.advance(minutes=61)
    jobs.post(letter)
    assert standing(letter) == ("failed", 0, "too_late")


@pytest.fixture
def kill_at(monkeypatch):
    def at(place: str) -> None:
        def listener(name: str) -> None:
            if name == place:
                raise Killed

        monkeypatch.setattr(barriers, "listener", listener)

    yield at
    monkeypatch.undo()


@pytest.mark.parametrize(
    ("place", "sent_before"),
    [
        *(("transaction.ready", 0), ("transaction.committed", 0), ("letter.ready", 0)),
        ("letter.handed_over", 1),
    ],
)
def test_a_worker_that_dies_leaves_it_to_another(
    app: Flask, letter: int, mailbox: Mailbox, clock: Clock, kill_at, place, sent_before
):
    kill_at(place)
    with pytest.raises(Killed):
        jobs.post(letter)
    session().rollback()
    barriers.listener = None
    assert len(mailbox.mails) == sent_before
    letter_rounds.sweep_letters()
    clock.advance(seconds=61)  # a lease
    jobs.post(letter)
    assert len(mailbox.mails) == sent_before + 1
    assert standing(letter)[0] == "sent"
    # Each of them is a link that opens: nobody reads one that is in vain.
    client = app.test_client()
    for link in mailbox.links():
        assert client.get(link).status_code == 200


def test_one_that_comes_back_after_its_lease_changes_nothing(
    letter: int, mailbox: Mailbox, clock: Clock
):
    with transaction():
        slow = leases.lease(letter, app_now())
    clock.advance(seconds=61)
    jobs.post(letter)
    with transaction():
        leases.settle(slow, transport.Refused("late", permanent=True))
    assert standing(letter) == ("sent", 2, None)


def test_a_bell_that_was_lost_is_rung_again(letter: int, mailbox: Mailbox, redis: Redis, clock):
    redis.flushdb()
    letter_rounds.sweep_letters()
    letter_rounds.sweep_letters()
    assert len(queue(LETTERS, redis)) == 1
    assert mailbox.mails == []
    clock.advance(seconds=4)
    letter_rounds.sweep_letters()
    assert mailbox.receivers == [HOUSE]


def test_without_redis_the_sweep_sends_at_once(
    letter: int, mailbox: Mailbox, app: Flask, settings: Settings, tmp_path
):
    sending = app.extensions["flashpromo_settings"]
    with running_app(OwnRedis(tmp_path), sending):
        letter_rounds.sweep_letters()
    assert mailbox.receivers == [HOUSE]


def test_one_letter_that_cannot_be_made_holds_up_no_other(
    letter: int, mailbox: Mailbox, clock: Clock, monkeypatch
):
    other = write("admin")
    clock.advance(seconds=4)
    perform = bell.perform

    def fail_first(name: str, letter_id: int) -> None:
        if letter_id == letter:
            raise RuntimeError("no words")
        perform(name, letter_id)

    monkeypatch.setattr(bell, "perform", fail_first)
    letter_rounds.sweep_letters()
    assert standing(other)[0] == "sent"


def test_a_worker_sends_what_it_is_rung_for(
    app: Flask, people: None, mailbox: Mailbox, redis: Redis, settings: Settings
):
    with app.app_context(), transaction():
        forgotten.ask("techshop", Language.ENGLISH)
    (rung,) = queue(LETTERS, redis).jobs
    assert (rung.func_name, len(rung.args)) == (POST, 1)
    given = {
        "FLASHPROMO_SMTP_HOST": HOST,
        "FLASHPROMO_SMTP_PORT": str(mailbox.port),
        "FLASHPROMO_SMTP_TLS": "none",
        "FLASHPROMO_MAIL_FROM": "promos@market.example",
    }
    ended = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "worker", LETTERS, "--burst"],
        cwd=ROOT,
        env=os.environ | given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert mailbox.receivers == [HOUSE]
    token = mailbox.links()[0].split("/")[2]
    assert token not in ended.stdout + ended.stderr


def test_a_server_without_tls_is_told_nothing_where_tls_is_wanted(
    app: Flask, mailbox: Mailbox, monkeypatch
):
    for tls in ("starttls", "implicit"):
        with_settings(app, monkeypatch, smtp_tls=tls)
        refused = transport.send(app.extensions["flashpromo_settings"], a_mail(), "x")
        assert refused is not None
    assert mailbox.mails == []


def test_a_server_whose_certificate_nobody_vouches_for_is_told_nothing(
    app: Flask, mailbox: Mailbox, monkeypatch, tmp_path: Path
):
    boxes = Mailbox(), Mailbox()
    context = own_certificate(tmp_path)
    with mail_server(boxes[0], tls_context=context), mail_server(boxes[1], ssl_context=context):
        for tls, box in zip(("starttls", "implicit"), boxes, strict=True):
            with_settings(app, monkeypatch, smtp_tls=tls, smtp_port=box.port)
            refused = transport.send(app.extensions["flashpromo_settings"], a_mail(), "x")
            assert refused == transport.Refused("SSLCertVerificationError")
            assert box.mails == []
            monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate"))
            assert transport.send(app.extensions["flashpromo_settings"], a_mail(), "x") is None
            assert len(box.mails) == 1
            monkeypatch.delenv("SSL_CERT_FILE")


def own_certificate(folder: Path) -> ssl.SSLContext:
    """Of the loopback, by its own hand."""
    files = {"-keyout": folder / "key", "-out": folder / "certificate"}
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1"]
    paths = [str(each) for pair in files.items() for each in pair]
    subprocess.run([*made, *names, *paths], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files["-out"], files["-keyout"])
    return context


def a_mail():
    mail = transport.EmailMessage()
    mail["To"] = Address(addr_spec="ben@example.com")
    mail["From"] = Address(addr_spec="promos@market.example")
    mail["Subject"] = "x"
    mail.set_content("x")
    return mail


@pytest.mark.parametrize(
    ("email", "is_one"),
    [
        ("ben@example.com", True),
        ("ben+store@ex.example", True),
        ("a@b,c@d", False),
        ("<a@b", False),
        ("a@b>", False),
        ("a@b\r\nBcc: c@d", False),
        ("", False),
        ("@b", False),
    ],
)
def test_an_address_is_one_address(email: str, is_one: bool):
    assert is_address(email) is is_one


def test_a_subject_is_one_line():
    assert one_line("a\r\nBcc: x\u2028y\x85z\t  !") == "a Bcc: x y z !"


def test_a_spaniard_is_written_to_in_spanish(app: Flask, in_app, mailbox: Mailbox):
    file = sentences.CATALOGUES / "es" / "LC_MESSAGES" / "messages.po"
    with file.open("rb") as opened:
        catalogue = read_po(opened)
    told = catalogue.get("A new password for %(name)s")
    expected = (told.string if told else "") or "A new password for %(name)s"
    write(language=Language.SPANISH)
    deliver_letters(app)
    (mail,) = mailbox.mails
    assert mail["Subject"] == expected % {"name": "techshop"}
    assert '<html lang="es">' in words(mail, "html")


def test_the_language_that_somebody_has_chosen_counts_more(app: Flask, in_app, mailbox: Mailbox):
    with transaction():
        session().execute(text("UPDATE user_account SET language = 'es'"))
    write(language=Language.ENGLISH)
    deliver_letters(app)
    assert '<html lang="es">' in words(mailbox.mails[0], "html")


def test_who_is_gone_when_it_is_sent_is_not_written_to(app: Flask, in_app, mailbox: Mailbox):
    letter = write()
    with transaction():
        session().execute(text("UPDATE sign_in SET email = 'new@techshop.example'"))
    jobs.post(letter)
    assert standing(letter) == ("dropped", 1, "receiver_gone")
    assert (mailbox.mails, good_links()) == ([], 0)


def test_an_account_without_mail_set_up_changes_its_password_in_silence(in_app):
    with transaction():
        users.create_merchant("quiet", "quiet@example.com", PASSWORD)
    assert session().execute(text("SELECT count(*) FROM letter")).scalar_one() == 0
