"""Addresses of a Redis that Sentinel watches: who is to be asked where the master is.

`redis+sentinel://[user:password@]host[:port][,host[:port]…]/service[/number]`, as other clients of
Sentinel write it. User and password are those of Redis; Sentinels of their own have theirs behind a
question mark: `?sentinel_username=…&sentinel_password=…`.
"""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

SCHEME: Final = "redis+sentinel"
PORT: Final = 26379
OPTIONS: Final = frozenset({"sentinel_username", "sentinel_password"})
FORM: Final = "redis+sentinel://host:26379,host:26379/service/0"


@dataclass(frozen=True)
class Watched:
    """A master by the name that its Sentinels know it by, and how to sign in to both."""

    sentinels: tuple[tuple[str, int], ...]
    service: str
    number: int = 0
    credentials: dict[str, str] = field(default_factory=dict, repr=False)
    sentinel_credentials: dict[str, str] = field(default_factory=dict, repr=False)


def watched(url: str) -> Watched | None:
    """What an address of `redis+sentinel` says; None for any other address.

    Raises:
        ValueError: it is not of the form above.
    """
    parts = urlsplit(url)
    if parts.scheme != SCHEME:
        return None
    who, _, where = parts.netloc.rpartition("@")
    username, _, password = who.partition(":")
    service, _, number = parts.path.strip("/").partition("/")
    options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    if not service or not (number or "0").isdecimal() or not options.keys() <= OPTIONS:
        raise ValueError(f"not an address like {FORM}")
    return Watched(
        tuple(map(_address, where.split(","))),
        unquote(service),
        int(number or 0),
        _given(username=unquote(username), password=unquote(password)),
        _given(**{name.removeprefix("sentinel_"): value for name, value in options.items()}),
    )


def _address(written: str) -> tuple[str, int]:
    """Raises ValueError when it names no host or no port that is one."""
    parts = urlsplit(f"//{written}")
    if not parts.hostname:
        raise ValueError(f"not an address like {FORM}")
    return parts.hostname, parts.port or PORT


def _given(**values: str) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}
