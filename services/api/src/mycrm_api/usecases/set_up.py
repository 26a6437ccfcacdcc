"""The first account: made once, by whoever can read the console or reach the machine itself."""

from mycrm_api.domain.accounts import NewUser, check_new_user
from mycrm_api.domain.roles import Role
from mycrm_api.domain.users import User
from mycrm_api.ports import Passwords, Users
from mycrm_common.errors import FieldFault, Kind, MyCRMError
from mycrm_common.work import UnitOfWork


async def set_up(
    new: NewUser, *, code: str, language: str, users: Users, passwords: Passwords, unit: UnitOfWork
) -> User:
    """Make the first account, an admin; a second one to try is refused."""
    check_new_user(new)
    password_hash = await passwords.hash(new.password)
    async with unit() as work:
        if not await users.setup_code_fits(work, code):
            fault = FieldFault(field="code", code="setup_code_wrong", message="not the code that was printed")
            raise MyCRMError("setup_code_wrong", Kind.FORBIDDEN, fault.message, errors=[fault])
        if await users.any_exists(work) or not await users.take_setup(work):
            raise MyCRMError("setup_done", Kind.CONFLICT, "the first account has been made")
        return await users.insert_user(
            work, username=new.username, password_hash=password_hash, role=Role.ADMIN, language=language
        )
