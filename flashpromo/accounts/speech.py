"""The language that a user has chosen to be spoken to in, wherever the user signs in."""

from sqlalchemy import select, update

from flashpromo import db, languages
from flashpromo.accounts.models import SignIn, User
from flashpromo.languages import Language


def of(username: str) -> Language | None:
    """The language of a user by name; None for a client, or who has chosen none that is spoken."""
    query = select(User.language).join(SignIn, SignIn.user_id == User.id)
    return languages.known(db.session().scalar(query.where(SignIn.username == username)))


def choose(user_id: int, language: Language) -> None:
    """Speak that language to the user from now on."""
    db.session().execute(update(User).where(User.id == user_id).values(language=language.value))
