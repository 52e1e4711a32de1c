"""Owners invite by mail; whoever reads the letter comes in, once, with an account or a new one."""

import threading

import pytest
from sqlalchemy import text

from flashpromo.accounts import sign_ins, users
from flashpromo.db import session, transaction
from flashpromo.errors import DomainError
from flashpromo.market import joining, members, stores
from flashpromo.market.members import Role
from tests.console.conftest import NOBODY, OTHER, OWNER, STAFF, Town
from tests.letters.conftest import mailbox, server
from tests.letters.mailbox import Mailbox, words
from tests.letters.sending import deliver_letters, with_settings
from tests.pages.conftest import PASSWORD, Browser

__all__ = ["mailbox", "server"]

BEN = "ben@example.com"
WORST = '<script>alert("x")</script> {{1234567*7}} "><img src=x onerror=alert(1)>'


@pytest.fixture
def at(town: Town, mailbox: Mailbox) -> str:
    return f"/console/stores/{town.world.store_id}/members/"


@pytest.fixture
def stranger(app, town: Town) -> Browser:
    return Browser(app.test_client())


def invite(browser: Browser, at: str, email: str = BEN, role: str = "staff", language: str = "en"):
    fields = {"email": email, "invited_role": role, "letter_language": language}
    return browser.submit(at, f"{at}invitations/", **fields)


def invited(owner: Browser, at: str, town: Town, mailbox: Mailbox, **how: str) -> str:
    """The path of the link that came."""
    assert invite(owner, at, **how).status_code == 303
    deliver_letters(town.app)
    return mailbox.links()[-1]


def make_account(
    browser: Browser, link: str, username: str = "ben", password: str = PASSWORD, **more: str
):
    fields = {"username": username, "password": password, "repeated_password": password}
    return browser.submit(link, f"{link}account/", **fields | more)


def roles(town: Town) -> dict[str, Role]:
    with town.app.app_context():
        _, found = members.page(town.world.store_id, limit=50, offset=0)
        return {each.username: each.role for each in found}


def only_id(town: Town) -> int:
    with town.app.app_context():
        newest = text("SELECT max(id) FROM letter WHERE kind = 'invitation'")
        return session().execute(newest).scalar_one()


def test_a_letter_goes_out_and_the_page_says_how_it_stands(
    owner: Browser, town: Town, at: str, mailbox: Mailbox
):
    answer = invite(owner, at, f" {BEN} ")
    assert (answer.status_code, answer.headers["Location"]) == (303, at)
    page = owner.get(at).text
    assert f"An invitation is on its way to {BEN}." in page
    assert "is being sent" in page
    deliver_letters(town.app)
    (mail,) = mailbox.mails
    assert mailbox.receivers == [BEN]
    assert mail["Subject"] == "Come into TechShop on Flash Promos"
    assert "techshop invites you into the store “TechShop”" in words(mail)
    assert "As staff you plan its promos." in words(mail)
    assert "7 days" in words(mail)
    page = owner.get(at).text
    assert "good until" in page
    assert page.count("<h1") == 1


def test_who_is_new_makes_an_account_and_is_in(
    owner: Browser, stranger: Browser, town: Town, at: str, mailbox: Mailbox
):
    link = invited(owner, at, town, mailbox, role="owner")
    page = stranger.get(link)
    assert page.headers["Referrer-Policy"] == "strict-origin"
    assert "Come into TechShop" in page.text
    assert BEN in page.text
    answer = make_account(stranger, link)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/")
    assert "Welcome to TechShop." in stranger.get("/console/").text
    assert stranger.signed_in_as == "ben"
    assert roles(town)["ben"] is Role.OWNER
    with town.app.app_context():
        assert sign_ins.find("ben").email == BEN
    assert 'class="address"' not in owner.get(at).text
    assert stranger.get(link).status_code == 410


def test_who_has_an_account_signs_in_and_comes_back(
    owner: Browser, look_as, stranger: Browser, town: Town, at: str, mailbox: Mailbox
):
    link = invited(owner, at, town, mailbox)
    town.account(NOBODY)
    assert f"/sign-in/?next={link}" in stranger.get(link).text
    back = stranger.sign_in(NOBODY, page=f"/sign-in/?next={link}")
    assert back.headers["Location"] == link
    asked = stranger.get(link).text
    assert "Come into TechShop?" in asked
    assert "Join as staff" in asked
    assert NOBODY not in roles(town)
    assert stranger.submit(link, f"{link}join/").status_code == 303
    assert roles(town)[NOBODY] is Role.STAFF
    assert stranger.get(at).status_code == 200


