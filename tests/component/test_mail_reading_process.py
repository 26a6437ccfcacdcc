"""The process that reads mails, and what its owner makes of its moods: none of them costs more than one mail."""

import asyncio
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mycrm_common.errors import Kind, MyCRMError
from mycrm_mail_fetcher.adapters.reading_process import Limits, ReadingProcess
from mycrm_mail_fetcher.domain.classify import Ours
from mycrm_mail_fetcher.ports import MailHead
from mycrm_mail_fetcher.ports.ledger import NewMessage
from mycrm_mail_fetcher.ports.reading import FetchedMail, Outcome, Unreadable
from tests.support.fake_imap import NOON
from tests.support.process import is_alive
from tests.support.waiting import eventually
from tests.unit.mail_fetcher.domain.letters import a_mail

OURS = Ours(addresses=frozenset({"sales@example.cn"}), admin_name="")
QUICK = Limits(cpu_seconds=0.3, wall_seconds=20, memory_bytes=100 * 1024 * 1024)
MOODY = "tests.support.moody_reading"


@pytest.fixture
async def reader() -> AsyncIterator[ReadingProcess]:
    process = ReadingProcess(limits=QUICK, worker=MOODY)
    yield process
    await process.close()


def mail(order: str = "", *, subject: str = "x") -> FetchedMail:
    raw = a_mail(f"Subject: {subject}", "From: li@example.com", body=order)
    return FetchedMail(head=MailHead(uid=1, internal_date=NOON, size=len(raw), header=b""), raw=raw)


def told(outcomes: list[Outcome]) -> list[str]:
    return [
        outcome.code if isinstance(outcome, Unreadable) else type(outcome).__name__ for outcome in outcomes
    ]


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ("spin", "mail_too_costly"),
        ("grow", "mail_too_costly"),
        ("abort", "mail_too_costly"),
        ("crash", "mail_unreadable"),
        ("interrupt", "mail_unreadable"),
        ("leave", "mail_unreadable"),
    ],
)
async def test_a_mail_that_ends_the_process_is_held_and_all_others_are_read(
    reader: ReadingProcess, order: str, code: str
) -> None:
    mails = [mail(), mail(), mail(order), *(mail() for _ in range(20)), mail(order)]
    outcomes = await reader.read(mails, ours=OURS)
    assert told(outcomes) == ["NewMessage", "NewMessage", code, *["NewMessage"] * 20, code]


async def test_a_mail_that_does_nothing_for_ever_is_held() -> None:
    limits = Limits(cpu_seconds=5, wall_seconds=2)
    reader = ReadingProcess(limits=limits, worker=MOODY)
    assert told(await reader.read([mail("sleep"), mail()], ours=OURS)) == ["mail_too_costly", "NewMessage"]
    await reader.close()


async def test_what_a_library_prints_is_no_answer(reader: ReadingProcess) -> None:
    assert told(await reader.read([mail("print"), mail()], ours=OURS)) == ["NewMessage"] * 2


async def test_a_process_that_leaves_without_a_word_again_and_again_is_reported(
    reader: ReadingProcess,
) -> None:
    with pytest.raises(MyCRMError) as failed:
        await reader.read([mail(), mail("retire")], ours=OURS)
    assert (failed.value.code, failed.value.kind) == ("mail_reader_failed", Kind.UNAVAILABLE)
    assert told(await reader.read([mail()], ours=OURS)) == ["NewMessage"]


async def test_a_program_that_does_not_start_is_reported() -> None:
    reader = ReadingProcess(worker="tests.support.no_such_module")
    with pytest.raises(MyCRMError) as failed:
        await reader.read([mail()], ours=OURS)
    assert failed.value.code == "mail_reader_failed"
    assert reader.pid is None


async def test_nothing_is_started_before_there_is_something_to_read(reader: ReadingProcess) -> None:
    await reader.read([], ours=OURS)
    assert reader.pid is None


async def test_one_process_reads_all_batches(reader: ReadingProcess) -> None:
    await asyncio.gather(*(reader.read([mail()] * 3, ours=OURS) for _ in range(5)))
    pid = reader.pid
    await reader.read([mail()], ours=OURS)
    assert pid is not None
    assert reader.pid == pid


async def test_the_process_that_waited_long_enough_is_gone_and_comes_back() -> None:
    reader = ReadingProcess(limits=Limits(idle_seconds=0.2))
    await reader.read([mail()], ours=OURS)
    pid = reader.pid
    await eventually(lambda: reader.pid is None, what="the idle process ends")
    assert pid is not None
    assert not is_alive(pid)
    assert told(await reader.read([mail()] * 3, ours=OURS)) == ["NewMessage"] * 3
    await reader.close()


