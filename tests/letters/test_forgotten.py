"""A forgotten password: nobody learns who has an account, and a link chooses once."""

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text

from flashpromo.accounts import keys, links, sign_ins, tokens, users
from flashpromo.accounts.links import LinkSpent
from flashpromo.accounts.permissions import Permission
from flashpromo.audit.models import AuditEvent
from flashpromo.cli.retention import forget_letters
from flashpromo.db import session, transaction
from flashpromo.letters.models import Letter
from tests.letters.mailbox import Mailbox, words
from tests.letters.sending import deliver_letters, with_settings
from tests.pages.conftest import PASSWORD, Browser

FORGOTTEN, ASKED = "/forgotten-password/", "/forgotten-password/asked/"
NEW = "quite another one"


def ask(browser: Browser, who: str):
    return browser.submit(FORGOTTEN, FORGOTTEN, who=who)


def asked_for(browser: Browser, app: Flask, mailbox: Mailbox, who: str = "techshop") -> str:
    """The path of the link that came."""
    assert ask(browser, who).status_code == 303
    deliver_letters(app)
    return mailbox.links()[-1]


def choose(browser: Browser, link: str, new: str = NEW, repeated: str | None = None):
    fields = {"password": new, "repeated_password": repeated or new}
    return browser.submit(link, f"{link}password/", **fields)


@pytest.fixture
def link(browser: Browser, app: Flask, mailbox: Mailbox) -> str:
    return asked_for(browser, app, mailbox)


def rows(engine, query: str) -> list[tuple]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_the_log_tells_whom_a_letter_goes_to_and_nothing_of_who_is_unknown(
    browser: Browser, app: Flask, mailbox: Mailbox, engine
):
    query = (
        "SELECT action, actor_kind, subject_id = (SELECT user_id::text FROM sign_in"
        " WHERE username = 'techshop') FROM audit_event WHERE action LIKE '%letter'"
    )
    ask(browser, "nobody@nowhere.example")
    deliver_letters(app)
    assert rows(engine, query) == []
    asked_for(browser, app, mailbox)
    assert rows(engine, query) == [("user.password_letter", "system", True)]
    ask(browser, "alice")
    deliver_letters(app)
    told = rows(engine, "SELECT action, subject_id FROM audit_event ORDER BY id DESC LIMIT 1")
    assert told == [("client.password_letter", "7")]


def test_the_sign_in_form_leads_to_it(browser: Browser, mailbox: Mailbox):
    assert f'href="{FORGOTTEN}"' in browser.get("/sign-in/").text
    page = browser.get(FORGOTTEN).text
    assert page.count("<h1") == 1
    assert 'name="who"' in page


@pytest.mark.parametrize("who", ["techshop", "owner@techshop.EXAMPLE", " techshop "])
def test_a_letter_goes_to_who_has_forgotten(
    browser: Browser, app: Flask, mailbox: Mailbox, who: str
):
    path = asked_for(browser, app, mailbox, who)
    (mail,) = mailbox.mails
    assert mailbox.receivers == ["Owner@TechShop.example"]
    assert mail["Subject"] == "A new password for techshop"
    assert mail["From"] == "Promos <promos@market.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    for kind in ("plain", "html"):
        assert f"https://market.example{path}" in words(mail, kind)
    assert "60 minutes" in words(mail)


def test_clients_are_written_to_as_well(browser: Browser, app: Flask, mailbox: Mailbox):
    path = asked_for(browser, app, mailbox, "alice")
    assert choose(browser, path, "x").status_code == 303  # their own rule: any length
    assert browser.sign_in("alice", "x").status_code == 303