@pytest.mark.parametrize("username", ["admin", "alice"])
def test_operators_and_clients_cannot_join_and_are_told(
    owner: Browser, look_as, town: Town, at: str, mailbox: Mailbox, username: str
):
    link = invited(owner, at, town, mailbox)
    browser = look_as(username)
    page = browser.get(link)
    assert page.status_code == 200
    assert "This account joins no store" in page.text
    assert browser.submit(link, f"{link}join/").status_code == 403
    assert roles(town) == {OWNER: Role.OWNER}
    browser.sign_out()
    assert browser.get(link).status_code == 200


def test_nobody_becomes_less_by_an_invitation(
    owner: Browser, look_as, town: Town, at: str, mailbox: Mailbox
):
    as_owner = invited(owner, at, town, mailbox, role="owner")
    as_staff = invited(owner, at, town, mailbox, email="other@example.com")
    staff = look_as(STAFF)
    assert "You are a member of TechShop already" in staff.get(as_staff).text
    assert "Join as an owner" in staff.get(as_owner).text
    assert staff.submit(as_owner, f"{as_owner}join/").status_code == 303
    assert roles(town)[STAFF] is Role.OWNER
    assert staff.submit("/console/settings/", f"{as_staff}join/").status_code == 303
    assert roles(town)[STAFF] is Role.OWNER


def test_inviting_again_replaces_what_was_sent(
    owner: Browser, stranger: Browser, town: Town, at: str, mailbox: Mailbox
):
    first = invited(owner, at, town, mailbox, role="owner")
    second = invited(owner, at, town, mailbox, email=BEN.upper())
    assert stranger.get(first).status_code == 410
    assert "You are invited as staff" in stranger.get(second).text
    assert owner.get(at).text.count('class="address"') == 1
    answer = owner.submit(at, f"{at}invitations/{only_id(town)}/resend/")
    assert answer.status_code == 303
    deliver_letters(town.app)
    assert stranger.get(second).status_code == 410
    assert stranger.get(mailbox.links()[-1]).status_code == 200


def test_an_invitation_that_is_withdrawn_opens_nothing(
    owner: Browser, stranger: Browser, town: Town, at: str, mailbox: Mailbox
):
    link = invited(owner, at, town, mailbox)
    step = f"{at}invitations/{only_id(town)}/withdraw/"
    assert f"Withdraw the invitation of {BEN}?" in owner.get(step).text
    assert stranger.get(link).status_code == 200
    assert owner.submit(step, step).status_code == 303
    page = owner.get(at).text
    assert f"The invitation of {BEN} is withdrawn." in page
    assert 'class="address"' not in page
    assert make_account(stranger, link).status_code in {400, 410}
    assert stranger.get(link).status_code == 410
    assert owner.get(step).status_code == 404


def test_one_that_is_withdrawn_before_it_was_sent_is_not_sent(
    owner: Browser, town: Town, at: str, mailbox: Mailbox
):
    invite(owner, at)
    step = f"{at}invitations/{only_id(town)}/withdraw/"
    owner.submit(step, step)
    deliver_letters(town.app)
    assert mailbox.mails == []


def test_it_ends_with_the_store_and_with_its_days(
    owner: Browser, stranger: Browser, town: Town, at: str, mailbox: Mailbox, clock
):
    link = invited(owner, at, town, mailbox)
    late = invited(owner, at, town, mailbox, email="late@example.com")
    clock.advance(days=7, minutes=1)
    assert stranger.get(late).status_code == 410
    with town.app.app_context(), transaction():
        session().execute(text("UPDATE auth_token SET expires_at = app_now() + interval '1 hour'"))
    assert "expired on" in owner.get(at).text
    clock.advance(days=-7)
    assert stranger.get(link).status_code == 200
    invite(owner, at, "waits@example.com")
    with town.app.app_context(), transaction():
        stores.remove(stores.get(town.world.store_id, for_update=True))
    assert stranger.get(link).status_code == 410
    deliver_letters(town.app)
    assert "waits@example.com" not in mailbox.receivers


@pytest.mark.parametrize(
    ("username", "status"), [(STAFF, 403), (OTHER, 404), (NOBODY, 404), ("alice", 403)]
)
def test_nobody_else_invites_sends_again_or_withdraws(
    owner: Browser, look_as, town: Town, at: str, username: str, status: int
):
    invite(owner, at)
    browser, of_it = look_as(username), f"{at}invitations/{only_id(town)}"
    assert browser.get(f"{of_it}/withdraw/").status_code == status
    for path in (f"{at}invitations/", f"{of_it}/resend/", f"{of_it}/withdraw/"):
        assert browser.submit("/", path, email="x@example.com").status_code == status
    if username == STAFF:
        page = browser.get(at).text
        assert BEN in page
        assert "/withdraw/" not in page


