"""Accounts in the database."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, insert, select, update

from mycrm_api.domain.roles import Role
from mycrm_api.domain.users import User
from mycrm_common.db.dialects import insert_ignoring
from mycrm_common.db.tables.users import setup, users
from mycrm_common.keys import text_key
from mycrm_common.work import Reading, Work

_ONLY_ROW = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """A user with what its password is checked against."""

    user: User
    password_hash: str


async def any_exists(reading: Reading) -> bool:
    """Tell whether there is an account at all."""
    return (await reading.connection.execute(select(users.c.id).limit(1))).first() is not None


async def hold_by_username(work: Work, username: str) -> Account | None:
    """Return the account of that name, if it may sign in; whoever else asks waits until this work is done."""
    wanted = select(users).where(users.c.username_key == text_key(username), users.c.disabled.is_(False))
    row = (await work.connection.execute(wanted.with_for_update())).first()
    return Account(user=user_of(row), password_hash=row.password_hash) if row else None


async def insert_user(work: Work, *, username: str, password_hash: str, role: Role, language: str) -> User:
    """Write a new account down and return it."""
    values: dict[str, Any] = {"language": language, "theme": "", "time_zone": ""}
    done = await work.connection.execute(
        insert(users).values(
            username=username,
            username_key=text_key(username),
            password_hash=password_hash,
            role=role.value,
            disabled=False,
            created_at=work.at,
            **values,
        )
    )
    return User(id=int(done.lastrowid), username=username, role=role, **values)


async def change_user(work: Work, user_id: int, values: dict[str, str]) -> User:
    """Change an account's own choices and return it."""
    if values:
        await work.connection.execute(update(users).where(users.c.id == user_id).values(**values))
    row = (await work.connection.execute(select(users).where(users.c.id == user_id))).one()
    return user_of(row)


async def put_setup_code(work: Work, code: str | None) -> None:
    """Keep the newest one-time code, by its digest; None where none is asked."""
    digest = sha256(code.encode()).digest() if code else None
    await work.connection.execute(insert_ignoring(work.connection, setup).values(id=_ONLY_ROW))
    await work.connection.execute(
        update(setup).where(setup.c.id == _ONLY_ROW, setup.c.done_at.is_(None)).values(code_digest=digest)
    )


async def setup_code_asked(reading: Reading) -> bool:
    """Tell whether the set-up asks for a code."""
    kept = select(setup.c.code_digest).where(setup.c.id == _ONLY_ROW)
    return (await reading.connection.execute(kept)).scalar_one_or_none() is not None


async def setup_code_fits(reading: Reading, code: str) -> bool:
    """Tell whether a code is the one that was printed."""
    kept = select(setup.c.code_digest).where(setup.c.id == _ONLY_ROW)
    digest = (await reading.connection.execute(kept)).scalar_one_or_none()
    return digest is None or digest == sha256(code.encode()).digest()


async def take_setup(work: Work) -> bool:
    """Take the one chance to set up; False when somebody else has had it."""
    done = await work.connection.execute(
        update(setup).where(setup.c.id == _ONLY_ROW, setup.c.done_at.is_(None)).values(done_at=work.at)
    )
    return done.rowcount == 1


def user_of(row: Row[Any]) -> User:
    """Return the account that a row of `users` holds."""
    return User(
        id=row.id,
        username=row.username,
        role=Role(row.role),
        language=row.language,
        theme=row.theme,
        time_zone=row.time_zone,
    )
