"""Mail-fetcher is killed and cut off, over and over, while mail arrives, moves and is deleted.

In the end every uid of every folder stands in exactly one named set, no mail is lost, and none is there twice.
`--mail-storm-lives` says how many lives it has, `--storm-seed` which ones.
"""

import asyncio
import imaplib
import ssl
from collections import Counter
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from mycrm_common.clock import SystemClock
from mycrm_common.db.tables.events import outbox
from mycrm_common.db.tables.mailboxes import folders, locations, uid_runs
from mycrm_common.db.tables.messages import messages
from mycrm_common.events.messages import MessageStored
from mycrm_mail_fetcher.domain.uid_sets import UidSet
from tests.component.mail_fetcher_service import MailFetcher, mail_fetcher
from tests.faults.fetching_life import begin_life
from tests.support.dovecot import DovecotServer
from tests.support.folder_names import on_the_wire
from tests.support.mailbox_maker import make_mailbox
from tests.support.public_events import unfit
from tests.support.tcp_proxy import TcpProxy, tcp_proxy

FOLDERS = ("INBOX", "Sent", "客户/欧洲", "Archive")
PLACES = ("fetch.batch_read", "unit.before_commit", "unit.committed", "fetch.batch_stored")
LONGEST_LIFE = 0.6


@dataclass(kw_only=True)
class Storm:
    """What was done to the mailbox, and how the lives ended."""

    random: Random
    server: DovecotServer
    sent: set[tuple[str, int]] = field(default_factory=set)
    ends: Counter[str] = field(default_factory=Counter)

    async def deliver(self, count: int) -> None:
        """More mail, odd ones among it."""
        newest = SystemClock().now().replace(microsecond=0) - timedelta(minutes=1)
        seed = self.random.randrange(1 << 30)
        made = make_mailbox(max(count, 20), seed=seed, newest_at=newest)
        mails = self.random.sample(made.mails, count)
        await self.server.deliver_all(mails)
        # An id is one mail in one made mailbox; others may have it too.
        self.sent |= {(mail.message_id, seed) for mail in mails}

    async def shuffle(self) -> None:
        """Move some mail to another folder, where it has new uids."""
        source, destination = self.random.sample(FOLDERS, 2)
        uids = list(await uids_of(self.server, source))
        if uids:
            chosen = self.random.sample(uids, min(len(uids), 5))
            await self.server.account.move(chosen, source=source, destination=destination)


@pytest.fixture(params=["sqlite", "mariadb"])
def storm_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the mail is stored."""
    if request.param == "mariadb":
        return str(request.getfixturevalue("mariadb_url"))
    return f"sqlite+aiosqlite:///{tmp_path}/mycrm.db"


@pytest.mark.servers("dovecot")
async def test_no_life_that_ends_badly_costs_a_mail(
    dovecot_server: DovecotServer,
    storm_database: str,
    storm_seed: int,
    mail_storm_lives: int,
    tmp_path: Path,
) -> None:
    storm = Storm(random=Random(storm_seed), server=dovecot_server)
    for name in FOLDERS[1:]:
        await dovecot_server.create_folder(name)
    await storm.deliver(200)
    async with tcp_proxy(dovecot_server.host, dovecot_server.port) as proxy:
        async with fetcher_of(dovecot_server, storm_database, tmp_path) as fetcher:
            await fetcher.connect(dovecot_server, mail_port=proxy.port)
        for _ in range(mail_storm_lives):
            await one_life(storm, proxy, storm_database, tmp_path)
    print(f"seed {storm_seed}: {dict(storm.ends)}, {len(storm.sent)} mails")
    async with fetcher_of(dovecot_server, storm_database, tmp_path) as fetcher:
        await fetcher.connect(dovecot_server)
        await fetcher.look()
        await check_ledger(fetcher, dovecot_server)
        await check_messages(fetcher, storm)
    assert storm.ends["cut"] >= mail_storm_lives // 8
    assert storm.ends.total() == mail_storm_lives


def fetcher_of(
    server: DovecotServer, database: str, folder: Path
) -> AbstractAsyncContextManager[MailFetcher]:
    """The mail-fetcher over this database, in this process."""
    return mail_fetcher(folder, database_url=database, mailbox_ca_file=server.ca_file)


async def one_life(storm: Storm, proxy: TcpProxy, database: str, folder: Path) -> None:
    """Let a mail-fetcher live for a moment, with its line cut now and then, and end it."""
    random = storm.random
    kind = random.choice(("kill", "kill", "place", "cut"))
    place = f"{random.choice(PLACES)}:{random.randint(1, 3)}" if kind == "place" else ""
    proxy.down.cut_after = random.randrange(1, 60_000) if kind == "cut" else None
    life = begin_life(folder, database_url=database, ca_file=storm.server.ca_file, place=place)
    try:
        await storm.deliver(random.randint(1, 12))
        if random.random() < 0.3:
            await storm.shuffle()
        await asyncio.sleep(random.uniform(0, LONGEST_LIFE))
    finally:
        if life.is_alive():
            life.kill()
        await asyncio.to_thread(life.join)
        proxy.down.cut_after = None
    storm.ends[kind] += 1


async def uids_of(server: DovecotServer, folder: str) -> UidSet:
    """Every uid that the server has in the folder, by another program's reading of it."""

    def ask() -> UidSet:
        context = ssl.create_default_context(cafile=str(server.ca_file))
        context.check_hostname = False
        with imaplib.IMAP4_SSL(server.host, server.port, ssl_context=context) as client:
            client.login(server.username, server.password)
            client.select(on_the_wire(folder), readonly=True)
            _, (told,) = client.uid("SEARCH", "ALL")
            return UidSet(int(uid) for uid in told.split())

    return await asyncio.to_thread(ask)


async def check_ledger(fetcher: MailFetcher, server: DovecotServer) -> None:
    """Every uid of the server stands in exactly one set of the ledger, and no other does."""
    for row in await fetcher.rows(select(folders)):
        placed = await fetcher.rows(
            select(locations).where(
                locations.c.folder_id == row.id, locations.c.uid_validity == row.uid_validity
            )
        )
        runs = await fetcher.rows(
            select(uid_runs).where(
                uid_runs.c.folder_id == row.id, uid_runs.c.uid_validity == row.uid_validity
            )
        )
        stored = UidSet(place.uid for place in placed if place.state == "stored" and place.message_id)
        ignored = UidSet.of_ranges((run.first_uid, run.last_uid) for run in runs)
        assert len(stored) == len(placed), f"{row.name}: held or lost {placed}"
        assert not stored & ignored
        assert stored | ignored == await uids_of(server, row.name), row.name


async def check_messages(fetcher: MailFetcher, storm: Storm) -> None:
    """Each mail that was ever delivered is stored once, and told once."""
    rows = await fetcher.rows(select(messages.c.id, messages.c.message_id))
    mails = [row for row in rows if row.message_id]
    assert Counter(f"<{row.message_id}>" for row in mails) == Counter(name for name, _ in storm.sent)
    assert unfit(row.body for row in await fetcher.rows(select(outbox.c.body))) == []
    told = await fetcher.told(MessageStored)
    assert Counter(event.subject for event in told) == Counter(str(row.id) for row in rows)
