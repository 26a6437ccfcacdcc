"""Replicas of the verifier over one database and a clock that a test moves: they ask, die, and come back."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import structlog
from sqlalchemy import insert, select

from mycrm_common.crash import CrashPoints
from mycrm_common.db.engine import Database
from mycrm_common.db.tables.checks import check_jobs
from mycrm_common.db.tables.customers import customers as customer_rows
from mycrm_common.db.unit_of_work import SqlUnits
from mycrm_verifier.domain.schedule import Lane, Place, State
from mycrm_verifier.domain.verdicts import Verdict
from mycrm_verifier.ports.budget import Budgets
from mycrm_verifier.ports.provider import Answer, Outcome, Provider
from mycrm_verifier.ports.queue import Customer
from mycrm_verifier.store import budget, customers, findings, jobs, tasks
from mycrm_verifier.usecases.ask_provider import Asker, ask_provider
from mycrm_verifier.usecases.record_finding import Records
from tests.support.clock import FakeClock

LOOK_SECONDS = 120.0


class Died(Exception):  # noqa: N818 - it stands for a killed process
    """The process is gone."""


@dataclass
class Counted:
    """A provider that counts: when it was asked, by how much time had really passed and by the database's clock."""

    world: "World"
    name: str = "guest"
    cost: int = 1
    reveals: str = ""
    dies: bool = False

    async def fault(self) -> str:
        return ""

    async def foresee(self, email: str) -> None:
        del email

    async def check(self, email: str) -> Answer:
        self.world.asked.append((self.world.elapsed, self.world.by_clock))
        if self.dies:
            raise Died(email)
        return Answer(outcome=Outcome.ANSWERED, log="Success", verdict=Verdict.VALID)

    async def close(self) -> None:
        pass


@dataclass
class World:
    """One database, its clock, and who asks."""

    database: Database
    luck: random.Random
    budgets: Budgets = budget
    per_hour: int = 5
    clock: FakeClock = field(default_factory=FakeClock)
    elapsed: float = 0.0
    # The database's clock as far as it went forward: what it went back did not happen, nothing is taken twice.
    by_clock: float = 0.0
    asked: list[tuple[float, float]] = field(default_factory=list)
    steps: list[float] = field(default_factory=list)

    def pass_time(self, seconds: float) -> None:
        """Let time pass for everybody."""
        self.elapsed += seconds
        self.by_clock += seconds
        self.clock.advance(seconds=seconds)

    def step(self, hours: float) -> None:
        """Set the database's clock, forward or back."""
        self.steps.append(self.elapsed)
        self.by_clock += max(0.0, hours * 3600)
        self.clock.advance(hours=hours)

    def asker(self, number: int, *, dies: bool = False, provider: Provider | None = None) -> Asker:
        """One replica."""
        return Asker(
            provider=provider or Counted(self, dies=dies),
            per_hour=self.per_hour,
            budgets=self.budgets,
            customers=customers,
            records=Records(jobs=jobs, findings=findings, tasks=tasks),
            unit=self.units(),
            lasting_unit=self.units(lasting=True),
            reading=self.database.reading,
            clock=self.clock,
            owner=f"replica-{number}",
            log=structlog.wrap_logger(None, processors=[_silently]),
            steadily=lambda: self.elapsed,
        )

    def units(self, *, service: str = "verifier", lasting: bool = False) -> SqlUnits:
        return SqlUnits(
            self.database, service=service, clock=self.clock, crash=CrashPoints(), lasting=lasting
        )

    async def add(self, count: int, **values: Any) -> Sequence[Customer]:
        """Let there be customers, all of them in the queue."""
        async with self.units(service="api")() as work:
            for number in range(count):
                email = f"c{number}@example.com"
                row = customer_row(email, at=work.at) | values
                await work.connection.execute(insert(customer_rows).values(**row))
        async with self.units()() as work:
            found = await customers.without_job(work, after=0, limit=count)
            for place, customer in enumerate(found):
                at = work.at + timedelta(microseconds=place)
                await jobs.put(work, customer, Place(lane=Lane.FIRST, rank_at=at), state=State.WAITING)
        return found

    async def open_jobs(self) -> int:
        """How many addresses are not done."""
        async with self.database.reading() as look:
            rows = await look.connection.execute(select(check_jobs).where(check_jobs.c.state != State.DONE))
            return len(rows.all())

    async def run(self, *, hours: float, crashes: bool, steps: bool) -> None:
        """Let three replicas ask until everything is done, or the time is over."""
        due = [self.luck.uniform(0, LOOK_SECONDS) for _ in range(3)]
        next_step = self.luck.uniform(1, 6) * 3600 if steps else float("inf")
        end = hours * 3600
        while self.elapsed < end:
            number = min(range(3), key=due.__getitem__)
            self.pass_time(max(0.0, due[number] - self.elapsed))
            if self.elapsed >= next_step:
                self.step(self.luck.choice((-2, 2)))
                next_step = self.elapsed + self.luck.uniform(3, 6) * 3600
            try:
                while await ask_provider(self.asker(number, dies=crashes and self.luck.random() < 0.1)):
                    self.pass_time(self.luck.uniform(0.1, 3))
                due[number] = self.elapsed + LOOK_SECONDS
            except Died:
                due[number] = self.elapsed + self.luck.uniform(1, 600)
            if self.asked and not await self.open_jobs():
                return

    def most_in_an_hour(self) -> int:
        """The most questions in any rolling hour of the database's clock."""
        moments = [by_clock for _, by_clock in self.asked]
        return max(sum(start <= moment < start + 3600 for moment in moments) for start in moments)

    def longest_gap(self) -> float:
        """The longest time in which nobody asked, counted anew from each step of the clock."""
        gaps = [
            late - max([early, *(moment for moment in self.steps if moment <= late)])
            for (early, _), (late, _) in pairwise(self.asked)
        ]
        return max(gaps, default=0.0)


def customer_row(email: str, *, at: datetime) -> dict[str, Any]:
    """A customer as api writes it."""
    texts = ("name", "company", "country", "address", "phone", "website", "comment", "last_checked_log")
    return {
        **dict.fromkeys(texts, ""),
        "email": email,
        "email_key": email,
        "name_key": "",
        "company_key": "",
        "importance": 0,
        "valid": 2,
        "version": 1,
        "created_at": at,
        "updated_at": at,
    }


def _silently(*_: Any) -> Any:
    raise structlog.DropEvent