def test_the_answer_and_the_work_are_the_same_for_everybody(
    browser: Browser, app: Flask, mailbox: Mailbox, engine
):
    answers = []
    for who in ("techshop", "nobody", "silent", "admin@market.example", "no@body.example"):
        answer = ask(browser, who)
        answers.append((answer.status_code, answer.headers["Location"], answer.text))
        (row,) = rows(engine, "SELECT kind, email FROM letter WHERE state = 'pending'")
        assert row == ("forgotten", None)
        deliver_letters(app)
        with engine.begin() as connection:
            connection.execute(text("TRUNCATE letter"))
    assert len(set(answers)) == 1
    assert answers[0][:2] == (303, ASKED)
    assert mailbox.receivers == ["Owner@TechShop.example", "admin@market.example"]
    assert browser.get(ASKED).text.count("<h1") == 1


def test_what_strangers_typed_is_not_kept(browser: Browser, app: Flask, mailbox: Mailbox, engine):
    ask(browser, "my secret, typed into the wrong field")
    deliver_letters(app)
    assert rows(engine, "SELECT * FROM letter") == []
    assert mailbox.mails == []


def test_who_is_kept_out_gets_no_letter(browser: Browser, app: Flask, mailbox: Mailbox):
    with app.app_context(), transaction():
        users.set_active("techshop", active=False)
    ask(browser, "techshop")
    deliver_letters(app)
    assert mailbox.mails == []


def test_an_account_gets_a_few_letters_an_hour(
    browser: Browser, app: Flask, mailbox: Mailbox, clock, settings
):
    for _ in range(settings.password_letters_per_hour + 3):
        assert ask(browser, "techshop").status_code == 303
    ask(browser, "owner@techshop.example")
    ask(browser, "admin")
    deliver_letters(app)
    most = settings.password_letters_per_hour
    assert mailbox.receivers == [*["Owner@TechShop.example"] * most, "admin@market.example"]
    clock.advance(minutes=61)
    ask(browser, "techshop")
    deliver_letters(app)
    assert len(mailbox.mails) == most + 2


def test_an_address_asks_so_often_and_not_more(browser: Browser, mailbox: Mailbox, settings):
    for number in range(settings.forgotten_per_hour):
        assert ask(browser, f"nobody{number}").status_code == 303
    page = ask(browser, "techshop")
    assert page.status_code == 429
    assert 0 < int(page.headers["Retry-After"]) <= 3600
    assert "Too many have asked from here." in page.text
    assert 'value="techshop"' in page.text


@pytest.mark.parametrize("who", ["", "  ", "a\0b", "x" * 300])
def test_what_is_no_name_is_told_at_the_field(browser: Browser, mailbox: Mailbox, who: str):
    page = ask(browser, who)
    assert page.status_code == 422
    assert 'id="who-error"' in page.text


def test_looking_uses_nothing_up(browser: Browser, new_browser, link: str):
    scanner = new_browser()
    for _ in range(3):
        assert scanner.get(link).status_code == 200
        assert scanner.http.head(link).status_code == 200
    page = browser.get(link)
    assert "For the account techshop" in page.text
    assert page.text.count("<h1") == 1
    assert page.headers["Referrer-Policy"] == "strict-origin"
    assert page.headers["Cache-Control"] == "no-store"
    assert choose(browser, link).status_code == 303


def test_a_new_password_ends_everything_else(
    browser: Browser, new_browser, app: Flask, mailbox: Mailbox, link: str, engine
):
    thief = new_browser()
    thief.sign_in("techshop")
    with app.app_context(), transaction():
        issued = tokens.sign_in("techshop", PASSWORD, hours=1)
        keys.make_for("techshop", name="crm", scopes=[Permission.PROMOS_READ])
    answer = choose(browser, link)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in/")
    assert "Sign in with the new one." in browser.get("/sign-in/").text
    assert thief.signed_in_as is None
    assert rows(engine, "SELECT * FROM auth_token") == []
    bearer = {"Authorization": f"Bearer {issued.token}"}
    assert browser.get("/api/auth/me/", headers=bearer).status_code == 401
    assert browser.sign_in("techshop", PASSWORD).status_code == 422
    assert browser.sign_in("techshop", NEW).status_code == 303
    deliver_letters(app)
    assert mailbox.mails[-1]["Subject"] == "The password of techshop was changed"
    assert ("user.password_changed", "visitor") in rows(
        engine, "SELECT action, actor_kind FROM audit_event"
    )


