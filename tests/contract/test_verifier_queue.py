"""Who stands in the queue: imported, brought back, restored; and what costs no token, on both databases."""

import asyncio
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, event, insert, select

from mycrm_api.store import checks as api_checks
from mycrm_common.db.engine import Database
from mycrm_common.db.tables.checks import check_calls, check_jobs, check_tasks, checks
from mycrm_common.db.tables.customers import customers as customer_rows
from mycrm_common.events.customers import CustomerAdded, CustomerDeleted, CustomerUpdated
from mycrm_verifier.domain.schedule import Lane, State
from mycrm_verifier.domain.verdicts import Finding, Verdict
from mycrm_verifier.ports.provider import Answer, Outcome
from mycrm_verifier.store import budget, customers, findings, jobs, mail, tasks
from mycrm_verifier.store.turns import LeasedTurns
from mycrm_verifier.usecases.ask_provider import ask_provider
from mycrm_verifier.usecases.find_candidates import find_candidates
from mycrm_verifier.usecases.forget_findings import forget_findings
from mycrm_verifier.usecases.look_at_addresses import Looker, look_at_addresses
from mycrm_verifier.usecases.queue_address import queue_address
from mycrm_verifier.usecases.queue_neighbours import queue_neighbours
from mycrm_verifier.usecases.record_finding import Records
from tests.contract.verifier_world import World, customer_row

IMPORTED = 2_500


@dataclass
class Statements:
    """What was asked of the database."""

    asked: list[str] = field(default_factory=list)


@contextmanager
def _counted(database: Database) -> Iterator[Statements]:
    seen = Statements()
    engines = {database._writer.sync_engine, database._reader.sync_engine}

    def note(*told: Any) -> None:
        seen.asked.append(told[2])

    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield seen
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


async def _imported(database: Database, count: int = IMPORTED, **values: Any) -> World:
    """A world whose customers nobody has heard of yet."""
    world = World(database=database, luck=random.Random(1))
    async with world.units(service="api")() as work:
        rows = [customer_row(f"c{number}@example.com", at=work.at) | values for number in range(count)]
        await work.connection.execute(insert(customer_rows), rows)
    return world


async def _ids(world: World) -> Sequence[int]:
    async with world.database.reading() as look:
        return list(
            (await look.connection.execute(select(customer_rows.c.id).order_by(customer_rows.c.id))).scalars()
        )


async def _hear(world: World, told: CustomerAdded | CustomerUpdated | CustomerDeleted) -> bool:
    return await queue_address(told, customers=customers, jobs=jobs, findings=findings, unit=world.units())


async def _jobs(world: World) -> Sequence[Any]:
    async with world.database.reading() as look:
        return (await look.connection.execute(select(check_jobs).order_by(check_jobs.c.email_key))).all()


async def _count(world: World, table: Any) -> int:
    async with world.database.reading() as look:
        return len((await look.connection.execute(select(table))).all())


async def test_an_import_stands_in_the_queue_after_a_few_questions_with_an_honest_end(
    database: Database,
) -> None:
    world = await _imported(database)
    numbers = await _ids(world)
    first = CustomerAdded(customer_id=numbers[0], email="c0@example.com", version=1)
    async with world.units()() as work:
        await budget.activate(work, "guest", cost=1, per_hour=5)

    with _counted(database) as import_:
        assert await _hear(world, first)
        queued = await queue_neighbours(
            numbers[0], customers=customers, jobs=jobs, reading=database.reading, unit=world.units()
        )
    with _counted(database) as later:
        assert not await _hear(
            world, CustomerAdded(customer_id=numbers[-1], email="c2499@example.com", version=1)
        )

    assert queued == IMPORTED - 1
    assert await world.open_jobs() == IMPORTED
    assert len(import_.asked) <= 40, import_.asked
    assert len(later.asked) <= 4, later.asked
    async with database.reading() as look:
        queue = await api_checks.queue(look, limit=1, at=world.clock.now())
    assert queue.waiting == IMPORTED
    assert queue.ends_at is not None
    hours = (queue.ends_at - world.clock.now()) / timedelta(hours=1)
    assert hours == pytest.approx(IMPORTED / 5 - 1, rel=0.01)


