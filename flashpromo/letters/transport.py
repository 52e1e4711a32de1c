"""The way out: a mail server, or in development a folder in which mails can be looked at.

By the standard library. Flask-Mailman 1.1 upgrades a connection without looking at the server's
certificate (`starttls(context=None)`), and whoever stands between could read every link.
"""

import logging
import os
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Final, Self

from flashpromo.config import Settings

log = logging.getLogger(__name__)

NOT_SET_UP: Final = "mail_not_set_up"


@dataclass(frozen=True)
class Refused:
    """Why a mail was not taken. A `permanent` refusal is the answer to another try too."""

    reason: str
    permanent: bool = False


class Line:
    """A way out for several mails: one connection, made for the first, and anew after it broke."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._server.quit()
            self._server = None

    def send(self, mail: EmailMessage, name: str) -> Refused | None:
        """Hand a mail to one receiver over; None when it was taken.

        Args:
            mail: with its receiver in `To`.
            name: under which it stands in the folder.
        """
        settings = self._settings
        try:
            if settings.smtp_host:
                self._by_smtp(mail)
            elif settings.mail_folder:
                _into_folder(Path(settings.mail_folder), mail, name)
            else:
                return Refused(NOT_SET_UP)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            log.warning("mail %s was not taken: %s", name, type(error).__name__)
            return _refusal(error)
        return None

    def _by_smtp(self, mail: EmailMessage) -> None:
        self._server = self._server or _connected(self._settings)
        try:
            self._server.send_message(mail)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPSenderRefused):
            raise  # the mail is refused, the line is good
        except BaseException:
            self._server.close()
            self._server = None
            raise


def send(settings: Settings, mail: EmailMessage, name: str) -> Refused | None:
    """Hand one mail over, on a line of its own."""
    with Line(settings) as line:
        return line.send(mail, name)


def _connected(settings: Settings) -> smtplib.SMTP:
    timeout = settings.smtp_timeout_seconds
    address = (settings.smtp_host, settings.smtp_port)
    if settings.smtp_tls == "implicit":
        context = ssl.create_default_context()
        server: smtplib.SMTP = smtplib.SMTP_SSL(*address, timeout=timeout, context=context)
    else:
        server = smtplib.SMTP(*address, timeout=timeout)
    try:
        if settings.smtp_tls == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings.smtp_username:
            server.login(settings.smtp_username, settings.smtp_password)
    except BaseException:
        server.close()
        raise
    return server


def _into_folder(folder: Path, mail: EmailMessage, name: str) -> None:
    """A file that only its owner reads: there is a link in it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / f"{name}.eml"
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
        opened.write(mail.as_bytes())


def _refusal(error: Exception) -> Refused:
    """A server's code of 500 and more is final, as RFC 5321 has it; so is what is no address."""
    codes = [error.smtp_code] if isinstance(error, smtplib.SMTPResponseException) else []
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
    is_of_login = isinstance(error, smtplib.SMTPAuthenticationError)
    is_final = bool(codes) and min(codes) >= 500 and not is_of_login
    # A certificate that is not good is a ValueError too, and may be good tomorrow.
    is_of_line = isinstance(error, ssl.SSLError)
    is_wrong = isinstance(error, ValueError | smtplib.SMTPNotSupportedError) and not is_of_line
    reason = f"{type(error).__name__} {min(codes)}" if codes else type(error).__name__
    return Refused(reason, permanent=is_final or is_wrong)
