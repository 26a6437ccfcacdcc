"""A storm: mail arrives and people edit while processes die; it remembers what must have come of it all.

Who dies is in `alone` (the embedded CRM) and `apart` (a process for each service).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from random import Random
from typing import Any

import aiohttp

from tests.support.dovecot import DovecotServer
from tests.support.embedded import EmbeddedCRM

OURS = "sales@example.cn"
REST_AFTER_REFUSAL = 0.1


@dataclass(kw_only=True)
class Storm:
    """What has happened so far, to be held against what MyCRM made of it."""

    seed: int
    subjects: list[str] = field(default_factory=list)
    newest_sent: dict[str, datetime] = field(default_factory=dict)
    acknowledged: dict[int, str] = field(default_factory=dict)
    edits: int = 0
    deaths: list[str] = field(default_factory=list)

    @property
    def happened(self) -> int:
        """How many events must come of it at least."""
        return len(self.subjects) + self.edits

    def next_mail(self, random: Random, customers: Sequence[str]) -> tuple[str, bytes]:
        """Return the folder and the bytes of one more mail, and remember what must come of it."""
        number = len(self.subjects) + 1
        customer = random.choice(customers)
        is_sent = random.random() < 0.5
        date = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=random.randint(0, 1_000))  # noqa: TID251 - the mail's own date
        mail = EmailMessage()
        mail["From"], mail["To"] = (OURS, customer) if is_sent else (customer, OURS)
        mail["Subject"] = subject = f"storm {self.seed} 第 {number} 封"
        mail["Date"] = format_datetime(date)
        mail["Message-ID"] = f"<{number}.{self.seed}@storm.example>"
        mail.set_content(f"mail {number}\n")
        self.subjects.append(subject)
        if is_sent:
            self.newest_sent[customer] = max(date, self.newest_sent.get(customer, date))
        return ("Sent" if is_sent else "INBOX"), mail.as_bytes()


async def add_customers(crm: EmbeddedCRM, *, count: int) -> list[dict[str, Any]]:
    """Add the customers about whom all of this is."""
    return [
        await crm.ask("POST", "/customers", {"email": f"buyer{number}@storm.example"}, status=201)
        for number in range(count)
    ]


async def deliver_mail(
    storm: Storm,
    server: DovecotServer,
    customers: Sequence[str],
    stop: asyncio.Event,
    *,
    every_seconds: float,
) -> None:
    """Put mail into the mailbox until it is over."""
    random = Random(storm.seed)
    while not stop.is_set():
        folder, raw = storm.next_mail(random, customers)
        await server.deliver(folder, raw)
        await asyncio.sleep(every_seconds)


async def edit_customers(
    storm: Storm, doors: Sequence[EmbeddedCRM], ids: Sequence[int], stop: asyncio.Event
) -> None:
    """Edit one customer after the other, through one door after the other, until it is over."""
    number = 0
    editable = list(ids)
    while not stop.is_set() and editable:
        number += 1
        customer_id, phone = editable[number % len(editable)], f"+86 {number:08}"
        # One that gets no answer may have happened or not: nothing is promised about it.
        storm.acknowledged.pop(customer_id, None)
        try:
            await doors[number % len(doors)].ask("PATCH", f"/customers/{customer_id}", {"phone": phone})
        except TimeoutError:
            # It may even happen later, over the next one; so there must be no next one.
            editable.remove(customer_id)
        except aiohttp.ClientError:
            await asyncio.sleep(REST_AFTER_REFUSAL)
        else:
            storm.acknowledged[customer_id] = phone
            storm.edits += 1
        await asyncio.sleep(0.02)
