"""The embedded CRM dies again and again, by a plan that the seed makes: every second time at a named place."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.faults.storm import Storm, add_customers, deliver_mail, edit_customers
from tests.support.dovecot import DovecotServer
from tests.support.embedded import EmbeddedCRM
from tests.support.process import ProcessEndedError

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


def make_plan(seed: int, *, kills: int, places: tuple[str, ...] = PLACES) -> list[Kill]:
    """Return the deaths of this seed."""
    random = Random(seed)
    plan = []
    for number in range(kills):
        place = f"{places[number // 2 % len(places)]}:{random.randint(1, 6)}" if number % 2 == 0 else ""
        plan.append(Kill(failpoint=place, seconds=random.uniform(0.3, 2.0)))
    return plan


async def rage(
    storm: Storm, plan: list[Kill], crm: EmbeddedCRM, server: DovecotServer, *, failpoint_file: Path
) -> None:
    """Let the plan happen while mail arrives and people edit; the process runs at the end."""
    records = await add_customers(crm, count=8)
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        emails = [record["email"] for record in records]
        group.create_task(deliver_mail(storm, server, emails, stop, every_seconds=0.05))
        group.create_task(edit_customers(storm, [crm], [record["id"] for record in records], stop))
        for kill in plan:
            await _die_once(storm, crm, kill, failpoint_file)
        stop.set()
    failpoint_file.write_text("", encoding="utf-8")
    if not crm.child.running:
        crm.restart()
    await crm.ready()


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
