"""The published example of each event is done by every consumer of ours that listens to it."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from mycrm_common.bus.topology import consumer_name
from mycrm_common.consumers import Consumer
from mycrm_common.db import schema
from mycrm_common.db.tables.events import deliveries, inbox
from mycrm_common.ids import new_id
from mycrm_common.runtime import Runtime, open_runtime
from mycrm_common.service import Service, Subscription
from mycrm_common.settings import Settings
from mycrm_embedded.services import parts
from tests.contract.event_examples import AT, golden_file


@pytest.fixture
async def built(database_url: str, tmp_path: Path) -> AsyncIterator[tuple[Runtime, list[Service]]]:
    """Every service, built over one database, with nothing running."""
    said = {"data_dir": tmp_path / "data", "database_url": SecretStr(database_url), "log_level": "error"}
    async with AsyncExitStack() as stack:
        runtime = await stack.enter_async_context(open_runtime(Settings.load(**said)))
        await schema.migrate(runtime.database)
        services = [
            await stack.enter_async_context(
                part.build(runtime.for_service(part.name), part.settings.load(**said))
            )
            for part in parts()
        ]
        yield runtime, services


def _consumer(runtime: Runtime, service: Service, subscription: Subscription) -> Consumer:
    return Consumer(
        consumer_name(service=service.name, use=subscription.use),
        subscription.handle,
        unit=runtime.unit_for(service.name),
        reading=runtime.database.reading,
        clock=runtime.clock,
        crash=runtime.crash,
        log=runtime.log,
        owner=runtime.process,
        metrics=runtime.metrics,
    )


async def test_every_example_is_done_by_each_of_its_consumers(
    built: tuple[Runtime, list[Service]],
) -> None:
    runtime, services = built
    wanted = set()
    for service in services:
        for subscription in service.subscriptions:
            consumer = _consumer(runtime, service, subscription)
            for event in subscription.events:
                # The examples share one id, and what has been done once is not done again.
                said = json.loads(golden_file(event.event_type).read_bytes()) | {"id": new_id(AT)}
                await consumer.receiver(bus_holds_events=True)(json.dumps(said).encode())
                wanted.add((consumer.name, event.event_type))

    async with runtime.database.reading() as reading:
        failed = (
            await reading.connection.execute(select(deliveries.c.consumer, deliveries.c.last_error))
        ).all()
        done = (await reading.connection.execute(select(inbox.c.consumer))).scalars().all()
    assert failed == []
    assert sorted(done) == sorted(name for name, _ in wanted)
    assert len(wanted) >= 7
