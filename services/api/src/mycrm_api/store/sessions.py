"""Sessions and failed sign-ins in the database, so that any replica knows them."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete, func, insert, select, update

from mycrm_api.domain.accounts import SESSION_TOUCH, session_ends
from mycrm_api.domain.users import User
from mycrm_api.store.users import user_of
from mycrm_common.db.tables.users import sessions, sign_in_failures, users
from mycrm_common.keys import text_key
from mycrm_common.work import Reading, Work


def digest_of(token: str) -> bytes:
    """Return what is stored of a session's token."""
    return sha256(token.encode()).digest()


async def insert_session(work: Work, token: str, *, user_id: int) -> None:
    """Begin a session; those that have ended are swept away."""
    await work.connection.execute(delete(sessions).where(sessions.c.expires_at <= work.at))
    await work.connection.execute(
        insert(sessions).values(
            token_digest=digest_of(token),
            user_id=user_id,
            created_at=work.at,
            seen_at=work.at,
            expires_at=session_ends(created_at=work.at, seen_at=work.at),
        )
    )


async def user_of_session(reading: Reading, token: str, *, at: datetime) -> tuple[User, bool] | None:
    """Return who holds the session and whether its last sight should be written, or None when it is over."""
    wanted = (
        select(users, sessions.c.seen_at)
        .join(sessions, sessions.c.user_id == users.c.id)
        .where(
            sessions.c.token_digest == digest_of(token),
            sessions.c.expires_at > at,
            users.c.disabled.is_(False),
        )
    )
    row = (await reading.connection.execute(wanted)).first()
    return (user_of(row), at - row.seen_at >= SESSION_TOUCH) if row else None


async def touch(work: Work, token: str) -> None:
    """Write down that a session was used now."""
    mine = sessions.c.token_digest == digest_of(token)
    created = (await work.connection.execute(select(sessions.c.created_at).where(mine))).scalar_one_or_none()
    if created is not None:
        ends = session_ends(created_at=created, seen_at=work.at)
        await work.connection.execute(update(sessions).where(mine).values(seen_at=work.at, expires_at=ends))


async def end(work: Work, token: str) -> None:
    """End a session."""
    await work.connection.execute(delete(sessions).where(sessions.c.token_digest == digest_of(token)))


async def failures_since(
    reading: Reading, username: str, *, address: str, since: datetime
) -> tuple[int, datetime | None]:
    """Count the failed sign-ins of an account from an address, and tell when the oldest of them was."""
    counted = select(func.count(), func.min(sign_in_failures.c.at)).where(
        sign_in_failures.c.account_key == text_key(username),
        sign_in_failures.c.address == address,
        sign_in_failures.c.at > since,
    )
    count, oldest = (await reading.connection.execute(counted)).one()
    return int(count), oldest


async def insert_failure(work: Work, username: str, *, address: str, forget_before: datetime) -> None:
    """Write a failed sign-in down, and forget those that no longer count."""
    await work.connection.execute(delete(sign_in_failures).where(sign_in_failures.c.at < forget_before))
    await work.connection.execute(
        insert(sign_in_failures).values(account_key=text_key(username), address=address, at=work.at)
    )


async def forgive(work: Work, username: str, *, address: str) -> None:
    """Forget the failures of an account from an address, after a sign-in that worked."""
    await work.connection.execute(
        delete(sign_in_failures).where(
            sign_in_failures.c.account_key == text_key(username), sign_in_failures.c.address == address
        )
    )
