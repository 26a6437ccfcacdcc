"""A keeper of the mailbox with everything in memory but the decisions."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

from mycrm_common.crash import CrashPoints
from mycrm_common.events.registry import Event
from mycrm_common.logs import LogLine, LogShelf, open_logs
from mycrm_common.secretbox import SecretBox
from mycrm_mail_fetcher.adapters.line import LastingLine
from mycrm_mail_fetcher.adapters.reading_here import ThreadReader
from mycrm_mail_fetcher.ports.requests import MailSettings, Verb
from mycrm_mail_fetcher.usecases.keep_synced import Keeper, Memory, keep_synced
from mycrm_mail_fetcher.usecases.sync_mailbox import Means
from tests.support.clock import FakeClock
from tests.support.fake_imap import NOON, PASSWORD, USERNAME, FakeMailServer
from tests.support.memory_ledger import MemoryLedger
from tests.support.memory_tasks import MemoryMailboxes, MemorySettings, MemoryTasks

E = TypeVar("E", bound=Event)


class Desk:
    """One keeper, his mailbox, and what he writes."""

    def __init__(self, *, excluded: Sequence[str] = ("Drafts",), luck: float = 1.0) -> None:
        self.server = FakeMailServer()
        self.clock = FakeClock(NOON)
        self.ledger = MemoryLedger(self.clock)
        self.tasks = MemoryTasks()
        self.mailboxes = MemoryMailboxes()
        self.box = SecretBox("k" * 32)
        self.settings = MemorySettings(present=self.access())
        self.shelf = LogShelf()
        self.memory = Memory()
        self.line = LastingLine(self.server)
        self.luck = luck
        self.means = Means(
            line=self.line,
            ledger=self.ledger.ports,
            mails=ThreadReader(),
            excluded=excluded,
            crash=CrashPoints(),
            log=open_logs(level="debug", clock=self.clock, shelf=self.shelf),
        )

    def access(self, *, password: str | None = PASSWORD, host: str = "mail.example.cn") -> MailSettings:
        """The settings of the mailbox."""
        return MailSettings(
            host=host,
            port=993,
            username=USERNAME,
            sealed_password=self.box.seal(password, name="mail_password") if password else None,
            monitor_mail_days=10,
            mail_reserved_days=365,
        )

    async def beat(self) -> None:
        """Let the keeper do his job once."""
        keeper = Keeper(
            means=self.means,
            settings=self.settings,
            mailboxes=self.mailboxes,
            tasks=self.tasks,
            box=self.box,
            clock=self.clock,
            luck=lambda: self.luck,
            ca_file=None,
            addresses=frozenset(),
            admin_name="",
            interval=timedelta(minutes=1),
        )
        await keep_synced(self.memory, keeper=keeper)

    async def ask(self, request_id: str) -> None:
        """A person wants a look now."""
        async with self.ledger.unit() as work:
            await self.tasks.put(work, request_id, verb=Verb.SYNC)

    def told(self, kind: type[E]) -> list[E]:
        """The events of a kind that were told."""
        return [event for event in self.ledger.told if isinstance(event, kind)]

    def logged(self) -> list[LogLine]:
        """What was logged since the last time."""
        return self.shelf.take()
