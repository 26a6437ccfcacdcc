"""After the storm: what is in the database, held against what must be there."""

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.faults.entry import WITNESS
from tests.faults.storm import Storm

TOLD = "('message.stored.v1', 'customer.added.v1', 'customer.updated.v1', 'customer.deleted.v1')"


@dataclass(kw_only=True)
class Findings:
    """What is missing and what is there too often."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    events: int = 0

    def compare(self, what: str, wanted: Counter[str], found: Counter[str]) -> None:
        """Note every difference between two bags."""
        self.lost += [f"{what}: {key}" for key in (wanted - found)]
        self.doubled += [f"{what}: {key}" for key in (found - wanted)]


def is_quiet(database: Path, storm: Storm) -> bool:
    """Tell whether all mail is stored and no event is on its way."""
    with closing(_open(database)) as sql:
        stored = _one(sql, "SELECT COUNT(DISTINCT subject) FROM messages")
        waiting = _one(sql, "SELECT COUNT(*) FROM outbox WHERE state = 'new'")
        due = _one(sql, "SELECT COUNT(*) FROM deliveries WHERE state = 'ready'")
    return stored >= len(storm.subjects) and waiting == 0 and due == 0


def reckon(database: Path, storm: Storm) -> Findings:
    """Return everything that is lost or doubled."""
    findings = Findings()
    with closing(_open(database)) as sql:
        assert sql.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        findings.compare("mail", Counter(storm.subjects), _bag(sql, "SELECT subject FROM messages"))
        _events(sql, findings)
        _contacts(sql, storm, findings)
        _edits(sql, storm, findings)
    return findings


def _events(sql: sqlite3.Connection, findings: Findings) -> None:
    """Each fact has one event, each event one effect, and the numbers have no gap."""
    stored = _bag(sql, "SELECT id FROM messages")
    told = _bag(sql, "SELECT subject FROM outbox WHERE type = 'message.stored.v1'")
    findings.compare("message.stored", stored, told)
    wanted: Counter[str] = Counter()
    for customer, version in sql.execute("SELECT id, version FROM customers"):
        wanted.update(f"{customer} {number}" for number in range(1, version + 1))
    seen = _bag(sql, f"SELECT text FROM logs WHERE service = '{WITNESS}' AND action LIKE 'customer.%'")  # noqa: S608 - a constant
    findings.compare("customer event seen", wanted, seen)
    seen = _bag(sql, f"SELECT text FROM logs WHERE service = '{WITNESS}' AND action = 'message.stored.v1'")  # noqa: S608 - a constant
    findings.compare("message.stored seen", stored, seen)
    findings.events = _one(sql, f"SELECT COUNT(*) FROM outbox WHERE type IN {TOLD}")  # noqa: S608 - a constant
    numbers = [row[0] for row in sql.execute("SELECT seq FROM outbox WHERE state = 'sent' ORDER BY seq")]
    findings.compare(
        "seq", Counter(str(number) for number in range(1, len(numbers) + 1)), Counter(map(str, numbers))
    )


def _contacts(sql: sqlite3.Connection, storm: Storm, findings: Findings) -> None:
    found = {
        email: datetime.fromisoformat(date).replace(tzinfo=UTC) if date else None
        for email, date in sql.execute("SELECT email, last_contact_date FROM customers")
    }
    for email, date in storm.newest_sent.items():
        if found.get(email) != date:
            findings.lost.append(f"last contact of {email}: {found.get(email)} instead of {date}")


def _edits(sql: sqlite3.Connection, storm: Storm, findings: Findings) -> None:
    phones = dict(sql.execute("SELECT id, phone FROM customers"))
    for customer, phone in storm.acknowledged.items():
        if phones.get(customer) != phone:
            findings.lost.append(f"acknowledged phone of {customer}: {phones.get(customer)} not {phone}")


def _open(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{database}?mode=ro", uri=True)


def _one(sql: sqlite3.Connection, question: str) -> int:
    answer: int = sql.execute(question).fetchone()[0]
    return answer


def _bag(sql: sqlite3.Connection, question: str) -> Counter[str]:
    return Counter(str(row[0]) for row in sql.execute(question))
