"""The first account: made where the settings name it, else guarded by a code until somebody comes and makes it."""

import secrets

from mycrm_api.adapters.passwords import Argon2Passwords
from mycrm_api.domain.accounts import NewUser
from mycrm_api.settings import ApiSettings
from mycrm_api.store import sessions, users
from mycrm_api.usecases.set_up import set_up
from mycrm_common.errors import MyCRMError, StartError
from mycrm_common.runtime import ServiceRuntime


async def prepare_setup(runtime: ServiceRuntime, settings: ApiSettings, passwords: Argon2Passwords) -> None:
    """Make the first account where the settings name it, else see to the code that guards its making."""
    async with runtime.reading() as look:
        if await users.any_exists(look):
            return
    code = None if settings.is_loopback else secrets.token_urlsafe(9)
    async with runtime.unit() as work:
        await users.put_setup_code(work, code)
    if settings.admin_username and settings.admin_password:
        await _make_admin(runtime, settings, passwords, code=code or "")
    elif code is not None:
        runtime.console.say("setup_code", code=code)


async def _make_admin(
    runtime: ServiceRuntime, settings: ApiSettings, passwords: Argon2Passwords, *, code: str
) -> None:
    assert settings.admin_username  # noqa: S101 - the caller has looked
    assert settings.admin_password  # noqa: S101 - the caller has looked
    new = NewUser(username=settings.admin_username, password=settings.admin_password.get_secret_value())
    try:
        await set_up(
            new,
            code=code,
            is_local=True,
            language="en",
            users=users,
            sessions=sessions,
            passwords=passwords,
            reading=runtime.reading,
            unit=runtime.unit,
        )
    except MyCRMError as error:
        if error.code == "setup_done":
            return
        fault = error.errors[0] if error.errors else None
        name = f"MYCRM_ADMIN_{fault.field.upper()}" if fault else "MYCRM_ADMIN_USERNAME"
        raise StartError("setting_invalid", name=name, reason=error.detail) from None
