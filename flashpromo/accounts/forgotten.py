"""A forgotten password: asked for by name or address, chosen anew by who reads the letter.

Asking tells nothing: it writes down what was typed, and a worker looks later whom that means. Each
account gets a few letters an hour at most, whoever asks however often. A link lets its reader
choose a password while the account has the address that the letter went to.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import func, or_, select

from flashpromo import audit, config, db
from flashpromo.accounts import links, sign_ins, speech
from flashpromo.accounts.links import LinkSpent, Purpose
from flashpromo.accounts.models import OneTimeLink, SignIn, User
from flashpromo.accounts.password_change import SHORTEST_OF_CLIENTS, tell_of_change
from flashpromo.accounts.users import SHORTEST_PASSWORD
from flashpromo.errors import Conflict, NotFound
from flashpromo.fields import Checks
from flashpromo.languages import Language
from flashpromo.letters import outbox
from flashpromo.letters.models import Kind, Letter

MOST_ACCOUNTS: Final = 5
"""An address may belong to so many accounts, each with a letter of its own."""


def ask(typed: str, language: Language) -> None:
    """Write down that somebody has forgotten a password, whether there is such an account or not.

    Raises:
        NoMail: nothing is sent from here.
        InvalidFields: nothing was typed, or what could never be a name or an address.
    """
    outbox.demand_mail()
    checks = Checks()
    typed = checks.line("who", typed, longest=sign_ins.LONGEST_EMAIL)
    checks.done()
    outbox.write(Kind.FORGOTTEN, language, username=typed)


def write_to(username: str) -> None:
    """Send a user a link for a new password, at an operator's word.

    Raises:
        NoMail: nothing is sent from here.
        NotFound: there is no such account.
        Conflict: nobody knows an address of it.
    """
    outbox.demand_mail()
    owner = sign_ins.find(username)
    if owner is None or owner.user_id is None:
        raise NotFound(f"There is no user {username!r}.")
    if not owner.email:
        raise Conflict("The account has no e-mail address.")
    language = speech.of(username) or Language.ENGLISH
    outbox.write(Kind.PASSWORD, language, username=username, email=owner.email)
    audit.record("user.password_letter", "user", owner.user_id)


def answer(asked: Letter) -> int:
    """Write to every account that is meant; how many letters that makes."""
    written = 0
    for owner in _meant(asked.username or ""):
        about = (Letter.username == owner.username) & (Letter.kind == Kind.PASSWORD.value)
        since = db.app_now() - timedelta(hours=1)
        if outbox.written_since(about, since) < config.current().password_letters_per_hour:
            language = speech.of(owner.username) or Language(asked.language)
            about_owner = {"username": owner.username, "email": owner.email}
            outbox.write(Kind.PASSWORD, language, **about_owner)
            subject = sign_ins.subject_of(owner)
            audit.record(f"{subject[0]}.password_letter", *subject)
            written += 1
    return written


def owner_of(link: OneTimeLink) -> SignIn:
    """Whose password it chooses; raises `LinkSpent` if the account is gone or has moved."""
    owner = sign_ins.find(link.username or "")
    if link.purpose != Purpose.PASSWORD or owner is None or owner.email != link.email:
        raise LinkSpent
    return owner


def choose(token: str, password: str, language: Language) -> SignIn:
    """Use a link up: a new password, and all that was issued before it ends.

    Raises:
        LinkSpent: it was used, has expired, or the account has another address by now.
        InvalidFields: the password is not allowed; the link is as good as before.
    """
    link = links.look(token)
    found = owner_of(link)
    shortest = SHORTEST_OF_CLIENTS if found.user_id is None else SHORTEST_PASSWORD
    sign_ins.check(found.username, "", password, shortest_password=shortest)
    owner = sign_ins.find(found.username, lock=True)
    if owner is None or owner.email != link.email:
        raise LinkSpent
    links.use(link)
    sign_ins.replace_password(owner, password)
    tell_of_change(owner, language)
    return owner


def _meant(typed: str) -> Sequence[SignIn]:
    """Accounts of that name or address which have an address and may sign in."""
    named = or_(SignIn.username == typed, func.lower(SignIn.email) == typed.lower())
    query = (
        select(SignIn)
        .join(User, User.id == SignIn.user_id, isouter=True)
        .where(named, SignIn.email != "", or_(SignIn.user_id.is_(None), User.is_active))
        .order_by(SignIn.username)
        .limit(MOST_ACCOUNTS)
    )
    return db.session().scalars(query).all()
