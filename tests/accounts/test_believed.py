"""What a process believes about tokens: never what it has itself revoked."""

import pytest

from flashpromo.accounts import holdings, tokens, users
from flashpromo.accounts.believed import believed
from flashpromo.db import transaction
from flashpromo.errors import NotAuthenticated

GOOD = "long enough"


@pytest.fixture
def token(context: None) -> str:
    with transaction():
        users.create_merchant("techshop", "", GOOD)
        return tokens.sign_in("techshop", GOOD, hours=1).token


def test_what_was_read_before_a_revocation_is_not_believed_after_it(token: str):
    """A request reads the row, another one revokes it, and only then the first remembers."""
    who = tokens.principal_of(token)
    _, counter = believed.find(who.held.token_hash)
    with transaction():
        holdings.end(who.held)
    believed.store(who, counter)
    with pytest.raises(NotAuthenticated):
        tokens.principal_of(token)


def test_a_revocation_that_is_rolled_back_is_none(token: str):
    who = tokens.principal_of(token)

    def change_one_s_mind() -> None:
        holdings.end(who.held)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), transaction():
        change_one_s_mind()
    believed.forget_all()
    assert tokens.principal_of(token) == who


def test_a_token_of_one_kind_is_not_taken_for_another(token: str):
    with pytest.raises(NotAuthenticated):
        tokens.principal_of(token, {tokens.TokenKind.SESSION})
