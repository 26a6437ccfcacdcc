"""Accounts, as far as rules look at them."""

from dataclasses import dataclass

from mycrm_api.domain.roles import Role


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    """An account that may sign in; it never carries its password."""

    id: int
    username: str
    role: Role
    language: str
    theme: str
    time_zone: str
