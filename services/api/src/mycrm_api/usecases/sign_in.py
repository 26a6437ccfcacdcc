"""Signing in and out: a session for whoever knows the password, slowly for whoever guesses."""

import secrets

from mycrm_api.domain.accounts import FAILURE_WINDOW, check_failures
from mycrm_api.domain.users import User
from mycrm_api.ports.accounts import Passwords, Sessions, Users
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.work import UnitOfWork, Work

_TOKEN_BYTES = 32


async def sign_in(
    username: str,
    *,
    password: str,
    address: str,
    users: Users,
    sessions: Sessions,
    passwords: Passwords,
    unit: UnitOfWork,
) -> tuple[User, str]:
    """Return the user and the token of a new session, or refuse without saying which part was wrong."""
    async with unit() as work:
        # Held, so that those who guess at the same moment are counted one after the other on every replica.
        account = await users.hold_by_username(work, username)
        since = work.at - FAILURE_WINDOW
        count, oldest = await sessions.failures_since(work, username, address=address, since=since)
        check_failures(count, oldest=oldest or work.at, at=work.at)
        # Counted before the password is looked at: guesses made at the same moment count as well.
        await sessions.insert_failure(work, username, address=address, forget_before=since)
    if not await passwords.fits(password, account.password_hash if account else None) or account is None:
        raise MyCRMError("sign_in_refused", Kind.FORBIDDEN, "the name or the password is wrong")
    async with unit() as work:
        await sessions.forgive(work, username, address=address)
        return account.user, await begin_session(account.user, sessions=sessions, work=work)


async def begin_session(user: User, *, sessions: Sessions, work: Work) -> str:
    """Begin a session and return its token, which is stored nowhere."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    await sessions.insert_session(work, token, user_id=user.id)
    return token
