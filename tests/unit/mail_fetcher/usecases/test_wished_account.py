"""The account that somebody wants tried: typed secrets, and only those stored ones that the request names."""

import json
from typing import Any

import pytest

from mycrm_common.errors import MyCRMError
from mycrm_common.secretbox import SecretBox
from mycrm_mail_fetcher.ports import MailAccount
from mycrm_mail_fetcher.ports.requests import GrantSettings, MailboxRequest, MailSettings
from mycrm_mail_fetcher.ports.tokens import Grant, Provider
from mycrm_mail_fetcher.usecases.wished_account import wished_account

BOX = SecretBox("k" * 32)
TOKENS = {
    "mail_oauth_provider": "microsoft",
    "mail_oauth_client_id": "ours",
    "mail_oauth_tenant": "t.example",
}


def _sealed(name: str, text: str) -> str:
    return BOX.seal(text, name=name)


def _stored(*, grant: bool = False) -> MailSettings:
    return MailSettings(
        host="imap.example.com",
        port=993,
        username="li@example.com",
        sealed_password=_sealed("mail_password", "stored"),
        monitor_mail_days=10,
        mail_reserved_days=365,
        grant=GrantSettings(
            provider="microsoft",
            client_id="ours",
            tenant="t.example",
            sealed_client_secret=_sealed("mail_oauth_client_secret", "stored secret"),
            sealed_refresh_token=_sealed("mail_oauth_refresh_token", "stored token"),
        )
        if grant
        else None,
    )


def _wished(stored: MailSettings, said: dict[str, Any], **typed: str) -> MailAccount:
    sealed = BOX.seal(json.dumps(typed), name="request:r1") if typed else None
    request = MailboxRequest(id="r1", parameters=said, sealed=sealed)
    return wished_account(request, stored, box=BOX, ca_file=None)


def test_the_stored_password_is_used_where_the_request_names_it() -> None:
    account = _wished(_stored(), {"mail_port": 143, "stored_secrets": ["mail_password"]})
    assert (account.host, account.port, account.password, account.grant) == (
        "imap.example.com",
        143,
        "stored",
        None,
    )


def test_a_stored_secret_that_is_not_named_stays_where_it_is() -> None:
    with pytest.raises(MyCRMError, match="mailbox_not_configured"):
        _wished(_stored(), {"mail_host": "imap.elsewhere.example", "stored_secrets": []})


def test_typed_tokens_stand_in_for_the_stored_password() -> None:
    account = _wished(_stored(), TOKENS | {"stored_secrets": []}, mail_oauth_refresh_token="typed")
    assert account.password == ""
    assert account.grant == Grant(
        provider=Provider.MICROSOFT, client_id="ours", refresh_token="typed", tenant="t.example"
    )


def test_a_newer_token_goes_with_the_stored_secret() -> None:
    said = TOKENS | {"stored_secrets": ["mail_oauth_client_secret"]}
    grant = _wished(_stored(grant=True), said, mail_oauth_refresh_token="newer").grant
    assert grant is not None
    assert (grant.client_secret, grant.refresh_token) == ("stored secret", "newer")


def test_a_password_can_be_tried_in_place_of_the_stored_tokens() -> None:
    account = _wished(_stored(grant=True), {"stored_secrets": []}, mail_password="typed")
    assert (account.password, account.grant) == ("typed", None)


def test_secrets_that_are_no_json_are_an_answer_and_no_crash() -> None:
    request = MailboxRequest(id="r1", parameters={}, sealed=BOX.seal("a word", name="request:r1"))
    with pytest.raises(MyCRMError, match="secret_unreadable"):
        wished_account(request, _stored(), box=BOX, ca_file=None)
