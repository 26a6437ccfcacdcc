"""How soon a new mail is in the database, and how soon after that its event has been handled.

The embedded CRM idles at a real Dovecot. Both moments are seen from outside, by asking its database file.
"""

import asyncio
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

from mycrm_common.clock import SystemClock
from tests.bench.letters import bench_mails
from tests.bench.rows import row
from tests.support.certificates import make_authority
from tests.support.dovecot import DovecotServer, dovecot
from tests.support.embedded import EmbeddedCRM, embedded_crm

MAILS = 40
LONGEST_PAUSE = 3.0
GLANCE_SECONDS = 0.005
PATIENCE_SECONDS = 90
STORED = "SELECT id FROM messages WHERE message_id = ?"
HANDLED = (
    "SELECT 1 FROM outbox o JOIN inbox i ON i.event_id = o.event_id "
    "WHERE o.type = 'message.stored.v1' AND o.subject = ? AND i.consumer = 'mycrm.api.contact.v1'"
)


async def measure_arriving() -> list[dict[str, Any]]:
    """Return the figures of mails that arrive one by one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with dovecot(folder, authority=make_authority(folder)) as server:
            environment = {"MYCRM_MAILBOX_CA_FILE": str(server.ca_file)}
            async with embedded_crm(folder, environment=environment) as crm:
                await crm.set_up()
                await crm.connect_mailbox(
                    host=server.host, port=server.port, username=server.username, password=server.password
                )
                await crm.child.wait_for_line("mailbox.synced", seconds=60)
                return await _arrivals(crm, server)


async def _arrivals(crm: EmbeddedCRM, server: DovecotServer) -> list[dict[str, Any]]:
    random, stored, handled = Random(1), [], []
    with closing(sqlite3.connect(f"file:{crm.data}/mycrm.db?mode=ro", uri=True)) as database:
        for mail in bench_mails(MAILS, newest_at=SystemClock().now()):
            await asyncio.sleep(random.uniform(0, LONGEST_PAUSE))
            await server.deliver("INBOX", mail.raw_bytes, internal_date=mail.internal_date)
            began = time.perf_counter()
            identifier = mail.raw_bytes.split(b"Message-ID: <", 1)[1].split(b">", 1)[0].decode()
            message_id = await _seen(database, STORED, identifier)
            arrived = time.perf_counter()
            await _seen(database, HANDLED, str(message_id))
            stored.append(arrived - began)
            handled.append(time.perf_counter() - arrived)
    return [
        row("a new mail is in the database", stored, "s"),
        row("  p95", [_p95(stored)], "s", target="target < 2"),
        row("  p95 until its event is handled after that", [_p95(handled)], "s", target="target < 1"),
    ]


async def _seen(database: sqlite3.Connection, question: str, value: str) -> int:
    """Return what the question finds as soon as it finds anything."""
    end = time.perf_counter() + PATIENCE_SECONDS
    while time.perf_counter() < end:
        found = database.execute(question, (value,)).fetchone()
        if found:
            return int(found[0])
        await asyncio.sleep(GLANCE_SECONDS)
    raise TimeoutError(f"{value} was not seen in {PATIENCE_SECONDS} s")


def _p95(figures: list[float]) -> float:
    return sorted(figures)[int(len(figures) * 0.95) - 1]


if __name__ == "__main__":
    for figure in asyncio.run(measure_arriving()):
        print(figure)
