"""Only what does the same work is compared: who selects other rows is no measure for anybody."""

from collections.abc import Collection


class OtherWork(AssertionError):
    """Two works that were to be compared did not do the same."""


def demand(what: str, ours: Collection[int], theirs: Collection[int]) -> None:
    """Raise `OtherWork` unless both have found the same clients."""
    if set(ours) != set(theirs):
        only = len(set(ours) - set(theirs)), len(set(theirs) - set(ours))
        raise OtherWork(f"{what}: {only[0]} are only in ours, {only[1]} only in the other")
