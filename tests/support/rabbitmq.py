"""A private RabbitMQ: a real broker on loopback ports with a node name and folders of its own.

An Erlang node needs a name server (epmd). It gets one of its own, too, so that neither a broker of the
machine nor one of another test run is met, and so that we may end it. The broker replaces the script that
starts it (ALLOW_INPUT with -noinput), because a script between us would survive us or the broker it.
A start takes 6 to 20 seconds, so a run has one broker, and each test a virtual host.
"""

import asyncio
import re
import subprocess
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from urllib.parse import quote

from tests.support.ports import free_port
from tests.support.process import ChildProcess, inherited_environment
from tests.support.scratch import scratch_folder
from tests.support.servers import server_ran

SCRIPTS = Path("/usr/lib/rabbitmq/bin")
HOST, USER, PASSWORD = "127.0.0.1", "mycrm", "correct-horse"
VHOSTS_AT_ONCE = 8


class RabbitMQServer:
    """A running broker with one user that may do everything in the virtual hosts made here."""

    def __init__(self, folder: Path) -> None:
        """Writes the configuration; start() starts the name server and the broker."""
        self.host, self.port = HOST, free_port()
        self.username, self.password = USER, PASSWORD
        self.folder = folder
        self._vhosts: deque[str] = deque()
        self._numbers = count(1)
        epmd_port = free_port()
        _write_configuration(folder, port=self.port)
        self._environment = _environment(folder, epmd_port=epmd_port)
        self._names = ChildProcess(
            ["epmd", "-port", str(epmd_port), "-address", HOST],
            log_file=folder / "epmd.log",
            environment=self._environment,
        )
        self._broker = ChildProcess(
            [SCRIPTS / "rabbitmq-server"],
            log_file=folder / "rabbitmq.log",
            environment=self._environment,
            folder=folder,
        )

    @property
    def running(self) -> bool:
        """Whether the broker runs."""
        return self._broker.running

    @property
    def pids(self) -> list[int]:
        """The broker's process and its name server's."""
        return [self._broker.pid, self._names.pid]

    def url(self, vhost: str | None = None) -> str:
        """What MYCRM_BUS_URL takes; the default virtual host unless another one is named."""
        path = "" if vhost is None else f"/{quote(vhost, safe='')}"
        return f"amqp://{USER}:{PASSWORD}@{self.host}:{self.port}{path}"

    async def create_vhost(self) -> str:
        """A new virtual host without queues; gives its name."""
        if not self._vhosts:
            # One question to the broker from outside costs two seconds, so several are made at once.
            names = [f"test-{next(self._numbers)}" for _ in range(VHOSTS_AT_ONCE)]
            await self.ctl("eval", _make_vhosts(names))
            self._vhosts.extend(names)
        return self._vhosts.popleft()

    async def ctl(self, *arguments: str) -> str:
        """What `rabbitmqctl` prints for these arguments."""
        return await asyncio.to_thread(self._run_ctl, arguments)

    async def settle(self) -> None:
        """Makes the broker write down which quorum queues exist.

        RabbitMQ 3.10 does this about a second late: a quorum queue that is declared just before a kill is
        lost with its confirmed messages, and hangs afterwards. Tests of our own promises settle first.
        """
        await self.ctl("eval", "[dets:sync(Table) || Table <- dets:all()], ok.")

    async def start(self) -> None:
        """Starts the broker and returns when it takes connections, on the same port as before."""
        if not self._names.running:
            self._names.start()
        self._broker.start()
        await self._broker.until(self.answers, what="RabbitMQ takes connections", seconds=90)

    async def stop(self) -> None:
        """Ends the broker in order, as for maintenance."""
        await self._broker.stop(grace_seconds=30)

    def kill(self) -> None:
        """Ends the broker in the middle of whatever it does."""
        self._broker.end()

    def end(self) -> None:
        """Ends the broker and its name server."""
        for process in (self._broker, self._names):
            if process.started:
                process.end()

    def log(self) -> str:
        """What the broker wrote so far."""
        return self._broker.output()

    async def answers(self) -> bool:
        """Whether the broker answers the first bytes of the protocol with its own first frame."""
        try:
            reader, writer = await asyncio.open_connection(self.host, self.port)
        except OSError:
            return False
        try:
            writer.write(b"AMQP\x00\x00\x09\x01")
            return await asyncio.wait_for(reader.read(1), 5) == b"\x01"
        except (OSError, TimeoutError):
            return False
        finally:
            writer.close()

    def _run_ctl(self, arguments: tuple[str, ...]) -> str:
        answer = subprocess.run(
            [SCRIPTS / "rabbitmqctl", "--quiet", *arguments],
            env=inherited_environment() | self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        if answer.returncode:
            raise AssertionError(f"rabbitmqctl {' '.join(arguments)}: {answer.stdout}{answer.stderr}")
        return answer.stdout


@asynccontextmanager
async def rabbitmq() -> AsyncIterator[RabbitMQServer]:
    """A running RabbitMQ."""
    with scratch_folder("rabbitmq") as folder:
        server = RabbitMQServer(folder)
        try:
            await server.start()
            server_ran("rabbitmq", rabbitmq_version())
            yield server
        finally:
            server.end()


def rabbitmq_version() -> str:
    """The installed version, such as 3.10.8."""
    folders = SCRIPTS.parent.glob("lib/rabbitmq_server-*")
    return max((re.sub(r"^.*-", "", folder.name) for folder in folders), default="of unknown version")


def _write_configuration(folder: Path, *, port: int) -> None:
    (folder / "rabbitmq.conf").write_text(
        f"listeners.tcp.local = {HOST}:{port}\n"
        f"default_user = {USER}\n"
        f"default_pass = {PASSWORD}\n"
        "loopback_users = none\n"
        "log.file = false\n"
        "log.console = true\n"
    )
    (folder / "enabled_plugins").write_text("[].\n")
    cookie = folder / ".erlang.cookie"
    cookie.write_text(folder.name)
    cookie.chmod(0o400)


def _environment(folder: Path, *, epmd_port: int) -> dict[str, str]:
    return {
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "ERL_EPMD_PORT": str(epmd_port),
        "ERL_EPMD_ADDRESS": HOST,
        "RABBITMQ_NODENAME": f"{folder.name}@localhost",
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "none.conf"),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_ALLOW_INPUT": "yes",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
            "-noinput -start_epmd false -kernel inet_dist_use_interface {127,0,0,1}"
        ),
    }


def _make_vhosts(names: list[str]) -> str:
    listed = ",".join(f'<<"{name}">>' for name in names)
    return (
        f'[begin rabbit_vhost:add(V, <<"tests">>), rabbit_auth_backend_internal:set_permissions('
        f'<<"{USER}">>, V, <<".*">>, <<".*">>, <<".*">>, <<"tests">>) end || V <- [{listed}]], ok.'
    )
