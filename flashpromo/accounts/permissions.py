"""Who may do what: the one table that every door asks.

A permission is named `<what>:<how>`; the same names are the scopes by which a token or a key is
narrowed. What a person may see *within* a permission (a merchant its own stores, a client itself)
is a scope of the domain's queries, not of this table.

`ALWAYS` is what no narrowing takes away: any token may say whose it is, and be ended by itself.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """The three kinds of people of the product."""

    OPERATOR = "operator"
    MERCHANT = "merchant"
    CLIENT = "client"


class Permission(StrEnum):
    """Something that a route may ask for."""

    ACCOUNT_SELF = "account:self"
    ACCOUNT_READ = "account:read"
    ACCOUNT_WRITE = "account:write"
    KEYS_WRITE = "keys:write"
    CATALOGUE_READ = "catalogue:read"
    CATALOGUE_WRITE = "catalogue:write"
    MEMBERS_READ = "members:read"
    MEMBERS_WRITE = "members:write"
    SEGMENTS_READ = "segments:read"
    SEGMENTS_WRITE = "segments:write"
    SEGMENTS_MEMBERS = "segments:members"
    CLIENTS_READ = "clients:read"
    CLIENTS_WRITE = "clients:write"
    PROFILE_READ = "profile:read"
    PROFILE_WRITE = "profile:write"
    PROFILE_ERASE = "profile:erase"
    PROMOS_READ = "promos:read"
    PROMOS_WRITE = "promos:write"
    PROMOS_MEASURE = "promos:measure"
    PROMOS_EXPLAIN = "promos:explain"
    OFFERS_READ = "offers:read"
    RESERVATIONS_READ = "reservations:read"
    RESERVATIONS_WRITE = "reservations:write"


P = Permission

MEANINGS: Final[Mapping[Permission, str]] = {
    P.ACCOUNT_SELF: "See who one is, and sign out.",
    P.ACCOUNT_READ: "See own tokens, sessions and keys.",
    P.ACCOUNT_WRITE: "Revoke own tokens, sessions and keys; change own password.",
    P.KEYS_WRITE: "Make keys for programs.",
    P.CATALOGUE_READ: "Read stores and products.",
    P.CATALOGUE_WRITE: "Write stores and products; a merchant those of its own stores.",
    P.MEMBERS_READ: "See the members of own stores.",
    P.MEMBERS_WRITE: "Manage the members of stores that one owns.",
    P.SEGMENTS_READ: "Read segments.",
    P.SEGMENTS_WRITE: "Write segments and who is in them.",
    P.SEGMENTS_MEMBERS: "See which clients are in a segment.",
    P.CLIENTS_READ: "Read client profiles; a client its own.",
    P.CLIENTS_WRITE: "Write client profiles, one by one or in bulk.",
    P.PROFILE_READ: "Read own profile, inbox and export.",
    P.PROFILE_WRITE: "Write own profile and location, read state of the inbox.",
    P.PROFILE_ERASE: "Erase oneself, for good.",
    P.PROMOS_READ: "Read promos; a client those that have started.",
    P.PROMOS_WRITE: "Write promos; a merchant those of its own stores.",
    P.PROMOS_MEASURE: "See how many clients a promo would reach and what came of it.",
    P.PROMOS_EXPLAIN: "See why one client is or is not reached.",
    P.OFFERS_READ: "List the promos that one may take now.",
    P.RESERVATIONS_READ: "List own reservations.",
    P.RESERVATIONS_WRITE: "Reserve, complete and release.",
}

ALWAYS: Final = frozenset({P.ACCOUNT_SELF})

_ONLY_FOR_CLIENTS: Final = frozenset(
    {
        P.PROFILE_READ,
        P.PROFILE_WRITE,
        P.PROFILE_ERASE,
        P.OFFERS_READ,
        P.RESERVATIONS_READ,
        P.RESERVATIONS_WRITE,
    }
)

GRANTS: Final[Mapping[Kind, frozenset[Permission]]] = {
    Kind.OPERATOR: frozenset(Permission) - _ONLY_FOR_CLIENTS,
    Kind.MERCHANT: frozenset(
        {
            P.ACCOUNT_SELF,
            P.ACCOUNT_READ,
            P.ACCOUNT_WRITE,
            P.KEYS_WRITE,
            P.CATALOGUE_READ,
            P.CATALOGUE_WRITE,
            P.MEMBERS_READ,
            P.MEMBERS_WRITE,
            P.SEGMENTS_READ,
            P.PROMOS_READ,
            P.PROMOS_WRITE,
            P.PROMOS_MEASURE,
        }
    ),
    Kind.CLIENT: _ONLY_FOR_CLIENTS
    | {
        P.ACCOUNT_SELF,
        P.ACCOUNT_READ,
        P.ACCOUNT_WRITE,
        P.CATALOGUE_READ,
        P.SEGMENTS_READ,
        P.CLIENTS_READ,
        P.PROMOS_READ,
    },
}
