"""What a letter says: the mail that it becomes, with its link."""

from email.message import EmailMessage

from flashpromo import config
from flashpromo.languages import Language
from flashpromo.letters import mails
from flashpromo.letters.models import Letter


def mail(letter: Letter, token: str | None = None, **told: object) -> EmailMessage:
    """The mail of a letter; `told` is what its words are about."""
    address = f"{config.current().public_url}/link/{token}/" if token else ""
    key, to = f"letter-{letter.id}-{letter.attempts}", letter.email or ""
    language = Language(letter.language)
    return mails.write(letter.kind, to, key, language, letter.created_at, address=address, **told)
