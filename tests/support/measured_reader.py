"""Reads a mailbox in a process of its own, and tells what came of it and how much memory that took at most.

Run as `python -m tests.support.measured_reader HOST PORT CA_FILE WHAT`.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from mycrm_common.errors import MyCRMError
from mycrm_mail_fetcher.adapters.imap import ImapServer, Patience
from mycrm_mail_fetcher.domain.structure import SectionWish
from mycrm_mail_fetcher.ports import ImapSession, MailAccount
from tests.support.imap_answers import INBOX
from tests.support.scripted_imap import PASSWORD, USERNAME

ROOT = Path(__file__).resolve().parents[2]
# Far more than a quiet machine needs: what is measured is memory, and the limits have tests of their own.
SECONDS = 240
PATIENCE = Patience(connect=60, login=60, command=180, longest=220, goodbye=1)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What came of it: an error's code, or the size of the answer; the process's largest size in MB."""

    code: str
    detail: str
    found: int
    megabytes: int


async def read_measured(account: MailAccount, what: str) -> Reading:
    """Read so in another process."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.support.measured_reader", account.host, str(account.port), str(account.ca_file), what),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(SECONDS):
            told, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return Reading(**json.loads(told))


async def _heads(session: ImapSession) -> int:
    await session.open(INBOX)
    return sum(len(head.header) for head in await session.heads(range(1, 201)))


async def _described(session: ImapSession) -> int:
    await session.open(INBOX)
    return len([head for head in await session.heads(range(1, 201)) if head.structure])


async def _sections(session: ImapSession) -> int:
    await session.open(INBOX)
    wish = [SectionWish(section="1", limit=10_000)]
    found = await session.sections(dict.fromkeys(range(1, 201), wish))
    return sum(len(part) for parts in found.values() for part in parts.values())


async def _bodies(session: ImapSession) -> int:
    await session.open(INBOX)
    return sum(len(raw) for raw in (await session.bodies(range(1, 11), limit=1_000_000)).values())


async def _uids(session: ImapSession) -> int:
    await session.open(INBOX)
    return len(await session.uids())


async def _recent(session: ImapSession) -> int:
    await session.open(INBOX)
    return len(await session.uids_since(date(2026, 3, 1)))


async def _folders(session: ImapSession) -> int:
    return len(await session.folders())


async def _status(session: ImapSession) -> int:
    return (await session.status(INBOX)).messages


async def _idle(session: ImapSession) -> int:
    await session.open(INBOX)
    return int(await session.idle(seconds=30))


WAYS: dict[str, Callable[[ImapSession], Awaitable[int]]] = {
    "heads": _heads,
    "described": _described,
    "sections": _sections,
    "bodies": _bodies,
    "uids": _uids,
    "recent": _recent,
    "folders": _folders,
    "status": _status,
    "idle": _idle,
}


async def _read(host: str, port: str, ca_file: str, what: str) -> Reading:
    account = MailAccount(
        host=host, port=int(port), username=USERNAME, password=PASSWORD, ca_file=Path(ca_file)
    )
    code, detail, found = "", "", 0
    try:
        async with ImapServer(patience=PATIENCE).connect(account) as session:
            found = await WAYS[what](session)
    except MyCRMError as error:
        code, detail = error.code, error.detail
    return Reading(code=code, detail=detail, found=found, megabytes=_largest())


def _largest() -> int:
    # Not getrusage: its figure begins with the size of the process that started this one.
    status = Path("/proc/self/status").read_text("ascii")
    kilobytes = next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]
    return int(kilobytes) // 1024


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(asyncio.run(_read(*sys.argv[1:])))))
