"""A mail server on the loopback, and the mails that it has taken."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"
LINK = re.compile(r"https?://\S+/link/([\w-]+)/")


@dataclass
class Mailbox:
    """What came in; `refusal` is what the server answers instead of taking a mail."""

    mails: list[EmailMessage] = field(default_factory=list)
    receivers: list[str] = field(default_factory=list)
    refusal: str = ""
    port: int = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.refusal:
            return self.refusal
        mail: Any = message_from_bytes(envelope.content, policy=default)
        self.mails.append(mail)
        self.receivers.extend(envelope.rcpt_tos)
        return "250 taken"

    def links(self, to: str | None = None) -> list[str]:
        """The paths of the links that were sent, in the order of their letters."""
        texts = [words(mail) for mail in self.mails if to in {None, mail["To"]}]
        return [f"/link/{found[1]}/" for each in texts if (found := LINK.search(each))]


def words(mail: EmailMessage, kind: str = "plain") -> str:
    return mail.get_body((kind,)).get_content()


@contextmanager
def mail_server(mailbox: Mailbox, port: int = 0, **tls: Any) -> Iterator[Mailbox]:
    """Take mails while the block runs."""
    controller = Controller(mailbox, hostname=HOST, port=port or free_port(), **tls)
    controller.start()
    mailbox.port = controller.port
    try:
        yield mailbox
    finally:
        controller.stop()


def free_port() -> int:
    with socket.create_server((HOST, 0)) as free:
        return free.getsockname()[1]
