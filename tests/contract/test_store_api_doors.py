"""Signing in and setting up, by many at the same moment."""

import asyncio
from collections import Counter

import pytest

from mycrm_api.adapters.passwords import Argon2Passwords
from mycrm_api.domain.accounts import MOST_FAILURES, NewUser
from mycrm_api.domain.users import User
from mycrm_api.store import sessions, users
from mycrm_api.usecases.set_up import set_up
from mycrm_api.usecases.sign_in import sign_in
from mycrm_common.crash import CrashPoints
from mycrm_common.db.engine import Database
from mycrm_common.db.unit_of_work import SqlUnits
from mycrm_common.errors import Kind, MyCRMError
from tests.support.clock import FakeClock

NAME, PASSWORD = "manager", "a long enough password"


class Doors:
    """The doors of several replicas, which share one database."""

    def __init__(self, database: Database) -> None:
        self.clock, self._database, self._passwords = FakeClock(), database, Argon2Passwords()
        self.unit = SqlUnits(database, service="api", clock=self.clock, crash=CrashPoints())

    async def prepare(self) -> None:
        """Let somebody make the first account."""
        async with self.unit() as work:
            await users.put_setup_code(work, None)

    async def set_up(self, username: str) -> User | str:
        """Make the first account, or return why not."""
        try:
            user, _ = await set_up(
                NewUser(username=username, password=PASSWORD),
                code="",
                is_local=True,
                language="en",
                users=users,
                sessions=sessions,
                passwords=self._passwords,
                reading=self._database.reading,
                unit=self.unit,
            )
        except MyCRMError as error:
            return error.code
        return user

    async def sign_in(self, password: str, *, address: str = "192.0.2.1") -> str:
        """Sign in, or return why not."""
        try:
            await sign_in(
                NAME,
                password=password,
                address=address,
                users=users,
                sessions=sessions,
                passwords=self._passwords,
                unit=self.unit,
            )
        except MyCRMError as error:
            return error.code
        return "signed in"


async def test_of_many_who_set_up_at_once_one_makes_the_account(database: Database) -> None:
    doors = Doors(database)
    await doors.prepare()

    made = await asyncio.gather(*(doors.set_up(f"user{number}") for number in range(8)))

    assert Counter(said if isinstance(said, str) else "made" for said in made) == {"made": 1, "setup_done": 7}


async def test_guesses_at_the_same_moment_are_all_counted(database: Database) -> None:
    doors = Doors(database)
    await doors.prepare()
    await doors.set_up(NAME)

    said = await asyncio.gather(*(doors.sign_in(f"guess {number}") for number in range(40)))

    assert Counter(said) == {"sign_in_refused": MOST_FAILURES, "sign_in_limited": 40 - MOST_FAILURES}
    assert await doors.sign_in(PASSWORD) == "sign_in_limited"
    assert await doors.sign_in(PASSWORD, address="192.0.2.2") == "signed in"
    doors.clock.advance(seconds=61)
    assert await doors.sign_in(PASSWORD) == "signed in"


async def test_the_first_account_comes_with_its_session_or_not_at_all(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    doors = Doors(database)
    await doors.prepare()

    async def busy(*_: object, **__: object) -> None:
        raise MyCRMError("database_busy", Kind.UNAVAILABLE)

    with monkeypatch.context() as trouble:
        trouble.setattr(sessions, "insert_session", busy)
        assert await doors.set_up(NAME) == "database_busy"

    made = await doors.set_up(NAME)
    assert isinstance(made, User)
