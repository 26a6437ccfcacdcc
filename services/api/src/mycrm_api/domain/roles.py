"""Who may do what: three roles, each including the one before."""

from enum import StrEnum


class Role(StrEnum):
    """What an account may do; a viewer reads, a member also writes customers, an admin everything."""

    VIEWER = "viewer"
    MEMBER = "member"
    ADMIN = "admin"

    def includes(self, other: "Role") -> bool:
        """Tell whether this role may do what the other may."""
        order = tuple(Role)
        return order.index(self) >= order.index(other)
