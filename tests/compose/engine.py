"""MyCRM in containers of a real engine: a copy of the checkout that is brought up, looked into, killed and removed."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.ports import free_port, free_ports
from tests.support.process import inherited_environment
from tests.support.waiting import eventually

ROOT = Path(__file__).resolve().parents[2]
PROJECT = "mycrm-test"
OURS = ("api", "mail-fetcher", "verifier", "backup")
ALL = ("mariadb", "rabbitmq", *OURS)


class Containers:
    """One project of compose, in a folder of its own."""

    def __init__(self, folder: Path, *, environment: Mapping[str, str], addresses: list[str]) -> None:
        """Nothing is started yet; `addresses` are those of the proxy, and of two api containers."""
        self.folder = folder
        self.addresses = addresses
        self._environment = dict(environment)

    async def make(self, target: str, **settings: str) -> str:
        """Run a target of the Makefile and return what it printed."""
        return await self._run("make", target, **settings)

    async def compose(self, *arguments: str, **settings: str) -> str:
        """Run a command of compose and return what it printed."""
        return await self._run("tools/compose.sh", *arguments, **settings)

    async def git(self, *arguments: str) -> str:
        """Run a command of git in the clone and return what it printed."""
        return (await self._run("git", *arguments)).strip()

    async def ids(self, service: str) -> list[str]:
        """Return the containers of a service."""
        return (await self.compose("ps", "-q", service)).split()

    async def inside(self, container: str, *command: str, text: str = "") -> str:
        """Run a command in a container and return what it printed."""
        return await self._run("docker", "exec", "-i", container, *command, given=text)

    async def states(self) -> dict[str, list[str]]:
        """Return how each container of each service is: healthy, starting, exited."""
        told = "{{if .State.Running}}{{.State.Health.Status}}{{else}}{{.State.Status}}{{end}}"
        return {
            service: [
                (await self._run("docker", "inspect", "--format", told, container)).strip()
                for container in await self.ids(service)
            ]
            for service in ALL
        }

    async def all_healthy(self) -> bool:
        """Tell whether every container of every service is healthy."""
        states = await self.states()
        return all(states.values()) and {state for found in states.values() for state in found} == {"healthy"}

    async def kill(self, container: str) -> None:
        """End the first process of a container from outside, as a crash does: the engine does not know why."""
        pid = int(await self._run("docker", "inspect", "--format", "{{.State.Pid}}", container))
        os.kill(pid, signal.SIGKILL)

        async def is_noticed() -> bool:
            seen = await self._run("docker", "inspect", "--format", "{{.State.Pid}}", container)
            return int(seen) != pid

        await eventually(is_noticed, what="the engine to notice a death", seconds=60)

    async def stop(self, container: str) -> None:
        """Stop a container as an operator does, and leave it stopped."""
        await self._run("docker", "stop", "--time", "40", container)

    async def start(self, container: str) -> None:
        """Start a stopped container."""
        await self._run("docker", "start", container)

    async def _run(self, *command: str, given: str = "", **settings: str) -> str:
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=self.folder,
            env=inherited_environment() | self._environment | settings,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        said, complained = await process.communicate(given.encode())
        assert process.returncode == 0, (
            f"{' '.join(command)}: {said.decode()[-3000:]} {complained.decode()[-3000:]}"
        )
        return said.decode()


@asynccontextmanager
async def containers(folder: Path) -> AsyncIterator[Containers]:
    """A fresh clone with a port of its own and the mailbox to try it with; all of it is removed at the end."""
    port, door = free_ports(2), free_port()
    environment = {
        "COMPOSE_PROJECT_NAME": PROJECT,
        "COMPOSE_PROFILES": "demo,proxy",
        "MYCRM_PUBLISH": f"127.0.0.1:{port}-{port + 1}",
        "MYCRM_PROXY_PUBLISH": f"127.0.0.1:{door}",
        "MYCRM_MAILBOX_CA_FILE": "/run/demo-mailbox/certificate.pem",
        "MYCRM_FETCH_INTERVAL_SECONDS": "2",
        "MYCRM_LANGUAGE": "en",
        "DOCKER_BUILDKIT": "0",
    }
    place = folder / "clone"
    process = await asyncio.create_subprocess_exec("git", "clone", "-q", str(ROOT), str(place))
    assert await process.wait() == 0
    made = Containers(
        place, environment=environment, addresses=[f"127.0.0.1:{one}" for one in (door, port, port + 1)]
    )
    try:
        yield made
    finally:
        await made.compose("down", "--volumes", "--remove-orphans")
