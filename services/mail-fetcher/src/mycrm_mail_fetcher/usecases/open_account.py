"""The account that the settings name."""

from pathlib import Path

from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.secretbox import SecretBox
from mycrm_mail_fetcher.ports import MailAccount
from mycrm_mail_fetcher.ports.requests import (
    CLIENT_SECRET_NAME,
    PASSWORD_NAME,
    REFRESH_TOKEN_NAME,
    GrantSettings,
    MailSettings,
)
from mycrm_mail_fetcher.ports.tokens import Grant, Provider

_LONGEST_NAME = 255


def open_account(
    settings: MailSettings, *, box: SecretBox, ca_file: Path | None, sealed_as: str = PASSWORD_NAME
) -> MailAccount:
    """Return the account with its password or its grant opened, or say that none is configured."""
    if not (settings.host and settings.username and (settings.sealed_password or settings.grant)):
        raise MyCRMError("mailbox_not_configured", Kind.INVALID, "no mailbox is configured")
    if settings.grant:
        return MailAccount(
            host=settings.host,
            port=settings.port,
            username=settings.username,
            grant=_grant(settings.grant, box),
            ca_file=ca_file,
        )
    return MailAccount(
        host=settings.host,
        port=settings.port,
        username=settings.username,
        password=box.open(settings.sealed_password or "", name=sealed_as),
        ca_file=ca_file,
    )


def mailbox_name(settings: MailSettings) -> str:
    """Return the mailbox's name in the ledger; the host is part of it, because UIDs mean nothing elsewhere."""
    return f"{settings.username}@{settings.host.lower()}"[:_LONGEST_NAME]


def _grant(settings: GrantSettings, box: SecretBox) -> Grant:
    if settings.provider not in set(Provider) or not settings.client_id:
        raise MyCRMError("mailbox_not_configured", Kind.INVALID, "the access by tokens is not complete")
    secret, refresh = settings.sealed_client_secret, settings.sealed_refresh_token
    return Grant(
        provider=Provider(settings.provider),
        client_id=settings.client_id,
        client_secret=box.open(secret, name=CLIENT_SECRET_NAME) if secret else "",
        refresh_token=box.open(refresh, name=REFRESH_TOKEN_NAME) if refresh else "",
        tenant=settings.tenant or "common",
    )
