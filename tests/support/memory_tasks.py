"""What people asked of the mailbox, and how it is doing, in memory. They pass the contract suite of the store."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from mycrm_common.work import Reading, Work
from mycrm_mail_fetcher.ports.requests import Answer, MailSettings, Task, Verb


@dataclass(kw_only=True)
class MemoryTask:
    """One request that was taken over."""

    task: Task
    put_at: datetime
    due: datetime
    answer: Answer | None = None


@dataclass(kw_only=True)
class MemoryTasks:
    """The requests that were taken over, in their order."""

    rows: dict[str, MemoryTask] = field(default_factory=dict)

    async def put(self, work: Work, request_id: str, *, verb: Verb) -> None:
        task = Task(request_id=request_id, verb=verb, attempts=0)
        self.rows.setdefault(request_id, MemoryTask(task=task, put_at=work.at, due=work.at))

    async def claim(self, work: Work, verb: Verb, *, owner: str, lease: timedelta) -> Task | None:
        assert owner
        row = next((row for row in self._open(verb) if row.due <= work.at), None)
        if row is None:
            return None
        row.due = work.at + lease
        row.task = replace(row.task, attempts=row.task.attempts + 1)
        return row.task

    async def next_due(self, _: Reading, verb: Verb) -> datetime | None:
        return min((row.due for row in self._open(verb)), default=None)

    async def open_ids(self, _: Reading, verb: Verb) -> list[str]:
        return [row.task.request_id for row in self._open(verb)]

    async def answer(self, _: Work, request_id: str, answer: Answer) -> bool:
        row = self.rows.get(request_id)
        if row is None or row.answer is not None:
            return False
        row.answer = answer
        return True

    async def clean(self, _: Work, *, before: datetime) -> None:
        old = [key for key, row in self.rows.items() if row.answer is not None and row.put_at < before]
        for key in old:
            del self.rows[key]

    def _open(self, verb: Verb) -> list[MemoryTask]:
        return [row for row in self.rows.values() if row.answer is None and row.task.verb is verb]


@dataclass(kw_only=True)
class MemoryMailboxes:
    """Why the last look failed, by mailbox."""

    rows: dict[str, str] = field(default_factory=dict)

    async def reason_of(self, _: Reading, name: str) -> str | None:
        return self.rows.get(name)

    async def note_synced(self, _: Work, name: str) -> None:
        self.rows[name] = ""

    async def note_failed(self, _: Work, name: str, *, code: str, detail: str) -> None:
        assert detail is not None
        self.rows[name] = code


@dataclass(kw_only=True)
class MemorySettings:
    """The settings of the mailbox, as a test changes them."""

    present: MailSettings

    async def mail_settings(self, _: Reading) -> MailSettings:
        return self.present


@dataclass(kw_only=True)
class MemoryCopies:
    """Pieces by request."""

    rows: dict[str, list[bytes]] = field(default_factory=dict)

    async def put(self, _: Work, request_id: str, *, position: int, piece: bytes) -> None:
        pieces = self.rows.setdefault(request_id, [])
        assert position == len(pieces)
        pieces.append(piece)

    async def clean(self, _: Work, *, before: datetime) -> None:
        assert before is not None
        self.rows.clear()
