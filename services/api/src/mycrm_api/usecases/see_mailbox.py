"""Tell whether there is a mailbox to look at."""

from mycrm_api.domain.settings import read_settings
from mycrm_api.ports.settings import SettingsStore
from mycrm_common.work import Reading


async def is_configured(reading: Reading, *, settings: SettingsStore) -> bool:
    """Tell whether host and user of the mailbox are set, and a password or who gives tokens in its place."""
    present = read_settings(await settings.stored(reading))
    if not (present["mail_host"] and present["mail_username"]):
        return False
    if present["mail_oauth_provider"]:
        return bool(present["mail_oauth_client_id"])
    return await settings.sealed(reading, "mail_password") is not None
