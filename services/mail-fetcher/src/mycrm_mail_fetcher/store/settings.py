"""What people set for the mailbox while MyCRM runs."""

from sqlalchemy import select

from mycrm_common.db.tables.settings import config, secrets
from mycrm_common.work import Reading
from mycrm_mail_fetcher.ports.requests import PASSWORD_NAME, MailSettings

_NUMBERS = {"mail_port": (993, 65_535), "monitor_mail_days": (10, 3_650), "mail_reserved_days": (365, 3_650)}
_TEXTS = ("mail_host", "mail_username")


async def mail_settings(reading: Reading) -> MailSettings:
    """The present settings of the mailbox; what is missing or no number has its default."""
    wanted = select(config).where(config.c.parameter.in_([*_NUMBERS, *_TEXTS]))
    said = {row.parameter: (row.value or "").strip() for row in await reading.connection.execute(wanted)}
    sealed = select(secrets.c.sealed).where(secrets.c.name == PASSWORD_NAME)
    return MailSettings(
        host=said.get("mail_host", ""),
        port=_number(said, "mail_port"),
        username=said.get("mail_username", ""),
        sealed_password=(await reading.connection.execute(sealed)).scalar_one_or_none(),
        monitor_mail_days=_number(said, "monitor_mail_days"),
        mail_reserved_days=_number(said, "mail_reserved_days"),
    )


def _number(said: dict[str, str], name: str) -> int:
    default, most = _NUMBERS[name]
    text = said.get(name, "")
    return min(max(int(text), 1), most) if text.isascii() and text.isdecimal() else default