def test_another_store_s_invitation_is_not_there(
    owner: Browser, look_as, town: Town, at: str, mailbox: Mailbox
):
    invite(owner, at)
    cafe = f"/console/stores/{town.cafe_id}/members/"
    other = look_as(OTHER)
    for step in ("resend", "withdraw"):
        path = f"{cafe}invitations/{only_id(town)}/{step}/"
        assert other.submit(cafe, path).status_code == 404


@pytest.mark.parametrize(
    "email",
    [
        *("", "ben", "a b@c.de", "ben@", "@example.com", "a@b,c@d.ef", "<ben@example.com>"),
        *("ben@example.com\r\nBcc: all@example.com", f"{WORST}@x", "x" * 250 + "@y.zz"),
    ],
)
def test_what_is_no_address_is_told_at_the_field(
    owner: Browser, at: str, mailbox: Mailbox, email: str
):
    page = invite(owner, at, email)
    assert page.status_code == 422
    assert "Must" in page.text.partition('id="email-error"')[2].partition("</div>")[0]
    assert "<script>alert" not in page.text
    assert "<img src=x" not in page.text


def test_who_is_in_is_not_invited(owner: Browser, town: Town, at: str, mailbox: Mailbox):
    with town.app.app_context(), transaction():
        sign_ins.find(OWNER).email = BEN
    page = invite(owner, at, BEN.upper())
    assert page.status_code == 409
    assert "A member of the store has this address already." in page.text


def test_nobody_s_mailbox_is_filled(
    owner: Browser, town: Town, at: str, mailbox: Mailbox, monkeypatch
):
    with_settings(town.app, monkeypatch, invitations_per_hour=5)
    for _ in range(3):
        assert invite(owner, at).status_code == 303
    page = invite(owner, at)
    assert (page.status_code, page.headers["Retry-After"]) == (429, "3600")
    assert "This address had enough letters for now." in page.text
    assert owner.submit(at, f"{at}invitations/{only_id(town)}/resend/").status_code == 303
    assert "This address had enough letters for now." in owner.get(at).text
    for number in range(5 - 3):
        assert invite(owner, at, f"n{number}@example.com").status_code == 303
    page = invite(owner, at, "one.more@example.com")
    assert page.status_code == 429
    assert "The store has sent enough letters for now." in page.text


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"username": "ben jones"}, "username"),
        ({"username": WORST}, "username"),
        ({"username": OWNER}, "username"),
        ({"password": "short"}, "password"),
        ({"password": "short", "repeated_password": "other"}, "password"),
        ({"repeated_password": "other"}, "repeated_password"),
    ],
)
def test_a_wrong_field_leaves_the_link_good(
    owner: Browser, stranger: Browser, town: Town, at: str, mailbox: Mailbox, fields, name: str
):
    link = invited(owner, at, town, mailbox)
    page = make_account(stranger, link, **fields)
    assert page.status_code == 422
    assert f'id="{name}-error"' in page.text
    assert "<script>alert" not in page.text
    assert roles(town) == {OWNER: Role.OWNER}
    assert make_account(stranger, link).status_code == 303


def test_a_name_of_a_store_is_harmless_in_a_letter(
    owner: Browser, stranger: Browser, town: Town, at: str, mailbox: Mailbox
):
    with town.app.app_context(), transaction():
        stores.change(
            stores.get(town.world.store_id, for_update=True),
            name=f"{WORST}\u2028Bcc: all@example.com %(name)s {{spoken}}",
        )
    link = invited(owner, at, town, mailbox)
    (mail,) = mailbox.mails
    assert mail["Bcc"] is None
    assert mail["Subject"].startswith("Come into <script>")
    assert mailbox.receivers == [BEN]
    html = words(mail, "html")
    assert "<script" not in html
    assert "<img" not in html
    assert "8641969" not in html
    assert "{{1234567*7}}" in html.replace("&#34;", '"')
    for page in (stranger.get(link).text, owner.get(at).text):
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_two_accounts_by_one_link_at_one_instant(
    owner: Browser, town: Town, at: str, mailbox: Mailbox
):
    token = invited(owner, at, town, mailbox).split("/")[2]
    start = threading.Barrier(2)
    came: dict[str, str] = {}

    def join(username: str) -> None:
        with town.app.app_context():
            start.wait()
            try:
                with transaction():
                    joining.join_as_new(token, username, PASSWORD)
                came[username] = "in"
            except DomainError as error:
                came[username] = error.code

    rivals = [threading.Thread(target=join, args=(name,)) for name in ("ben", "bea")]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join()
    assert sorted(came.values()) == ["in", "link_spent"]
    (winner,) = (name for name, what in came.items() if what == "in")
    assert set(roles(town)) == {OWNER, winner}
    with town.app.app_context():
        assert sign_ins.find(next(name for name in came if name != winner)) is None


