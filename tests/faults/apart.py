"""Five services and a witness, a process each, over one broker and one database; random ones die by a seed.

A death is a SIGKILL, and in some lives one at a named place before that. The mail-fetcher is spared for longer
than its lease lasts: before, another one would have nothing to do and die for nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import aiohttp

from tests.faults.entry import WITNESS
from tests.faults.storm import Storm, add_customers, deliver_mail, edit_customers
from tests.support.dovecot import DovecotServer
from tests.support.embedded import EmbeddedCRM
from tests.support.ports import free_port
from tests.support.process import ChildProcess, python_module
from tests.support.rabbitmq import RabbitMQServer
from tests.support.waiting import eventually

ROOT = Path(__file__).resolve().parents[2]
ENTRY = "tests.faults.entry"
KILLED_HERE = 137
RELAYING = ("relay.claimed", "relay.published")
TELLING = ("unit.before_commit", "unit.committed")
FETCHING = ("fetch.batch_read", "fetch.batch_stored")


@dataclass(frozen=True, kw_only=True)
class Role:
    """What a process is, at which places it may be asked to die, and how long it is spared after a death."""

    service: str
    replica: int = 1
    places: tuple[str, ...] = RELAYING
    spared_seconds: float = 0


API = Role(service="api", places=(*TELLING, *RELAYING, "consumer.committed"))
WATCHING = Role(service=WITNESS, places=("consumer.committed", *RELAYING))
ROLES = (
    API,
    replace(API, replica=2),
    Role(service="mail-fetcher", places=(*FETCHING, *TELLING, "consumer.committed"), spared_seconds=40),
    Role(service="verifier"),
    Role(service="backup"),
    WATCHING,
)
EVERYWHERE = frozenset(place for role in ROLES for place in role.places)


class Member:
    """One process of the fleet."""

    def __init__(self, role: Role, child: ChildProcess, *, url: str, failpoint_file: Path) -> None:
        self.role, self.child, self.url = role, child, url
        self.name = f"{role.service} {role.replica}"
        self.spared_until = 0.0
        self._failpoint_file = failpoint_file
        self.failpoint = ""

    def start(self, *, failpoint: str = "") -> None:
        """Live again, and die at that place."""
        self.failpoint = failpoint
        self._failpoint_file.write_text(failpoint, encoding="utf-8")
        self.child.start()
        self.spared_until = asyncio.get_running_loop().time() + self.role.spared_seconds


class Fleet:
    """All processes; the apis are doors for people."""

    def __init__(
        self, members: list[Member], *, doors: list[EmbeddedCRM], client: aiohttp.ClientSession
    ) -> None:
        self.members, self.doors = members, doors
        self._client = client

    async def ready(self) -> None:
        """Wait until every process takes work."""
        for member in self.members:
            await member.child.until(partial(self._is_ready, member.url), what=member.name, seconds=90)

    async def calm(self, storm: Storm) -> None:
        """Let every process live without a place to die at."""
        for member in self.members:
            if member.child.running and member.failpoint:
                member.child.kill()
                storm.deaths.append(f"{member.name}: SIGKILL")
            if not member.child.running:
                member.start()
        await self.ready()

    async def stop(self) -> None:
        """End all in order; none may fail at it."""
        for member in self.members:
            member.child.terminate()
        for member in self.members:
            assert await member.child.wait(seconds=60) == 0, f"{member.name}: {member.child.output()[-3000:]}"

    async def health(self, member: Member) -> tuple[int, dict[str, Any]]:
        """Ask a process how it is."""
        async with self._client.get(f"{member.url}/readyz?verbose") as answer:
            return answer.status, await answer.json()

    async def try_to_add(self, email: str) -> int:
        """Add a customer through the first door and return what it answers."""
        url = self.doors[0].url
        async with self._client.post(
            f"{url}/api/v1/customers", json={"email": email}, headers={"Origin": url}
        ) as answer:
            return answer.status

    async def _is_ready(self, url: str) -> bool:
        try:
            async with self._client.get(f"{url}/readyz") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False


@asynccontextmanager
async def fleet_apart(
    folder: Path, *, environment: Mapping[str, str], roles: Sequence[Role] = ROLES, broken: bool = False
) -> AsyncIterator[Fleet]:
    """A running fleet on a migrated database, ended at the end; broken ones run through our own entry."""
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(
            aiohttp.ClientSession(
                cookie_jar=aiohttp.CookieJar(unsafe=True), timeout=aiohttp.ClientTimeout(total=30)
            )
        )
        members = [
            await stack.enter_async_context(_member(role, folder, environment, broken=broken))
            for role in roles
        ]
        doors = [
            EmbeddedCRM(member.child, url=member.url, client=client, data=folder / "data")
            for member in members
            if member.role.service == "api"
        ]
        fleet = Fleet(members, doors=doors, client=client)
        await fleet.ready()
        yield fleet


@asynccontextmanager
async def _member(
    role: Role, folder: Path, environment: Mapping[str, str], *, broken: bool
) -> AsyncIterator[Member]:
    name, port = f"{role.service}-{role.replica}", free_port()
    failpoint_file = folder / f"{name}.failpoint"
    failpoint_file.write_text("", encoding="utf-8")
    own = {
        "MYCRM_HTTP_PORT" if role.service == "api" else "MYCRM_HEALTH_PORT": str(port),
        "MYCRM_FAILPOINT_FILE": str(failpoint_file),
        "PYTHONPATH": str(ROOT),
    }
    is_real = not broken and role.service != WITNESS
    module = f"mycrm_{role.service.replace('-', '_')}" if is_real else ENTRY
    words = [] if is_real else [role.service, *(["broken"] if broken else [])]
    async with python_module(
        module, *words, folder=folder, environment={**environment, **own}, log_name=f"{name}.log"
    ) as child:
        yield Member(role, child, url=f"http://127.0.0.1:{port}", failpoint_file=failpoint_file)


@dataclass(frozen=True, kw_only=True)
class Fury:
    """How long and how much at least, how often the broker dies, and the share of lives that end at the places."""

    seconds: float
    events: int
    broker_kills: int
    armed: float = 0.5
    places: frozenset[str] = EVERYWHERE


async def rage_apart(
    storm: Storm, fury: Fury, fleet: Fleet, server: DovecotServer, broker: RabbitMQServer
) -> None:
    """Let mail arrive, people edit and processes die; in the end all live."""
    records = await add_customers(fleet.doors[0], count=20)
    emails, ids = [record["email"] for record in records], [record["id"] for record in records]
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(deliver_mail(storm, server, emails, stop, every_seconds=0.25))
        for first in range(2):
            group.create_task(edit_customers(storm, fleet.doors, ids[first::2], stop))
        group.create_task(_strike(storm, fury, fleet, stop))
        pause = fury.seconds / (fury.broker_kills + 1)
        for _ in range(fury.broker_kills):
            await asyncio.sleep(pause)
            broker.kill()
            storm.deaths.append("broker: SIGKILL")
            await broker.start()
        await asyncio.sleep(pause)
        enough = f"{fury.events} events"
        await eventually(lambda: storm.happened >= fury.events, what=enough, seconds=fury.seconds + 120)
        stop.set()
    await fleet.calm(storm)


async def _strike(storm: Storm, fury: Fury, fleet: Fleet, stop: asyncio.Event) -> None:
    random = Random(storm.seed)
    while not stop.is_set():
        await asyncio.sleep(random.uniform(0.6, 2.0))
        for member in fleet.members:
            _bury(storm, member)
        now = asyncio.get_running_loop().time()
        victim = random.choice([member for member in fleet.members if member.spared_until <= now])
        possible = [place for place in victim.role.places if place in fury.places]
        is_armed = possible and random.random() < fury.armed
        failpoint = f"{random.choice(possible)}:{random.randint(1, 4)}" if is_armed else ""
        victim.child.kill()
        storm.deaths.append(f"{victim.name}: SIGKILL")
        victim.start(failpoint=failpoint)


def _bury(storm: Storm, member: Member) -> None:
    """Note who died by itself, which it may do nowhere but at the place that it was given; then it lives again."""
    if member.child.running:
        return
    expected = KILLED_HERE if member.failpoint else None
    assert member.child.exit_code == expected, f"{member.name}: {member.child.output()[-3000:]}"
    storm.deaths.append(f"{member.name}: {member.failpoint}")
    member.start()
