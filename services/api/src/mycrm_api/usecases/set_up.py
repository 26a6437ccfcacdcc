"""The first account: made once, by whoever can read the console or reach the machine itself."""

from mycrm_api.domain.accounts import NewUser, check_new_user
from mycrm_api.domain.roles import Role
from mycrm_api.domain.users import User
from mycrm_api.ports.accounts import Passwords, Sessions, Users
from mycrm_api.usecases.sign_in import begin_session
from mycrm_common.errors import FieldFault, Kind, MyCRMError
from mycrm_common.work import Reading, ReadingRoom, UnitOfWork


async def set_up(
    new: NewUser,
    *,
    code: str,
    is_local: bool,
    language: str,
    users: Users,
    sessions: Sessions,
    passwords: Passwords,
    reading: ReadingRoom,
    unit: UnitOfWork,
) -> tuple[User, str]:
    """Make the first account, an admin, and return it with the token of its session, all of it or nothing.

    A second one to try is refused, and so is who comes from elsewhere.
    """
    check_new_user(new)
    # Looked at before a password is hashed: refusing must cost nearly nothing, since anybody may ask.
    async with reading() as look:
        await _admit(look, code, is_local=is_local, users=users)
    password_hash = await passwords.hash(new.password)
    async with unit() as work:
        await _admit(work, code, is_local=is_local, users=users)
        if not await users.take_setup(work):
            raise _done()
        user = await users.insert_user(
            work, username=new.username, password_hash=password_hash, role=Role.ADMIN, language=language
        )
        return user, await begin_session(user, sessions=sessions, work=work)


async def _admit(look: Reading, code: str, *, is_local: bool, users: Users) -> None:
    if await users.any_exists(look):
        raise _done()
    if not await users.setup_code_fits(look, code):
        fault = FieldFault(field="code", code="setup_code_wrong", message="not the code that was printed")
        raise MyCRMError("setup_code_wrong", Kind.FORBIDDEN, fault.message, errors=[fault])
    if not (is_local or await users.setup_code_asked(look)):
        # Only this machine is listened to, so whoever has another name for it is a proxy's or a foreign page's guest.
        detail = "open the page by this machine's own name, such as 127.0.0.1, to make the first account"
        raise MyCRMError("setup_not_local", Kind.FORBIDDEN, detail)


def _done() -> MyCRMError:
    return MyCRMError("setup_done", Kind.CONFLICT, "the first account has been made")
