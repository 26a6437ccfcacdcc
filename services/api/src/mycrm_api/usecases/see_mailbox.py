"""Tell whether there is a mailbox to look at."""

from mycrm_api.domain.settings import read_settings
from mycrm_api.ports import SettingsStore
from mycrm_common.work import Reading


async def is_configured(reading: Reading, *, settings: SettingsStore) -> bool:
    """Tell whether host, user and password of the mailbox are all set."""
    present = read_settings(await settings.stored(reading))
    if not (present["mail_host"] and present["mail_username"]):
        return False
    return await settings.sealed(reading, "mail_password") is not None
