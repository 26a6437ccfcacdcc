"""The account that somebody wants tried: the stored settings, with what the request puts in their place."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.secretbox import SecretBox
from mycrm_mail_fetcher.ports import MailAccount
from mycrm_mail_fetcher.ports.requests import GrantSettings, MailboxRequest, MailSettings
from mycrm_mail_fetcher.usecases.open_account import account_with, stored_secrets

_SERVER: Final = ("host", "port", "username")


def wished_account(
    request: MailboxRequest, stored: MailSettings, *, box: SecretBox, ca_file: Path | None
) -> MailAccount:
    """Return the account with the secrets that were typed, and those of the stored ones that the request names."""
    said = request.parameters
    settings = replace(
        stored,
        **{name: said[f"mail_{name}"] for name in _SERVER if said.get(f"mail_{name}")},
        grant=_grant(said, stored.grant),
    )
    kept = stored_secrets(settings, box=box)
    named = said.get("stored_secrets", ())
    secrets = {name: text for name, text in kept.items() if name in named} | _typed(request, box)
    return account_with(secrets, settings=settings, ca_file=ca_file)


def _grant(said: Mapping[str, Any], stored: GrantSettings | None) -> GrantSettings | None:
    if not said.get("mail_oauth_provider"):
        return None
    return GrantSettings(
        provider=str(said["mail_oauth_provider"]),
        client_id=str(said.get("mail_oauth_client_id", "")),
        tenant=str(said.get("mail_oauth_tenant", "")),
        sealed_client_secret=stored.sealed_client_secret if stored else None,
        sealed_refresh_token=stored.sealed_refresh_token if stored else None,
    )


def _typed(request: MailboxRequest, box: SecretBox) -> dict[str, str]:
    """Return the secrets that came with the request, by name."""
    if request.sealed is None:
        return {}
    try:
        typed = json.loads(box.open(request.sealed, name=request.sealed_as))
    except ValueError as error:
        raise MyCRMError("secret_unreadable", Kind.INVALID, "the request's secrets cannot be read") from error
    return {str(name): str(text) for name, text in typed.items()}