def test_every_letter_is_good_until_one_is_used(browser: Browser, app: Flask, mailbox: Mailbox):
    first, second = (asked_for(browser, app, mailbox) for _ in range(2))
    assert first != second
    assert browser.get(first).status_code == 200
    assert choose(browser, second).status_code == 303
    for spent in (first, second):
        page = browser.get(spent)
        assert page.status_code == 410
        assert "This link is not good any more" in page.text
        assert FORGOTTEN in page.text
        assert browser.submit("/sign-in/", f"{spent}password/", password="x").status_code == 410


@pytest.mark.parametrize("end", ["expired", "new password", "other address", "renamed", "removed"])
def test_a_link_ends_with(end: str, browser: Browser, app: Flask, clock, link: str):
    with app.app_context(), transaction():
        found = sign_ins.find("techshop")
        if end == "new password":
            sign_ins.set_password("techshop", "another one")
        elif end == "other address":
            found.email = "else@where.example"
        elif end == "renamed":
            sign_ins.rename(found, "techshop2")
        elif end == "removed":
            sign_ins.remove(found)
    if end == "expired":
        clock.advance(minutes=61)
    assert browser.get(link).status_code == 410


@pytest.mark.parametrize(
    "token", ["x", "0" * 43, "é" * 20, "y" * 500, "%00", "' OR 1=1 --", "{{1234567*7}}"]
)
def test_an_unknown_link_is_the_same_page(browser: Browser, mailbox: Mailbox, token: str):
    page = browser.get(f"/link/{token}/")
    assert page.status_code in {404, 410}
    assert page.text.count("<h1") <= 1
    assert "8641969" not in page.text


def test_wrong_fields_are_told_and_the_link_stays_good(browser: Browser, link: str):
    for fields, name, said in (
        (("short",), "password", "Must have at least 8 characters."),
        ((NEW, "not the same"), "repeated_password", "Is not the same as the new password."),
    ):
        page = choose(browser, link, *fields)
        assert page.status_code == 422
        assert said in page.text.partition(f'id="{name}-error"')[2].partition("</div>")[0]
        assert NEW not in page.text
    both = choose(browser, link, "short", "not the same").text
    assert all(f'id="{each}-error"' in both for each in ("password", "repeated_password"))
    assert choose(browser, link).status_code == 303


def test_another_language_is_chosen_where_a_form_came_back(browser: Browser, link: str):
    page = choose(browser, link, "short").text
    assert f'name="next" value="{link}"' in page
    led = browser.submit(link, "/language/", language="es", next=link)
    assert led.headers["Location"] == link
    assert '<html lang="es">' in browser.get(link).text


def test_no_other_site_sends_these_forms(browser: Browser, link: str):
    for path in (FORGOTTEN, f"{link}password/"):
        assert browser.http.post(path, data={"who": "techshop", "password": NEW}).status_code == 400
    assert browser.sign_in("techshop").status_code == 303


def test_over_https_the_form_is_taken_though_its_address_is_kept_secret(
    app: Flask, mailbox: Mailbox, link: str
):
    """A browser names the host alone, by our referrer policy; without it the form is refused."""
    http = app.test_client()
    secure = {"base_url": "https://market.example"}
    page = http.get(link, **secure).text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    sent = {"password": NEW, "repeated_password": NEW, "csrf_token": token}
    for referrer, status in ((None, 400), ("https://market.example/", 303)):
        headers = {"Referer": referrer} if referrer else {}
        answer = http.post(f"{link}password/", data=sent, headers=headers, **secure)
        assert answer.status_code == status


