"""Accounts, as far as rules look at them."""

from dataclasses import dataclass

from mycrm_api.domain.roles import Role

OPERATOR_NAME = "operator"


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    """An account that may sign in; it never carries its password."""

    id: int
    username: str
    role: Role
    language: str
    theme: str
    time_zone: str

    @property
    def signature(self) -> str:
        """What the history keeps of who did something: the account's id, or that it was the operator."""
        return self.username if self == OPERATOR else str(self.id)


# Whoever may open the data folder's socket, or reads the database's password, owns all that MyCRM has: they act
# as this admin, which has no account, no password and no session. Accounts have ids above 0 and other names.
OPERATOR = User(id=0, username=OPERATOR_NAME, role=Role.ADMIN, language="", theme="", time_zone="")
