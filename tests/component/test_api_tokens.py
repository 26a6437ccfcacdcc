"""Access to the mailbox by tokens, through the web door."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.component.api_service import ApiClient, api_service

SETTINGS, MAILBOX = "/api/v1/settings", "/api/v1/mailbox"
GRANT = {
    "mail_host": "outlook.example.com",
    "mail_username": "team@example.com",
    "mail_oauth_provider": "microsoft",
    "mail_oauth_client_id": "11111111-2222",
    "mail_oauth_tenant": "example.com",
}
SECRETS = {"mail_oauth_client_secret": "very secret", "mail_oauth_refresh_token": "M.C5_" + "x" * 2_000}


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[ApiClient]:
    async with api_service(tmp_path) as client:
        client.session.headers["Origin"] = client.url
        await client.set_up()
        yield client


async def test_a_grant_goes_in_and_its_secrets_never_come_out(api: ApiClient) -> None:
    before = (await api.ask("GET", SETTINGS))[1]
    status, said, _ = await api.ask("PATCH", SETTINGS, {**GRANT, **SECRETS})
    told = {f"{name}_set": True for name in SECRETS}
    assert (status, said) == (200, {**before, **GRANT, **told})
    log = json.dumps((await api.ask("GET", "/api/v1/logs/api"))[1])
    assert not [secret for secret in SECRETS.values() if secret in json.dumps(said) + log]


async def test_with_a_grant_the_mailbox_needs_no_password(api: ApiClient) -> None:
    assert (await api.ask("GET", MAILBOX))[1]["state"] == "not_configured"
    await api.ask("PATCH", SETTINGS, {**GRANT, "mail_oauth_client_id": ""})
    assert (await api.ask("GET", MAILBOX))[1]["state"] == "not_configured"
    await api.ask("PATCH", SETTINGS, {**GRANT, **SECRETS})
    assert (await api.ask("GET", MAILBOX))[1]["state"] != "not_configured"
