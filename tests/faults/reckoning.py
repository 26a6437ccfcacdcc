"""After the storm: what is in the database, held against what must be there."""
# ruff: noqa: S608 - the questions are put together from constants of this file

import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.faults.entry import WITNESS
from tests.faults.storm import Storm
from tests.support.mariadb import MariaDBServer
from tests.support.public_events import unfit
from tests.support.waiting import NotInTimeError, eventually

Ask = Callable[[str], Awaitable[Sequence[tuple[Any, ...]]]]

MAIL = "type = 'message.stored.v1'"
EDITS = "type IN ('customer.added.v1', 'customer.updated.v1', 'customer.deleted.v1')"
CHECKS = "type = 'customer.verified.v1'"
# What each consumer must have done: the witness everything, and ours what they listen to.
EVENTS_OF = {
    f"mycrm.{WITNESS}.everything.v1": "",
    "mycrm.api.contact.v1": f" AND {MAIL}",
    "mycrm.api.verified.v1": f" AND {CHECKS}",
    "mycrm.mail-fetcher.addresses.v1": " AND type = 'customer.updated.v1'",
    "mycrm.verifier.customers.v1": f" AND {EDITS}",
}


@dataclass(kw_only=True)
class Findings:
    """What is missing, what is there too often, and which events are not as their public schema says."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unfit: list[str] = field(default_factory=list)
    events: int = 0

    def compare(self, what: str, *, wanted: Counter[str], found: Counter[str]) -> None:
        """Note every difference between two bags."""
        self.lost += [f"{what}: {key}" for key in (wanted - found)]
        self.doubled += [f"{what}: {key}" for key in (found - wanted)]


def of_sqlite(database: Path) -> Ask:
    """Questions to a file that a process may have open."""

    async def ask(question: str) -> Sequence[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as sql:
            return sql.execute(question).fetchall()

    return ask


def of_mariadb(server: MariaDBServer, database: str) -> Ask:
    """Questions to one database of a server."""

    async def ask(question: str) -> Sequence[tuple[Any, ...]]:
        return await server.execute(question, database=database)

    return ask


async def unrest(ask: Ask, storm: Storm) -> list[str]:
    """Return what is still on its way: mail that is not stored, events that are not sent, or not done by a consumer."""
    stored = await _one(ask, "SELECT COUNT(DISTINCT subject) FROM messages")
    counts = {
        "mails": max(len(storm.subjects) - stored, 0),
        "events to be sent": await _one(ask, "SELECT COUNT(*) FROM outbox WHERE state = 'new'"),
        "deliveries": await _one(ask, "SELECT COUNT(*) FROM deliveries WHERE state = 'ready'"),
        **{consumer: await _one(ask, f"SELECT COUNT(*) {_undone(consumer)}") for consumer in EVENTS_OF},
    }
    return [f"{count} of {what}" for what, count in counts.items() if count]


async def until_calm(ask: Ask, storm: Storm, *, seconds: float) -> None:
    """Wait until nothing is on its way any more; what still is then is told."""

    async def is_calm() -> bool:
        return not await unrest(ask, storm)

    try:
        await eventually(is_calm, what="calm after the storm", seconds=seconds, every_seconds=0.3)
    except NotInTimeError as error:
        left = ", ".join(await unrest(ask, storm))
        raise NotInTimeError(f"not done within {seconds:g} s: {left}") from error


async def reckon(ask: Ask, storm: Storm) -> Findings:
    """Return everything that is lost or doubled."""
    findings = Findings()
    stored = await _bag(ask, "SELECT subject FROM messages")
    findings.compare("mail", wanted=Counter(storm.subjects), found=stored)
    await _events(ask, findings)
    await _numbers(ask, findings)
    await _contacts(ask, storm, findings)
    await _edits(ask, storm, findings)
    return findings


async def _events(ask: Ask, findings: Findings) -> None:
    """Each fact has one event, and each event one effect."""
    stored = await _bag(ask, "SELECT id FROM messages")
    versions: Counter[str] = Counter()
    for customer, version in await ask("SELECT id, version FROM customers"):
        versions.update(f"{customer} {number}" for number in range(1, version + 1))
    edited = Counter(pair.split()[0] for pair in versions.elements())
    checked = await _bag(ask, "SELECT customer_id FROM checks")
    for what, facts, traces in (
        (MAIL, stored, stored),
        (EDITS, edited, versions),
        (CHECKS, checked, checked),
    ):
        told = await _bag(ask, f"SELECT subject FROM outbox WHERE {what}")
        findings.compare(f"{what} told", wanted=facts, found=told)
        seen = await _bag(
            ask, f"SELECT text FROM logs WHERE service = '{WITNESS}' AND {what.replace('type', 'action', 1)}"
        )
        findings.compare(f"{what} seen", wanted=traces, found=seen)
    for consumer in EVENTS_OF:
        findings.lost += [
            f"undone by {consumer}: {row[0]}" for row in await ask(f"SELECT event_id {_undone(consumer)}")
        ]
    parked = await ask("SELECT consumer, last_error FROM deliveries WHERE state = 'parked'")
    findings.lost += [f"parked by {consumer}: {error}" for consumer, error in parked]
    findings.unfit = unfit(row[0] for row in await ask("SELECT body FROM outbox"))
    findings.events = await _one(ask, f"SELECT COUNT(*) FROM outbox WHERE {MAIL} OR {EDITS} OR {CHECKS}")


async def _numbers(ask: Ask, findings: Findings) -> None:
    """Every event has its number, and the numbers have no gap."""
    rows = await ask("SELECT seq FROM outbox ORDER BY id")
    wanted = Counter(str(number) for number in range(1, len(rows) + 1))
    findings.compare("seq", wanted=wanted, found=Counter(str(row[0]) for row in rows))


async def _contacts(ask: Ask, storm: Storm, findings: Findings) -> None:
    found: dict[str, str | datetime | None] = dict(
        await ask("SELECT email, last_contact_date FROM customers")
    )
    for email, date in storm.newest_sent.items():
        if _moment(found.get(email)) != date:
            findings.lost.append(f"last contact of {email}: {found.get(email)} instead of {date}")


async def _edits(ask: Ask, storm: Storm, findings: Findings) -> None:
    phones: dict[int, str] = dict(await ask("SELECT id, phone FROM customers"))
    for customer, phone in storm.acknowledged.items():
        if phones.get(customer) != phone:
            findings.lost.append(f"acknowledged phone of {customer}: {phones.get(customer)} not {phone}")


def _undone(consumer: str) -> str:
    done = f"SELECT event_id FROM inbox WHERE consumer = '{consumer}'"
    return f"FROM outbox WHERE event_id NOT IN ({done}){EVENTS_OF[consumer]}"


def _moment(value: str | datetime | None) -> datetime | None:
    """SQLite gives moments as text."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment else None


async def _one(ask: Ask, question: str) -> int:
    return int((await ask(question))[0][0])


async def _bag(ask: Ask, question: str) -> Counter[str]:
    return Counter(str(row[0]) for row in await ask(question))