async def test_closing_leaves_nothing_behind(reader: ReadingProcess) -> None:
    await reader.read([mail()], ours=OURS)
    pid = reader.pid
    await reader.close()
    await reader.close()
    assert pid is not None
    assert not is_alive(pid)


async def test_a_reading_that_is_broken_off_leaves_no_doubtful_process(reader: ReadingProcess) -> None:
    await reader.read([mail()], ours=OURS)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await reader.read([mail(), mail("sleep"), mail()], ours=OURS)
    assert reader.pid is None
    (message,) = await reader.read([mail(subject="another")], ours=OURS)
    assert isinstance(message, NewMessage)
    assert message.subject == "another"


async def test_the_loop_goes_on_while_a_large_batch_is_read() -> None:
    reader, turns = ReadingProcess(), 0

    async def turn() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with asyncio.timeout(60):
        counting = asyncio.get_running_loop().create_task(turn())
        outcomes = await reader.read([mail("word " * 400_000)] * 8, ours=OURS)
        counting.cancel()
    await reader.close()
    assert told(outcomes) == ["NewMessage"] * 8
    assert turns > 100


async def test_it_knows_nothing_of_our_settings(
    reader: ReadingProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MYCRM_SECRET_KEY", "do not tell")
    await reader.read([mail()], ours=OURS)
    assert b"MYCRM" not in Path(f"/proc/{reader.pid}/environ").read_bytes()


async def test_it_is_small() -> None:
    reader = ReadingProcess()
    await reader.read([mail("word " * 1000)] * 300, ours=OURS)
    resident = int(Path(f"/proc/{reader.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    await reader.close()
    assert resident < 60 * 1024 * 1024


def test_it_loads_neither_database_nor_network() -> None:
    modules = subprocess.run(
        [sys.executable, "-c", "import mycrm_mail_fetcher.adapters.reading_worker, sys; print(*sys.modules)"],
        check=True, capture_output=True, text=True,
    ).stdout.split()  # fmt: skip
    assert not {"sqlalchemy", "asyncio", "socket", "ssl", "aioimaplib", "pydantic", "structlog"} & set(
        modules
    )


async def test_it_ends_with_its_owner_even_when_that_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    script = (
        "import asyncio, pathlib, sys\n"
        "from mycrm_mail_fetcher.adapters.reading_process import ReadingProcess\n"
        "from tests.component.test_mail_reading_process import OURS, mail\n"
        "async def main():\n"
        "    reader = ReadingProcess()\n"
        "    await reader.read([mail()], ours=OURS)\n"
        "    pathlib.Path(sys.argv[1]).write_text(str(reader.pid))\n"
        "    await asyncio.sleep(600)\n"
        "asyncio.run(main())\n"
    )
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, str(note), env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    )
    await eventually(note.exists, what="the owner has read a mail")
    await eventually(lambda: note.read_text().isdigit(), what="the owner has told who reads")
    pid = int(note.read_text())
    assert is_alive(pid)
    owner.send_signal(signal.SIGKILL)
    await owner.wait()
    await eventually(lambda: not is_alive(pid), what="the reading process is gone")


async def test_a_process_that_got_ready_reads_what_comes(reader: ReadingProcess) -> None:
    await reader.get_ready()
    pid = reader.pid
    assert pid is not None
    assert told(await reader.read([mail()], ours=OURS)) == ["NewMessage"]
    assert reader.pid == pid


async def test_a_whole_batch_fits_into_its_pipes(reader: ReadingProcess) -> None:
    await reader.get_ready()
    most = int(Path("/proc/sys/fs/pipe-max-size").read_text("ascii"))
    # What it is given is its standard input; its answers have a pipe that no library can print into.
    ends = {
        file.readlink(): file
        for file in Path(f"/proc/{reader.pid}/fd").iterdir()
        if str(file.readlink()).startswith("pipe:") and int(file.name) not in {1, 2}
    }
    assert len(ends) == 2
    for file in ends.values():
        pipe = os.open(file, os.O_RDWR)
        try:
            assert fcntl.fcntl(pipe, fcntl.F_GETPIPE_SZ) >= min(most, 1024 * 1024)
        finally:
            os.close(pipe)


async def test_a_program_that_cannot_get_ready_is_reported_when_it_is_needed() -> None:
    reader = ReadingProcess(worker="tests.support.no_such_module")
    await reader.get_ready()
    assert reader.pid is None
    with pytest.raises(MyCRMError, match="mail_reader_failed"):
        await reader.read([mail()], ours=OURS)


async def test_getting_ready_that_is_broken_off_leaves_no_process(reader: ReadingProcess) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.005):
            await reader.get_ready()
    assert reader.pid is None
    assert told(await reader.read([mail()], ours=OURS)) == ["NewMessage"]