async def test_who_is_brought_back_stands_in_the_queue_again_where_he_was(database: Database) -> None:
    world = await _imported(database, 1)
    (number,) = await _ids(world)
    told: dict[str, Any] = {"customer_id": number, "email": "c0@example.com", "version": 1}
    await _hear(world, CustomerAdded(**told))
    async with world.units(service="api")() as work:
        await work.connection.execute(delete(customer_rows))
    await _hear(world, CustomerDeleted(**told))
    assert await _jobs(world) == []

    checked = world.clock.now() - timedelta(days=10)
    async with world.units(service="api")() as work:
        back = {"id": number, "last_checked_date": checked, **customer_row("c0@example.com", at=work.at)}
        await work.connection.execute(insert(customer_rows).values(back))
    assert await _hear(world, CustomerAdded(**told))
    assert not await _hear(world, CustomerAdded(**told))

    (job,) = await _jobs(world)
    assert (job.customer_id, job.state, job.lane) == (number, State.FRESH, Lane.AGAIN)
    assert job.rank_at == checked


async def test_after_a_restore_whoever_has_no_job_gets_one_and_nobody_is_asked_about_the_gone(
    database: Database,
) -> None:
    world = await _imported(database, 30)
    await find_candidates(
        customers=customers, jobs=jobs, reading=database.reading, unit=world.units(), clock=world.clock
    )
    # The copy that was restored has other customers than the queue.
    async with world.units(service="api")() as work:
        await work.connection.execute(
            delete(customer_rows).where(customer_rows.c.email_key == "c0@example.com")
        )
        rows = [customer_row(f"restored{number}@example.com", at=work.at) for number in range(5)]
        rows.append(customer_row("invalid@example.com", at=work.at) | {"valid": 0})
        await work.connection.execute(insert(customer_rows), rows)

    found = await find_candidates(
        customers=customers, jobs=jobs, reading=database.reading, unit=world.units(), clock=world.clock
    )
    while await look_at_addresses(_looker(world), provider=world.asker(1).provider):
        pass
    while await ask_provider(world.asker(1)):
        pass

    assert found == 5
    by_key = {job.email_key: job for job in await _jobs(world)}
    assert len(by_key) == 35
    assert by_key["c0@example.com"].state == State.DONE
    assert by_key["c0@example.com"].checked_at is None
    assert len(world.asked) == 5


def _looker(world: World) -> Looker:
    return Looker(
        customers=customers,
        mail=mail,
        records=Records(jobs=jobs, findings=findings, tasks=tasks),
        free=None,
        unit=world.units(),
        reading=world.database.reading,
        owner="replica-1",
        clock=world.clock,
    )


async def test_what_a_person_says_is_kept_as_what_the_result_rests_on(database: Database) -> None:
    world = await _imported(database, 1)
    (number,) = await _ids(world)
    await _hear(world, CustomerAdded(customer_id=number, email="c0@example.com", version=1))
    async with world.units(service="api")() as work:
        await work.connection.execute(customer_rows.update().values(valid=0, version=2))

    await _hear(
        world, CustomerUpdated(customer_id=number, email="c0@example.com", version=2, changed=("valid",))
    )

    async with database.reading() as look:
        (said,) = await api_checks.history(look, customer_id=number, before=None, limit=5)
    assert (said.source, said.verdict, said.valid) == ("person", "invalid", 0)
    assert await world.open_jobs() == 0


@dataclass
class Scripted:
    """A provider that says what a test wants."""

    shut: str = ""
    foreseen: Answer | None = None
    answers: list[Answer] = field(default_factory=list)
    name: str = "smtp"
    cost: int = 1
    reveals: str = ""

    async def fault(self) -> str:
        return self.shut

    async def foresee(self, email: str) -> Answer | None:
        del email
        return self.foreseen

    async def check(self, email: str) -> Answer:
        del email
        return self.answers.pop(0)

    async def close(self) -> None:
        pass


async def test_a_provider_that_can_ask_nobody_is_shown_and_costs_no_token(database: Database) -> None:
    world = World(database=database, luck=random.Random(1))
    await world.add(2)
    provider = Scripted(shut="port 25 is blocked")
    asker = world.asker(1, provider=provider)
    async with world.units()() as work:
        await budget.activate(work, "smtp", cost=1, per_hour=5)

    assert not await ask_provider(asker)
    provider.shut = ""
    assert not await ask_provider(asker), "it rests"

    assert await _count(world, check_calls) == 0
    async with database.reading() as look:
        queue = await api_checks.queue(look, limit=5, at=world.clock.now())
    assert (queue.fault, queue.waiting) == ("port 25 is blocked", 2)
    assert queue.blocked_until == world.clock.now() + timedelta(hours=1)
    world.pass_time(3601)
    provider.answers.append(Answer(outcome=Outcome.ANSWERED, log="Success", verdict=Verdict.VALID))
    assert await ask_provider(asker)