def test_it_is_all_in_the_log(owner: Browser, stranger: Browser, town: Town, at, mailbox, engine):
    make_account(stranger, invited(owner, at, town, mailbox))
    invite(owner, at, "next@example.com")
    step = f"{at}invitations/{only_id(town)}/withdraw/"
    owner.submit(step, step)
    with engine.connect() as connection:
        told = connection.execute(
            text("SELECT action, actor_name, after FROM audit_event ORDER BY id")
        ).all()
    known = [tuple(each) for each in told]
    assert ("member.invited", OWNER, {"email": "b…@example.com", "role": "staff"}) in known
    assert ("member.added", "", {"role": "staff"}) in known
    assert any(action == "member.invitation_withdrawn" for action, *_ in known)


def test_without_mail_there_is_only_the_user_name(owner: Browser, town: Town):
    at = f"/console/stores/{town.world.store_id}/members/"
    page = owner.get(at).text
    assert "This service sends no e-mail." in page
    assert 'name="email"' not in page
    assert invite(owner, at).status_code == 409


def test_no_other_site_sends_these_forms(
    owner: Browser, stranger: Browser, town: Town, at: str, mailbox: Mailbox
):
    link = invited(owner, at, town, mailbox)
    for browser, path in (
        (owner, f"{at}invitations/"),
        (owner, f"{at}invitations/{only_id(town)}/withdraw/"),
        (stranger, f"{link}account/"),
        (owner, f"{link}join/"),
    ):
        assert browser.http.post(path, data={"email": BEN, "username": "x"}).status_code == 400


def hire(town: Town, username: str, role: Role) -> int:
    """Let somebody who has an account in by name."""
    with town.app.app_context(), transaction():
        user_id = sign_ins.find(username).user_id
        members.put(town.world.store_id, user_id, role)
        return user_id


@pytest.mark.parametrize(
    ("step", "is_sent"), [("remove", True), ("remove", False), ("role/staff", True)]
)
def test_who_owns_a_store_no_more_lets_nobody_in_by_older_letters(
    owner: Browser,
    stranger: Browser,
    town: Town,
    at: str,
    mailbox: Mailbox,
    step: str,
    is_sent: bool,
):
    town.account(NOBODY)
    partner_id = hire(town, NOBODY, Role.OWNER)
    partner = Browser(town.app.test_client())
    assert partner.sign_in(NOBODY).status_code == 303
    assert invite(partner, at, role="owner").status_code == 303
    assert invite(owner, at, email="kept@example.com").status_code == 303
    if is_sent:
        deliver_letters(town.app)
    page = f"{at}{partner_id}/{step.partition('/')[0]}/"
    assert owner.submit(page, f"{at}{partner_id}/{step}/").status_code == 303
    deliver_letters(town.app)
    links = dict(zip(mailbox.receivers, mailbox.links(), strict=True))
    assert [*links] == ([BEN] if is_sent else []) + ["kept@example.com"]
    assert BEN not in owner.get(at).text
    assert stranger.get(links["kept@example.com"]).status_code == 200
    if is_sent:
        assert stranger.get(links[BEN]).status_code == 410
        assert stranger.http.post(f"{links[BEN]}account/").status_code in {400, 410}


def test_who_is_removed_does_not_come_back_by_a_letter_of_before(
    owner: Browser, town: Town, at: str, mailbox: Mailbox, stranger: Browser
):
    link = invited(owner, at, town, mailbox)
    with town.app.app_context(), transaction():
        users.create_merchant("ben", BEN.title(), PASSWORD)
    ben_id = hire(town, "ben", Role.STAFF)
    page = f"{at}{ben_id}/remove/"
    assert owner.submit(page, page).status_code == 303
    assert stranger.get(link).status_code == 410


def test_an_owner_who_is_deactivated_lets_nobody_in(
    owner: Browser, stranger: Browser, town: Town, at: str, mailbox: Mailbox
):
    link = invited(owner, at, town, mailbox)
    assert invite(owner, at, email="waits@example.com").status_code == 303
    with town.app.app_context(), transaction():
        users.set_active(OWNER, active=False)
    deliver_letters(town.app)
    assert mailbox.receivers == [BEN]
    assert stranger.get(link).status_code == 410
