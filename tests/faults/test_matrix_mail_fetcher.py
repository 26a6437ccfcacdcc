"""A mail-fetcher that dies while it reads leaves no mail out and stores none twice."""

import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from mycrm_common.db.tables.messages import messages
from mycrm_common.events.messages import MessageStored
from tests.component.mail_fetcher_service import mail_fetcher
from tests.faults.apart import KILLED_HERE, ROOT
from tests.support.dovecot import DovecotServer
from tests.support.embedded import embedded_crm
from tests.support.mailbox_maker import make_mailbox
from tests.support.process import python_module


@pytest.mark.servers("dovecot")
@pytest.mark.parametrize(
    "place",
    [
        "fetch.batch_read",
        "unit.before_commit",
        "unit.committed",
        "fetch.batch_stored",
        "fetch.batch_stored:2",
    ],
)
async def test_mail_is_stored_once_with_its_date_although_its_reader_died(
    dovecot_server: DovecotServer, tmp_path: Path, place: str
) -> None:
    """Row 24: before, in and after the transaction that stores a batch with its places."""
    mailbox = make_mailbox(40, seed=24, newest_at=_now() - timedelta(hours=1))
    await dovecot_server.deliver_all(mailbox)
    ca_file = dovecot_server.ca_file
    async with mail_fetcher(tmp_path, mailbox_ca_file=ca_file) as fetcher:
        await fetcher.connect(dovecot_server)

    async with python_module(
        "tests.faults.looking_process",
        str(tmp_path),
        str(ca_file),
        place,
        folder=tmp_path,
        environment={"PYTHONPATH": str(ROOT)},
    ) as child:
        assert await child.wait(seconds=60) == KILLED_HERE, child.output()

    async with mail_fetcher(tmp_path, mailbox_ca_file=ca_file) as fetcher:
        early = await fetcher.rows(select(messages))
        assert len(early) < mailbox.distinct
        await fetcher.look()
        stored = await fetcher.rows(select(messages))
        told = await fetcher.told(MessageStored)
    dates = {mail.message_id: mail.internal_date for mail in mailbox.distinct_mails}
    assert {f"<{row.message_id}>": row.date for row in stored} == dates
    assert len(stored) == mailbox.distinct
    assert Counter(event.subject for event in told) == Counter(str(row.id) for row in stored)


@pytest.mark.servers("dovecot")
async def test_a_killed_crm_reads_on_as_soon_as_it_is_back(
    dovecot_server: DovecotServer, tmp_path: Path
) -> None:
    """Row 24, embedded: the lease of the dead is void at once, where nobody else can hold it."""
    failpoint_file = tmp_path / "failpoint"
    failpoint_file.write_text("fetch.batch_stored", encoding="utf-8")
    environment = {
        "MYCRM_FAILPOINT_FILE": str(failpoint_file),
        "MYCRM_MAILBOX_CA_FILE": str(dovecot_server.ca_file),
        "MYCRM_FETCH_INTERVAL_SECONDS": "1",
    }
    await dovecot_server.deliver_all(make_mailbox(20, seed=24, newest_at=_now() - timedelta(hours=1)))
    account = dovecot_server.account
    async with embedded_crm(tmp_path, environment=environment) as crm:
        await crm.set_up()
        await crm.connect_mailbox(
            host=account.host, port=account.port, username=account.username, password=account.password
        )
        assert await crm.child.wait(seconds=60) == KILLED_HERE
        with closing(sqlite3.connect(crm.data / "mycrm.db")) as sql, sql:
            changed = sql.execute(
                "UPDATE leases SET expires_at = '2999-01-01' WHERE name = 'mail-fetcher.sync'"
            )
            assert changed.rowcount == 1

        failpoint_file.write_text("", encoding="utf-8")
        crm.restart()
        await crm.ready()
        await crm.child.wait_for_line("mailbox.synced", seconds=60)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - the services under test use the real clock
