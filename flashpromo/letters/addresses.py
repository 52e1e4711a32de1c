"""What can stand in the head of a mail."""

from email.errors import HeaderParseError
from email.headerregistry import Address


def is_address(email: str) -> bool:
    """Whether a mail to it can be written; `a@b,c@d` would be two, `<a@b` none."""
    try:
        return Address(addr_spec=email).addr_spec == email
    except (HeaderParseError, ValueError, IndexError):
        return False


def one_line(words: str) -> str:
    """Words as one line of a head: whatever ends a line somewhere in the world is a blank."""
    return " ".join(words.split())
