"""The access by tokens as people set it, and the newest refresh token, on both databases and in memory."""

from dataclasses import replace

import pytest
from sqlalchemy import insert, select

from mycrm_common.crash import CrashPoints
from mycrm_common.db.engine import Database
from mycrm_common.db.tables.mailboxes import renewed_grants
from mycrm_common.db.tables.settings import config, secrets
from mycrm_common.db.unit_of_work import SqlUnits
from mycrm_common.errors import MyCRMError
from mycrm_common.secretbox import SecretBox
from mycrm_common.work import UnitOfWork
from mycrm_mail_fetcher.adapters.grants import SealedGrants
from mycrm_mail_fetcher.ports.tokens import Grant, GrantKeeper, Provider
from mycrm_mail_fetcher.store import grants, settings
from mycrm_mail_fetcher.usecases.open_account import open_account
from tests.support.clock import FakeClock
from tests.support.memory_grants import MemoryGrants

BOX = SecretBox("k" * 32)
GRANT = Grant(
    provider=Provider.MICROSOFT,
    client_id="our-client",
    client_secret="our-secret",
    refresh_token="our-refresh",
    tenant="example.com",
)


def unit_of(database: Database, service: str) -> UnitOfWork:
    return SqlUnits(database, service=service, clock=FakeClock(), crash=CrashPoints())


@pytest.fixture(params=["memory", "database"])
def keeper(request: pytest.FixtureRequest, database: Database) -> GrantKeeper:
    if request.param == "memory":
        return MemoryGrants()
    unit = unit_of(database, "mail-fetcher")
    return SealedGrants(grants=grants, reading=database.reading, unit=unit, box=BOX)


async def test_the_newest_refresh_token_is_the_last_that_was_kept(keeper: GrantKeeper) -> None:
    assert await keeper.newest(GRANT) == "our-refresh"
    for newer in ("second", "third"):
        await keeper.keep(GRANT, refresh_token=newer)
        assert await keeper.newest(GRANT) == newer


async def test_another_grant_begins_with_its_own(keeper: GrantKeeper) -> None:
    await keeper.keep(GRANT, refresh_token="second")
    assert await keeper.newest(replace(GRANT, refresh_token="entered anew")) == "entered anew"


async def test_what_is_kept_is_sealed_and_forgotten_once_it_is_worthless(database: Database) -> None:
    clock = FakeClock()
    unit = SqlUnits(database, service="mail-fetcher", clock=clock, crash=CrashPoints())
    keeper = SealedGrants(grants=grants, reading=database.reading, unit=unit, box=BOX)
    tried = replace(GRANT, refresh_token="other")
    await keeper.keep(GRANT, refresh_token="second")
    clock.advance(days=60)
    await keeper.keep(tried, refresh_token="third")
    assert [await keeper.newest(GRANT), await keeper.newest(tried)] == ["second", "third"]

    clock.advance(days=41)
    await keeper.keep(tried, refresh_token="fourth")

    async with database.reading() as reading:
        (row,) = (await reading.connection.execute(select(renewed_grants))).all()
    assert "fourth" not in row.sealed
    assert "other" not in row.grant_key
    assert await keeper.newest(GRANT) == "our-refresh"


async def test_what_another_key_has_sealed_gives_way_to_what_was_entered(database: Database) -> None:
    for box in (SecretBox("x" * 32), BOX):
        unit = unit_of(database, "mail-fetcher")
        keeper = SealedGrants(grants=grants, reading=database.reading, unit=unit, box=box)
        assert await keeper.newest(GRANT) == "our-refresh"
        await keeper.keep(GRANT, refresh_token="second")


async def set_up(database: Database, said: dict[str, str], kept: dict[str, str]) -> None:
    async with unit_of(database, "api")() as work:
        for name, value in {
            "mail_host": "imap.example.com",
            "mail_username": "li@example.com",
            **said,
        }.items():
            await work.connection.execute(insert(config).values(parameter=name, value=value))
        for name, text in kept.items():
            row = {"name": name, "sealed": BOX.seal(text, name=name), "updated_at": work.at}
            await work.connection.execute(insert(secrets).values(**row))


async def test_the_grant_is_read_from_the_settings(database: Database) -> None:
    await set_up(
        database,
        {
            "mail_oauth_provider": "microsoft",
            "mail_oauth_client_id": "our-client",
            "mail_oauth_tenant": "example.com",
        },
        {
            "mail_oauth_client_secret": "our-secret",
            "mail_oauth_refresh_token": "our-refresh",
            "mail_password": "x",
        },
    )
    async with database.reading() as reading:
        account = open_account(await settings.mail_settings(reading), box=BOX, ca_file=None)
    assert (account.grant, account.password) == (GRANT, "")


async def test_without_a_provider_the_password_counts(database: Database) -> None:
    await set_up(
        database, {"mail_oauth_client_id": "our-client", "mail_oauth_provider": ""}, {"mail_password": "x"}
    )
    async with database.reading() as reading:
        account = open_account(await settings.mail_settings(reading), box=BOX, ca_file=None)
    assert (account.grant, account.password) == (None, "x")


@pytest.mark.parametrize("said", [{"mail_oauth_provider": "google"}, {"mail_oauth_provider": "elsewhere"}])
async def test_half_a_grant_is_no_mailbox(database: Database, said: dict[str, str]) -> None:
    await set_up(database, said, {"mail_password": "x"})
    async with database.reading() as reading:
        found = await settings.mail_settings(reading)
    with pytest.raises(MyCRMError) as caught:
        open_account(found, box=BOX, ca_file=None)
    assert caught.value.code == "mailbox_not_configured"
