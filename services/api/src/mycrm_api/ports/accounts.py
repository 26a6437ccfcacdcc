"""People's accounts, their passwords and who is signed in."""

from datetime import datetime
from typing import Protocol

from mycrm_api.domain.roles import Role
from mycrm_api.domain.users import User
from mycrm_common.work import Reading, Work


class Passwords(Protocol):
    """Hashes passwords and checks them."""

    async def hash(self, password: str) -> str:
        """Return what may be stored of a password."""
        ...

    async def fits(self, password: str, stored: str | None) -> bool:
        """Tell whether a password is the one stored; None stands for an account that does not exist."""
        ...


class Account(Protocol):
    """A user with what its password is checked against."""

    @property
    def user(self) -> User:
        """Who it is."""
        ...

    @property
    def password_hash(self) -> str:
        """What was stored of the password."""
        ...


class Users(Protocol):
    """Accounts, and the one chance to make the first."""

    async def any_exists(self, reading: Reading) -> bool:
        """Tell whether there is an account at all."""
        ...

    async def hold_by_username(self, work: Work, username: str) -> Account | None:
        """Return the account of that name, if it may sign in; whoever else asks waits until this work is done."""
        ...

    async def insert_user(
        self, work: Work, *, username: str, password_hash: str, role: Role, language: str
    ) -> User:
        """Write a new account down and return it."""
        ...

    async def change_user(self, work: Work, user_id: int, values: dict[str, str]) -> User:
        """Change an account's own choices and return it."""
        ...

    async def put_setup_code(self, work: Work, code: str | None) -> None:
        """Keep the newest one-time code; None where none is asked."""
        ...

    async def setup_code_asked(self, reading: Reading) -> bool:
        """Tell whether the set-up asks for a code."""
        ...

    async def setup_code_fits(self, reading: Reading, code: str) -> bool:
        """Tell whether a code is the one that was printed, or none is asked."""
        ...

    async def take_setup(self, work: Work) -> bool:
        """Take the one chance to set up; False when somebody else has had it."""
        ...


class Sessions(Protocol):
    """Who is signed in, and who failed to."""

    async def insert_session(self, work: Work, token: str, *, user_id: int) -> None:
        """Begin a session."""
        ...

    async def user_of_session(
        self, reading: Reading, token: str, *, at: datetime
    ) -> tuple[User, bool] | None:
        """Return who holds the session and whether to write its use down, or None when it is over."""
        ...

    async def touch(self, work: Work, token: str) -> None:
        """Write down that a session was used now."""
        ...

    async def end(self, work: Work, token: str) -> None:
        """End a session."""
        ...

    async def failures_since(
        self, reading: Reading, username: str, *, address: str, since: datetime
    ) -> tuple[int, datetime | None]:
        """Count failed sign-ins of an account from an address, and tell when the oldest was."""
        ...

    async def insert_failure(
        self, work: Work, username: str, *, address: str, forget_before: datetime
    ) -> None:
        """Write a failed sign-in down."""
        ...

    async def forgive(self, work: Work, username: str, *, address: str) -> None:
        """Forget the failures of an account from an address."""
        ...