async def test_what_is_known_beforehand_costs_no_token(database: Database) -> None:
    world = await _imported(database, 3)
    await find_candidates(
        customers=customers, jobs=jobs, reading=database.reading, unit=world.units(), clock=world.clock
    )
    known = Answer(outcome=Outcome.ANSWERED, log="BigProviderNotAsked", evidence="smtp: mx.example.com")

    await look_at_addresses(_looker(world), provider=Scripted(foreseen=known))

    assert await world.open_jobs() == 0
    assert await _count(world, check_calls) == 0
    async with database.reading() as look:
        told = (await look.connection.execute(select(checks))).all()
    assert {(one.verdict, one.valid, one.log, one.source) for one in told} == {
        ("unknown", None, "BigProviderNotAsked", "smtp")
    }


async def test_who_is_asked_to_come_again_comes_after_ten_minutes_an_hour_six_and_a_day(
    database: Database,
) -> None:
    world = World(database=database, luck=random.Random(1))
    await world.add(1)
    later = Answer(outcome=Outcome.LATER, log="asked to come again: 451 greylisted")
    asker = world.asker(1, provider=Scripted(answers=[later] * 6))

    rests = []
    for _ in range(5):
        assert await ask_provider(asker)
        (job,) = await _jobs(world)
        assert job.state == State.WAITING
        rests.append((job.available_at - world.clock.now()) / timedelta(minutes=1))
        assert not await ask_provider(asker)
        world.pass_time((job.available_at - world.clock.now()).total_seconds() + 1)
    assert rests == [10, 60, 360, 1440, 1440]

    assert await ask_provider(asker)
    (job,) = await _jobs(world)
    assert job.state == State.DONE
    async with database.reading() as look:
        verdicts = [
            row.verdict
            for row in await look.connection.execute(select(checks.c.verdict).order_by(checks.c.id))
        ]
    assert verdicts == ["unanswered"] * 5 + ["unknown"], "a fault never makes an address invalid"


async def test_a_mail_server_is_talked_to_by_one_replica_at_a_time(database: Database) -> None:
    world = World(database=database, luck=random.Random(1))
    replicas = [
        LeasedTurns(unit=world.units(), holder=f"replica-{number}", pause_seconds=0.01, tries=10_000)
        for number in range(3)
    ]
    talking, most = 0, 0

    async def talk(turns: LeasedTurns) -> None:
        nonlocal talking, most
        async with turns.one_at("192.0.2.1") as is_ours:
            assert is_ours
            talking += 1
            most = max(most, talking)
            await asyncio.sleep(0)
            talking -= 1

    await asyncio.gather(*(talk(turns) for turns in replicas * 3))

    assert most == 1
    async with replicas[0].one_at("192.0.2.1") as is_ours:
        hasty = LeasedTurns(unit=world.units(), holder="replica-9", pause_seconds=0, tries=2)
        async with hasty.one_at("192.0.2.1") as is_theirs:
            assert (is_ours, is_theirs) == (True, False)


async def test_findings_of_long_ago_are_forgotten_except_for_the_newest(database: Database) -> None:
    world = World(database=database, luck=random.Random(1))
    await world.add(2)
    records = Finding(verdict=Verdict.VALID, log="Success", source="guest")
    for _ in range(3):
        await _put_findings(world, records)
        world.pass_time(timedelta(days=100).total_seconds())
    world.pass_time(timedelta(days=200).total_seconds())

    forgotten = await forget_findings(findings=findings, tasks=tasks, unit=world.units())

    # They were found 500, 400 and 300 days ago.
    assert forgotten == 4
    assert await _count(world, checks) == 2
    world.pass_time(timedelta(days=400).total_seconds())
    assert await forget_findings(findings=findings, tasks=tasks, unit=world.units()) == 0
    assert await _count(world, check_tasks) == 1, "what is not answered yet stays"


async def _put_findings(world: World, finding: Finding) -> None:
    async with world.units()() as work:
        await tasks.put(work, f"request-{world.elapsed:.0f}", email_key="c0@example.com")
        for number in range(2):
            job = await jobs.hold(work, f"c{number}@example.com")
            assert job is not None
            check_id = await findings.put(work, job, finding, known_at=work.at)
            if world.elapsed < timedelta(days=150).total_seconds():
                await tasks.close(work, job.email_key, check_id=check_id)
