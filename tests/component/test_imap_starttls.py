"""STARTTLS on a real Dovecot, which lets nobody in without it."""

from dataclasses import replace
from pathlib import Path

import pytest

from mycrm_common.errors import MyCRMError
from mycrm_mail_fetcher.adapters.imap import ImapServer
from mycrm_mail_fetcher.ports import MailAccount
from tests.support.certificates import make_authority
from tests.support.dovecot import DovecotServer

pytestmark = pytest.mark.servers("dovecot")


@pytest.fixture
def account(dovecot_server: DovecotServer) -> MailAccount:
    return MailAccount(
        host=dovecot_server.host,
        port=dovecot_server.starttls_port,
        username=dovecot_server.username,
        password=dovecot_server.password,
        ca_file=dovecot_server.ca_file,
    )


async def refused(account: MailAccount, *, starttls_port: int) -> MyCRMError:
    with pytest.raises(MyCRMError) as caught:
        async with ImapServer(starttls_port=starttls_port).connect(account):
            pass
    return caught.value


async def test_mail_is_read_after_starttls(dovecot_server: DovecotServer, account: MailAccount) -> None:
    await dovecot_server.deliver("INBOX", b"Subject: hello\r\n\r\nhello\r\n")
    async with ImapServer(starttls_port=account.port).connect(account) as session:
        (inbox,) = await session.folders()
        await session.open(inbox)
        (head,) = await session.heads(await session.uids())
    assert head.header == b"Subject: hello\r\n\r\n"


async def test_an_unknown_authority_is_not_trusted_after_starttls_either(
    account: MailAccount, tmp_path: Path
) -> None:
    stranger = replace(account, ca_file=make_authority(tmp_path, name="somebody else").file)
    assert (await refused(stranger, starttls_port=account.port)).code == "mailbox_certificate_untrusted"


async def test_a_wrong_password_is_refused_after_starttls(account: MailAccount) -> None:
    wrong = replace(account, password="not this one")
    assert (await refused(wrong, starttls_port=account.port)).code == "mailbox_login_refused"


async def test_no_other_port_is_spoken_to_in_clear(account: MailAccount) -> None:
    assert (await refused(account, starttls_port=143)).code == "mailbox_tls_required"
