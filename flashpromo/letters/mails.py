"""A mail from its words, in the language of its receiver: as plain text, and as simple HTML.

The words stand in `templates/letters/`. Links begin with the setting `public_url`, for a worker has
no request, and a host that a request names must never decide where a mail leads.
"""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Final

from flask import render_template
from flask_babel import force_locale

from flashpromo import config, languages
from flashpromo.languages import Language
from flashpromo.letters.addresses import one_line

FROM: Final = "flashpromo@localhost"
"""Who writes the mails of development."""


def write(
    kind: str, to: str, key: str, language: Language, at: datetime, **told: object
) -> EmailMessage:
    """Write one mail.

    Args:
        kind: which words.
        to: the receiver's address.
        key: the same for a mail that is sent again; the local part of its Message-ID.
        language: of its receiver.
        at: its date.
        told: what its words are about.
    """
    settings = config.current()
    about = {**told, "home": settings.public_url, "spoken": language.value}
    with force_locale(languages.HOME[language]):
        subject, text, html = (
            render_template(f"letters/{kind}.{part}", **about)
            for part in ("subject.txt", "txt", "html")
        )
    written = EmailMessage(policy=SMTP)
    written["Subject"] = one_line(subject)
    written["From"] = _sender(settings.mail_from or FROM)
    written["To"] = Address(addr_spec=to)
    written["Date"] = format_datetime(at)
    written["Message-ID"] = f"<{key}@{_domain(settings.mail_from)}>"
    written["Auto-Submitted"] = "auto-generated"
    written.set_content(text.strip() + "\n")
    written.add_alternative(html.strip() + "\n", subtype="html")
    return written


def _sender(given: str) -> Address:
    name, address = parseaddr(given)
    return Address(display_name=name or "Flash Promos", addr_spec=address)


def _domain(given: str) -> str:
    return parseaddr(given or FROM)[1].rpartition("@")[2]
