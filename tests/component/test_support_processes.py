"""Children end with us, whatever ends us; what they say is kept."""

import signal
import sys
from pathlib import Path

import pytest

from tests.support.ports import free_port
from tests.support.process import ChildProcess, ProcessEndedError, is_alive, python_module
from tests.support.waiting import NotInTimeError, eventually

# A test run in small: it starts servers, tells their processes, and waits to be killed.
RUN_IN_SMALL = """
import asyncio, pathlib, sys
from tests.support.{module} import {server}

async def main():
    async with {server}({arguments}) as server:
        print("pids:", *{pids}, flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


async def test_a_module_serves_until_it_is_asked_to_end(tmp_path: Path) -> None:
    port = str(free_port())
    async with python_module("http.server", port, "--bind", "127.0.0.1", folder=tmp_path) as child:
        await child.wait_for_line(r"Serving HTTP on 127\.0\.0\.1")
        assert await child.stop() == -signal.SIGTERM
    assert not is_alive(child.pid)


async def test_a_child_can_be_killed_and_started_again(tmp_path: Path) -> None:
    child = _python("print('up', flush=True); import time; time.sleep(600)", tmp_path)
    for words in ("up\n", "up\nup\n"):
        child.start()
        await child.wait_for_line(rf"\A{words}\Z")
        child.kill()
        assert child.exit_code == -signal.SIGKILL


async def test_a_child_that_ends_too_early_is_told_with_its_output(tmp_path: Path) -> None:
    child = _python("print('no such setting'); raise SystemExit(2)", tmp_path)
    child.start()
    with pytest.raises(ProcessEndedError, match=r"(?s)ended with 2.*no such setting"):
        await child.wait_for_line("ready", seconds=10)


async def test_the_last_words_of_a_child_that_ended_are_still_heard(tmp_path: Path) -> None:
    child = _python("print('ready')", tmp_path)
    child.start()
    assert await child.wait() == 0
    assert (await child.wait_for_line(r"ready|$"))[0] == "ready"


async def test_our_own_settings_are_not_handed_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MYCRM_HTTP_PORT", "1")
    code = "import os; print('port', os.environ.get('MYCRM_HTTP_PORT'), os.environ.get('MYCRM_DATA_DIR'))"
    child = _python(code, tmp_path, environment={"MYCRM_DATA_DIR": "here"})
    child.start()
    await child.wait()
    await child.wait_for_line("port None here")


async def test_children_of_a_child_are_ended_with_it(tmp_path: Path) -> None:
    code = (
        "import subprocess; child = subprocess.Popen(['sleep', '600']); print('pid', child.pid); child.wait()"
    )
    child = _python(code, tmp_path)
    child.start()
    grandchild = int((await child.wait_for_line(r"pid (\d+)"))[1])
    await child.stop()
    await eventually(lambda: not is_alive(grandchild), what="the grandchild ends")


async def test_waiting_for_what_does_not_happen_ends_with_its_name() -> None:
    with pytest.raises(NotInTimeError, match="rain"):
        await eventually(lambda: False, what="rain", seconds=0.05)


@pytest.mark.parametrize(
    ("module", "arguments", "pids"),
    [
        pytest.param(
            "dovecot", "pathlib.Path(sys.argv[1])", "[server.pid]", marks=pytest.mark.servers("dovecot")
        ),
        pytest.param("mariadb", "", "[server.pid]", marks=pytest.mark.servers("mariadb")),
        pytest.param("rabbitmq", "", "server.pids", marks=pytest.mark.servers("rabbitmq")),
    ],
)
async def test_a_killed_run_leaves_no_server_behind(
    tmp_path: Path, module: str, arguments: str, pids: str
) -> None:
    code = RUN_IN_SMALL.format(module=module, server=module, arguments=arguments, pids=pids)
    run = ChildProcess([sys.executable, "-c", code, tmp_path], log_file=tmp_path / "run.log")
    run.start()
    line = await run.wait_for_line(r"pids: (.*)", seconds=90)
    servers = [int(pid) for pid in line[1].split()]
    assert all(is_alive(pid) for pid in servers)
    run.kill()
    await eventually(lambda: not any(is_alive(pid) for pid in servers), what="the servers end")


def _python(code: str, folder: Path, *, environment: dict[str, str] | None = None) -> ChildProcess:
    return ChildProcess(
        [sys.executable, "-u", "-c", code], log_file=folder / "child.log", environment=environment
    )
