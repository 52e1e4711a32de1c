"""Where a request comes from; behind proxies too, see the setting `trusted_proxies`."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from flask import request

UNKNOWN: Final = "unknown"
LONGEST: Final = 160
REMEMBERED: Final = 10_000
ONE_SUBSCRIBER: Final = 64
"""Bits of an IPv6 address: who has one address has all the others that begin with them."""


def address() -> str:
    """The client's address."""
    return request.remote_addr or UNKNOWN


def counted_address() -> str:
    """What counts as one address where attempts are counted."""
    return counted(address())


@lru_cache(maxsize=REMEMBERED)
def counted(address: str) -> str:
    """The same of any address."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ip_network((found, ONE_SUBSCRIBER), strict=False))


def described() -> str:
    """Address and user agent, for a person who looks through what was issued to it."""
    agent = request.user_agent.string
    said = f"{address()} {agent}".strip()[:LONGEST]
    return "".join(sign if sign.isascii() and sign.isprintable() else "?" for sign in said)
