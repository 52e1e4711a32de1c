"""Members of a store."""

from flashpromo.api.shapes.base import Given, Shown, page_of
from flashpromo.api.values import Text
from flashpromo.market.members import Role


class MemberRoleIn(Given):
    """What a member is to be."""

    role: Role


class MemberIn(MemberRoleIn):
    """A merchant who is let in, by the name it signs in with."""

    username: Text


class MemberOut(Shown):
    """A member as the other members see it."""

    user_id: int
    username: str
    role: Role


MemberPage = page_of(MemberOut)