def test_the_host_of_a_request_leads_no_letter_astray(
    browser: Browser, app: Flask, mailbox: Mailbox
):
    page = browser.get(FORGOTTEN).text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    sent = {"who": "techshop", "csrf_token": token}
    for header in ({"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}):
        browser.http.post(FORGOTTEN, data=sent, headers=header)
    deliver_letters(app)
    for mail in mailbox.mails:
        assert "evil" not in mail.as_string()


def test_the_token_stands_nowhere_but_in_the_letter(
    browser: Browser, app: Flask, mailbox: Mailbox, engine, redis, caplog
):
    path = asked_for(browser, app, mailbox)
    token = path.split("/")[2]
    with engine.connect() as connection:
        tables = connection.scalars(
            text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        ).all()
        for table in tables:
            found = connection.execute(text(f'SELECT t::text FROM "{table}" AS t')).all()
            assert token not in str(found), table
    kept = [redis.dump(key) for key in redis.scan_iter("*")]
    assert not [each for each in kept if each and token.encode() in each]
    app.logger.error("Exception on %s", "/x")
    app.logger.error(f"Exception on {path} [GET]")  # noqa: G004 - as Flask writes it
    assert token not in caplog.text
    assert "/link/…/ [GET]" in caplog.text


def test_two_who_use_one_link_at_one_instant(app: Flask, mailbox: Mailbox, link: str, engine):
    token, start = link.split("/")[2], threading.Barrier(2)
    came: list[str] = []

    def use() -> None:
        with app.app_context():
            found = links.look(token)
            session().rollback()
            start.wait()
            try:
                with transaction():
                    links.use(found)
                    session().execute(text("SELECT pg_sleep(0.05)"))
                came.append("used")
            except LinkSpent:
                came.append("spent")

    rivals = [threading.Thread(target=use) for _ in range(2)]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join()
    assert sorted(came) == ["spent", "used"]


def test_without_mail_the_page_says_whom_to_ask(browser: Browser, app: Flask, engine):
    page = browser.get(FORGOTTEN).text
    assert "This service sends no e-mail" in page
    assert "Ask an operator of the marketplace." in page
    assert "<form" not in page.partition("<main")[2]
    assert browser.submit("/sign-in/", FORGOTTEN, who="techshop").status_code == 409
    assert rows(engine, "SELECT * FROM letter") == []


def test_in_development_letters_are_files(browser: Browser, app: Flask, monkeypatch, tmp_path):
    folder = tmp_path / "mail"
    with_settings(app, monkeypatch, mail_folder=str(folder))
    ask(browser, "techshop")
    deliver_letters(app)
    (file,) = folder.iterdir()
    assert "/link/" in file.read_text()
    assert (folder.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)


def test_a_password_that_is_changed_otherwise_is_told_too(
    browser: Browser, app: Flask, mailbox: Mailbox
):
    browser.sign_in("techshop")
    fields = {"old_password": PASSWORD, "new_password": NEW, "repeated_password": NEW}
    settings = "/console/settings/"
    assert browser.submit(settings, f"{settings}password/", **fields).status_code == 303
    deliver_letters(app)
    assert [mail["Subject"] for mail in mailbox.mails] == ["The password of techshop was changed"]


def test_what_is_forgotten_is_forgotten(browser: Browser, app: Flask, mailbox, link, clock, engine):
    clock.advance(days=31)
    clock.advance(minutes=61)
    with app.app_context():
        forget_letters()
    assert rows(engine, "SELECT * FROM letter") == rows(engine, "SELECT * FROM one_time_link") == []
    assert timedelta(days=30) == links.KEPT


def test_an_operator_sends_a_link(app, browser, mailbox):
    assert browser.sign_in("admin").status_code == 303
    with app.app_context():
        known = {name: sign_ins.find(name).user_id for name in ("techshop", "silent")}
    path = "/admin/user/action/?action=letter" + "".join(f"&id={each}" for each in known.values())
    told = browser.get(browser.submit(path, path).location).text
    assert "1 letter is on its way." in told
    assert "The account has no e-mail address." in told
    with app.app_context():
        letter = session().scalars(select(Letter)).one()
        assert (letter.kind, letter.email) == ("password", "Owner@TechShop.example")
        event = session().scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
        assert (event.action, event.actor_name) == ("user.password_letter", "admin")
