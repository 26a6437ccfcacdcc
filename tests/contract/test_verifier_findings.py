"""From an event to the customer: evidence, answers and limits, in whatever order they come, on both databases."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from mycrm_api.service import customer_books
from mycrm_api.store import checks as api_checks
from mycrm_api.usecases.note_check import note_check
from mycrm_common.db.engine import Database
from mycrm_common.db.tables.customers import customers as customer_rows
from mycrm_common.db.tables.settings import config
from mycrm_common.events.addresses import AddressBounced, AddressReplied
from mycrm_common.events.checks import CustomerVerified
from mycrm_common.work import Work
from mycrm_verifier.store import customers, findings, jobs, mail, tasks
from mycrm_verifier.usecases.note_evidence import note_evidence
from mycrm_verifier.usecases.record_finding import Records
from tests.contract.verifier_world import World

RECORDS = Records(jobs=jobs, findings=findings, tasks=tasks)


async def _world(database: Database) -> World:
    world = World(database=database, luck=random.Random(1))
    await world.add(1)
    return world


async def _believe(world: World, event: AddressBounced | AddressReplied) -> list[CustomerVerified]:
    told: list[Any] = []

    @asynccontextmanager
    async def unit() -> AsyncIterator[Work]:
        async with world.units()() as work:
            yield work
            told.extend(work.told)

    await note_evidence(event, customers=customers, mail=mail, records=RECORDS, unit=unit)
    return told


async def _note(world: World, event: CustomerVerified) -> Any:
    await note_check(event, checks=api_checks, books=customer_books(), unit=world.units(service="api"))
    async with world.database.reading() as look:
        return (await look.connection.execute(select(customer_rows))).one()


def _bounced(world: World, *, days: float, status: str = "5.1.1") -> AddressBounced:
    date = world.clock.now() - timedelta(days=days)
    return AddressBounced(email="c0@example.com", message_id=1, status=status, date=date, reason="gone")


def _replied(world: World, *, days: float) -> AddressReplied:
    date = world.clock.now() - timedelta(days=days)
    return AddressReplied(email="c0@example.com", message_id=2, status="", date=date)


async def test_a_permanent_bounce_makes_the_customer_invalid_and_keeps_its_version(
    database: Database,
) -> None:
    world = await _world(database)

    (told,) = await _believe(world, _bounced(world, days=1))
    row = await _note(world, told)

    assert (row.valid, row.last_checked_log, row.version) == (0, "5.1.1 gone", 1)
    assert row.last_checked_date == told.checked_at
    async with database.reading() as look:
        noted = (await look.connection.execute(select(config.c.value))).scalar_one()
    assert noted == told.checked_at.isoformat()


@pytest.mark.parametrize(("bounce", "reply", "valid"), [(3, 1, 1), (1, 3, 0)])
async def test_newer_evidence_beats_older_in_whatever_order_it_is_read(
    database: Database, bounce: float, reply: float, valid: int
) -> None:
    world = await _world(database)
    told = await _believe(world, _bounced(world, days=bounce))
    world.pass_time(1)
    told += await _believe(world, _replied(world, days=reply))

    row = None
    for event in reversed(told):
        row = await _note(world, event)

    assert row is not None
    assert row.valid == valid


async def test_a_full_mailbox_and_an_old_answer_say_nothing(database: Database) -> None:
    world = await _world(database)

    assert await _believe(world, _bounced(world, days=1, status="5.2.2")) == []
    assert await _believe(world, _replied(world, days=181)) == []


async def test_an_older_result_that_comes_late_changes_nothing(database: Database) -> None:
    world = await _world(database)
    now = world.clock.now()
    event = CustomerVerified(
        customer_id=1, email="c0@example.com", valid=1, log="Success", provider="guest", checked_at=now
    )
    older = CustomerVerified(
        customer_id=1,
        email="c0@example.com",
        valid=0,
        log="MailboxDoesNotExist",
        provider="guest",
        checked_at=now - timedelta(hours=1),
    )

    await _note(world, event)
    row = await _note(world, older)

    assert (row.valid, row.last_checked_log, row.last_checked_date) == (1, "Success", now)


async def test_a_result_about_an_address_that_the_customer_had_before_is_nothing_to_it(
    database: Database,
) -> None:
    world = await _world(database)
    event = CustomerVerified(
        customer_id=1,
        email="old@example.com",
        valid=0,
        log="MailboxDoesNotExist",
        provider="guest",
        checked_at=world.clock.now(),
    )

    row = await _note(world, event)

    assert (row.valid, row.last_checked_log) == (2, "")
