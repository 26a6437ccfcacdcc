"""A stored secret stays with the place that it was entered for, on both databases."""

from collections.abc import Mapping
from typing import Any

import pytest

from mycrm_api.domain.settings import read_settings
from mycrm_api.store import settings
from mycrm_api.usecases.change_settings import change_settings
from mycrm_common.db.engine import Database
from mycrm_common.errors import MyCRMError
from mycrm_common.events.settings import SettingsChanged
from mycrm_common.secretbox import SecretBox
from tests.contract.api_office import Office

BOX = SecretBox("k" * 40)
ACCESS = {"mail_host": "imap.example.com", "mail_port": 993, "mail_username": "team@example.com"}


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


async def _change(office: Office, changes: Mapping[str, Any], **hidden: str | None) -> None:
    await change_settings(changes, secrets=hidden, settings=settings, box=BOX, unit=office.unit)


@pytest.mark.parametrize(
    "elsewhere",
    [{"mail_host": "imap.other.example"}, {"mail_port": 143}, {"mail_username": "other@example.com"}],
)
async def test_a_stored_password_does_not_follow_to_another_server_or_account(
    office: Office, elsewhere: dict[str, Any]
) -> None:
    await _change(office, ACCESS, mail_password="secret")

    with pytest.raises(MyCRMError) as caught:
        await _change(office, {**elsewhere, "followup_days": 7})

    faults = [(fault.field, fault.code) for fault in caught.value.errors]
    async with office.reading() as look:
        kept = read_settings(await settings.stored(look))
    assert faults == [("mail_password", "password_required")]
    assert {name: kept[name] for name in ACCESS} == ACCESS
    assert kept["followup_days"] == 30


async def test_a_place_is_changed_together_with_its_secret_or_without_any(office: Office) -> None:
    await _change(office, ACCESS, mail_password="secret")
    await _change(office, {"mail_host": "imap.other.example"}, mail_password="another")
    await _change(office, {"mail_host": "imap.third.example"}, mail_password=None)
    await _change(office, ACCESS)

    async with office.reading() as look:
        assert read_settings(await settings.stored(look))["mail_host"] == ACCESS["mail_host"]
        assert await settings.secret_names(look) == set()


async def test_an_emptied_server_is_not_filled_again_without_the_password(office: Office) -> None:
    await _change(office, ACCESS, mail_password="secret")
    await _change(office, {"mail_host": ""})

    with pytest.raises(MyCRMError) as caught:
        await _change(office, {"mail_host": "imap.other.example"})

    assert caught.value.errors[0].code == "password_required"


async def test_tokens_and_the_key_of_the_shop_stay_where_they_were_entered_for(office: Office) -> None:
    own = {
        "mail_oauth_provider": "google",
        "mail_oauth_client_id": "id",
        "woocommerce_url": "https://a.example",
    }
    secrets = {"mail_oauth_client_secret": "s", "mail_oauth_refresh_token": "t", "woocommerce_api": "ck:cs"}
    await _change(office, own, **secrets)

    with pytest.raises(MyCRMError) as caught:
        await _change(office, {"mail_oauth_provider": "microsoft", "woocommerce_url": "https://b.example"})
    await _change(office, own | {"theme": "green"})

    assert {(fault.field, fault.code) for fault in caught.value.errors} == {
        (name, "secret_required") for name in secrets
    }


async def test_a_secret_that_is_not_in_use_is_forgotten_at_another_place_and_asked_of_nobody(
    office: Office,
) -> None:
    tokens = {"mail_oauth_provider": "google", "mail_oauth_client_id": "id"}
    await _change(office, ACCESS | tokens, mail_password="old", mail_oauth_refresh_token="t")
    await _change(office, {"mail_oauth_provider": ""})

    await _change(office, {"mail_host": "imap.other.example"}, mail_password="another")

    async with office.reading() as look:
        assert await settings.secret_names(look) == {"mail_password"}
    names = ("mail_host", "mail_oauth_refresh_token", "mail_password")
    assert (await office.told())[-1] == SettingsChanged(names=names)
