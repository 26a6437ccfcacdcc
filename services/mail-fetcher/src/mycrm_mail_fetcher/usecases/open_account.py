"""The account that the settings name."""

from collections.abc import Mapping
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


def open_account(settings: MailSettings, *, box: SecretBox, ca_file: Path | None) -> MailAccount:
    """Return the account with its password or its grant opened, or say that none is configured."""
    return account_with(stored_secrets(settings, box=box), settings=settings, ca_file=ca_file)


def stored_secrets(settings: MailSettings, *, box: SecretBox) -> dict[str, str]:
    """Return the stored secrets by name, opened."""
    grant = settings.grant
    sealed = {PASSWORD_NAME: settings.sealed_password}
    if grant:
        sealed = {
            CLIENT_SECRET_NAME: grant.sealed_client_secret,
            REFRESH_TOKEN_NAME: grant.sealed_refresh_token,
        }
    return {name: box.open(text, name=name) for name, text in sealed.items() if text}


def account_with(secrets: Mapping[str, str], *, settings: MailSettings, ca_file: Path | None) -> MailAccount:
    """Return the account of the settings with these secrets, or say that none is configured."""
    password = secrets.get(PASSWORD_NAME)
    if not (settings.host and settings.username and (password or settings.grant)):
        raise MyCRMError("mailbox_not_configured", Kind.INVALID, "no mailbox is configured")
    return MailAccount(
        host=settings.host,
        port=settings.port,
        username=settings.username,
        password="" if settings.grant else password or "",
        grant=_grant(settings.grant, secrets) if settings.grant else None,
        ca_file=ca_file,
    )


def mailbox_name(settings: MailSettings) -> str:
    """Return the mailbox's name in the ledger; the host is part of it, because UIDs mean nothing elsewhere."""
    return f"{settings.username}@{settings.host.lower()}"[:_LONGEST_NAME]


def _grant(settings: GrantSettings, secrets: Mapping[str, str]) -> Grant:
    if settings.provider not in set(Provider) or not settings.client_id:
        raise MyCRMError("mailbox_not_configured", Kind.INVALID, "the access by tokens is not complete")
    return Grant(
        provider=Provider(settings.provider),
        client_id=settings.client_id,
        client_secret=secrets.get(CLIENT_SECRET_NAME, ""),
        refresh_token=secrets.get(REFRESH_TOKEN_NAME, ""),
        tenant=settings.tenant or "common",
    )
