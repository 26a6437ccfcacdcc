"""What people set for the mailbox while MyCRM runs."""

from collections.abc import Mapping

from sqlalchemy import select

from mycrm_common.db.tables.settings import config, secrets
from mycrm_common.work import Reading
from mycrm_mail_fetcher.ports.requests import (
    CLIENT_SECRET_NAME,
    PASSWORD_NAME,
    REFRESH_TOKEN_NAME,
    GrantSettings,
    MailSettings,
)

_NUMBERS = {"mail_port": (993, 65_535), "monitor_mail_days": (10, 3_650), "mail_reserved_days": (365, 3_650)}
_TEXTS = (
    "mail_host",
    "mail_username",
    "mail_oauth_provider",
    "mail_oauth_client_id",
    "mail_oauth_tenant",
)
_SECRETS = (PASSWORD_NAME, CLIENT_SECRET_NAME, REFRESH_TOKEN_NAME)


async def mail_settings(reading: Reading) -> MailSettings:
    """The present settings of the mailbox; what is missing or no number has its default."""
    wanted = select(config).where(config.c.parameter.in_([*_NUMBERS, *_TEXTS]))
    said = {row.parameter: (row.value or "").strip() for row in await reading.connection.execute(wanted)}
    kept = select(secrets.c.name, secrets.c.sealed).where(secrets.c.name.in_(_SECRETS))
    sealed = {row.name: row.sealed for row in await reading.connection.execute(kept)}
    return MailSettings(
        host=said.get("mail_host", ""),
        port=_number(said, "mail_port"),
        username=said.get("mail_username", ""),
        sealed_password=sealed.get(PASSWORD_NAME),
        monitor_mail_days=_number(said, "monitor_mail_days"),
        mail_reserved_days=_number(said, "mail_reserved_days"),
        grant=_grant(said, sealed),
    )


def _grant(said: Mapping[str, str], sealed: Mapping[str, str]) -> GrantSettings | None:
    if not said.get("mail_oauth_provider"):
        return None
    return GrantSettings(
        provider=said["mail_oauth_provider"],
        client_id=said.get("mail_oauth_client_id", ""),
        tenant=said.get("mail_oauth_tenant", ""),
        sealed_client_secret=sealed.get(CLIENT_SECRET_NAME),
        sealed_refresh_token=sealed.get(REFRESH_TOKEN_NAME),
    )


def _number(said: dict[str, str], name: str) -> int:
    default, most = _NUMBERS[name]
    text = said.get(name, "")
    return min(max(int(text), 1), most) if text.isascii() and text.isdecimal() else default
