"""The account that the settings name."""

from pathlib import Path

from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.secretbox import SecretBox
from mycrm_mail_fetcher.ports import MailAccount
from mycrm_mail_fetcher.ports.requests import PASSWORD_NAME, MailSettings

_LONGEST_NAME = 255


def open_account(
    settings: MailSettings, *, box: SecretBox, ca_file: Path | None, sealed_as: str = PASSWORD_NAME
) -> MailAccount:
    """Return the account with its password opened, or say that none is configured."""
    if not (settings.host and settings.username and settings.sealed_password):
        raise MyCRMError("mailbox_not_configured", Kind.INVALID, "no mailbox is configured")
    return MailAccount(
        host=settings.host,
        port=settings.port,
        username=settings.username,
        password=box.open(settings.sealed_password, name=sealed_as),
        ca_file=ca_file,
    )


def mailbox_name(settings: MailSettings) -> str:
    """Return the mailbox's name in the ledger; the host is part of it, because UIDs mean nothing elsewhere."""
    return f"{settings.username}@{settings.host.lower()}"[:_LONGEST_NAME]
