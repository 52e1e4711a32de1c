"""Passwords are kept as argon2id hashes; a check takes the same time for a name nobody has.

The cost follows the OWASP password storage cheat sheet (19 MiB, two passes, one lane): tens of
milliseconds, more on a busy machine, and small enough that a burst of sign-ins does not exhaust the
memory of a web process.
"""

import secrets
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

# Checked when there is no such name; no password fits it, because it is the hash of a random one
# that nobody has kept. Its parameters are those above, and so is the time it takes.
_NOBODY: Final = _HASHER.hash(secrets.token_bytes(32))


def hashed(password: str) -> str:
    """The argon2id hash to store, with its own salt and parameters inside; slow on purpose."""
    return _HASHER.hash(_as_bytes(password))


def fits(password_hash: str | None, password: str) -> bool:
    """Whether `password` belongs to the hash; None stands for a name that does not exist."""
    try:
        _HASHER.verify(password_hash or _NOBODY, _as_bytes(password))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with other costs than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def _as_bytes(password: str) -> bytes:
    """Lone surrogates cannot be encoded; here they are only a password that fits nobody's."""
    return password.encode("utf-8", "surrogatepass")
