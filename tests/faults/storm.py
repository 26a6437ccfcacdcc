"""A storm: mail arrives, people edit, and the process dies again and again, by a plan that a seed makes."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from random import Random
from typing import Any

import aiohttp

from tests.support.dovecot import DovecotServer
from tests.support.embedded import EmbeddedCRM
from tests.support.process import ProcessEndedError

OURS = "sales@example.cn"
PLACES = (
    "unit.committed",
    "unit.before_commit",
    "relay.claimed",
    "relay.published",
    "consumer.committed",
    "fetch.batch_read",
    "fetch.batch_stored",
)


@dataclass(frozen=True, kw_only=True)
class Kill:
    """One death: at a named place, the n-th time it is reached, or by SIGKILL after a while."""

    failpoint: str
    seconds: float


@dataclass(kw_only=True)
class Storm:
    """What the storm has done so far, to be held against what MyCRM made of it."""

    seed: int
    kills: int
    places: tuple[str, ...] = PLACES
    subjects: list[str] = field(default_factory=list)
    newest_sent: dict[str, datetime] = field(default_factory=dict)
    acknowledged: dict[int, str] = field(default_factory=dict)
    deaths: list[str] = field(default_factory=list)
    _number: int = 0

    def plan(self) -> list[Kill]:
        """Return the deaths of this seed: every second one at a named place."""
        random = Random(self.seed)
        plan = []
        for number in range(self.kills):
            place = (
                f"{self.places[number // 2 % len(self.places)]}:{random.randint(1, 6)}"
                if number % 2 == 0
                else ""
            )
            plan.append(Kill(failpoint=place, seconds=random.uniform(0.3, 2.0)))
        return plan

    def next_mail(self, random: Random, customers: list[str]) -> tuple[str, bytes]:
        """Return the folder and the bytes of one more mail, and remember what must come of it."""
        self._number += 1
        customer = random.choice(customers)
        is_sent = random.random() < 0.5
        date = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=random.randint(0, 1_000))  # noqa: TID251 - the mail's own date
        mail = EmailMessage()
        mail["From"], mail["To"] = (OURS, customer) if is_sent else (customer, OURS)
        mail["Subject"] = subject = f"storm {self.seed} 第 {self._number} 封"
        mail["Date"] = format_datetime(date)
        mail["Message-ID"] = f"<{self._number}.{self.seed}@storm.example>"
        mail.set_content(f"mail {self._number}\n")
        self.subjects.append(subject)
        if is_sent:
            self.newest_sent[customer] = max(date, self.newest_sent.get(customer, date))
        return ("Sent" if is_sent else "INBOX"), mail.as_bytes()


async def rage(storm: Storm, crm: EmbeddedCRM, server: DovecotServer, *, failpoint_file: Path) -> None:
    """Let the plan happen while mail arrives and people edit; the process runs at the end."""
    records = await _customers(crm)
    random = Random(storm.seed)
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(_deliver(storm, server, random, [record["email"] for record in records], stop))
        group.create_task(_edit(storm, crm, [record["id"] for record in records], stop))
        for kill in storm.plan():
            await _die_once(storm, crm, kill, failpoint_file)
        stop.set()
    failpoint_file.write_text("", encoding="utf-8")
    if not crm.child.running:
        crm.restart()
    await crm.ready()


async def _customers(crm: EmbeddedCRM) -> list[dict[str, Any]]:
    return [
        await crm.ask("POST", "/customers", {"email": f"buyer{number}@storm.example"}, status=201)
        for number in range(8)
    ]


async def _die_once(storm: Storm, crm: EmbeddedCRM, kill: Kill, failpoint_file: Path) -> None:
    """Kill the process as planned, and start it with the next plan's failpoint in force."""
    if crm.child.running:
        crm.child.kill()
    failpoint_file.write_text(kill.failpoint, encoding="utf-8")
    crm.restart()
    with suppress(ProcessEndedError):
        await crm.ready()
        await asyncio.sleep(kill.seconds)
        if kill.failpoint:
            for _ in range(100):
                if not crm.child.running:
                    break
                await asyncio.sleep(0.1)
    if crm.child.running:
        storm.deaths.append("SIGKILL")
        crm.child.kill()
    else:
        storm.deaths.append(f"{kill.failpoint} -> {crm.child.exit_code}")


async def _deliver(
    storm: Storm, server: DovecotServer, random: Random, customers: list[str], stop: asyncio.Event
) -> None:
    while not stop.is_set():
        folder, raw = storm.next_mail(random, customers)
        await server.deliver(folder, raw)
        await asyncio.sleep(0.05)


async def _edit(storm: Storm, crm: EmbeddedCRM, ids: list[int], stop: asyncio.Event) -> None:
    number = 0
    while not stop.is_set():
        number += 1
        customer_id, phone = ids[number % len(ids)], f"+86 {number:08}"
        try:
            await crm.ask("PATCH", f"/customers/{customer_id}", {"phone": phone})
        except (aiohttp.ClientError, TimeoutError):
            # It may or may not have happened: nothing is promised about this one.
            storm.acknowledged.pop(customer_id, None)
            await asyncio.sleep(0.1)
        else:
            storm.acknowledged[customer_id] = phone
        await asyncio.sleep(0.02)
