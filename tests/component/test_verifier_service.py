"""The verifier as it is put together, on a real database; its jobs are done when a test says so."""

import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import insert, select

from mycrm_common.db import schema
from mycrm_common.db.tables.checks import check_calls, check_jobs, check_providers
from mycrm_common.db.tables.customers import customers as customer_rows
from mycrm_common.db.tables.settings import config
from mycrm_common.errors import MyCRMError
from mycrm_common.events.customers import CustomerAdded
from mycrm_common.runtime import Runtime, open_runtime
from mycrm_common.service import Service
from mycrm_verifier.domain.schedule import State
from mycrm_verifier.service import NAME, build
from mycrm_verifier.settings import VerifierSettings
from tests.contract.verifier_world import World, customer_row

SMTP = {
    "verifier_provider": "smtp",
    "verifier_smtp_helo": "crm.example.org",
    "verifier_smtp_sender": "check@example.org",
    # No name ends so, on whatever machine.
    "verifier_smtp_probes": "mx.invalid",
    "verifier_local_checks": False,
}


class Verifier:
    """The built service, and the database behind it."""

    def __init__(self, service: Service, runtime: Runtime) -> None:
        self.service = service
        self.runtime = runtime
        self.world = World(database=runtime.database, luck=random.Random(1))

    async def do(self, name: str) -> None:
        """Do a job once."""
        (job,) = [job for job in self.service.jobs if job.name == name]
        await job.beat()

    async def add(self, count: int) -> list[int]:
        """Let there be customers, of whom only the first one is heard."""
        async with self.runtime.unit_for("api")() as work:
            rows = [customer_row(f"c{number}@customer.invalid", at=work.at) for number in range(count)]
            await work.connection.execute(insert(customer_rows), rows)
        ids = [row.id for row in await self.rows(customer_rows)]
        (customers,) = [one for one in self.service.subscriptions if one.use == "customers"]
        added = CustomerAdded(customer_id=ids[0], email="c0@customer.invalid", version=1)
        await customers.handle(added, self.runtime.unit_for(NAME))
        return ids

    async def rows(self, table: Any) -> Any:
        """All rows of a table."""
        async with self.runtime.database.reading() as look:
            return (await look.connection.execute(select(table))).all()


@asynccontextmanager
async def _verifier(folder: Path, **settings: Any) -> AsyncIterator[Verifier]:
    chosen = VerifierSettings.load(
        data_dir=folder / "data",
        database_url=SecretStr(f"sqlite+aiosqlite:///{folder}/mycrm.db"),
        log_level="warning",
        **settings,
    )
    async with AsyncExitStack() as stack:
        runtime = await stack.enter_async_context(open_runtime(chosen))
        await schema.migrate(runtime.database)
        service = await stack.enter_async_context(build(runtime.for_service(NAME), chosen))
        yield Verifier(service, runtime)


async def test_whoever_was_imported_with_one_customer_is_queued_with_it(tmp_path: Path) -> None:
    async with _verifier(tmp_path, **SMTP) as verifier:
        await verifier.add(1_200)
        assert len(await verifier.rows(check_jobs)) == 1

        await verifier.do("queue neighbours")

        assert await verifier.world.open_jobs() == 1_200
        await verifier.do("queue neighbours")
        await verifier.do("forget findings")
        assert len(await verifier.rows(check_jobs)) == 1_200


async def test_a_blocked_port_is_shown_and_no_question_is_spent_on_it(tmp_path: Path) -> None:
    async with _verifier(tmp_path, **SMTP) as verifier:
        await verifier.add(1)
        await verifier.do("look at addresses")
        await verifier.service.pings["provider"]()

        await verifier.do("ask provider")

        (row,) = [row for row in await verifier.rows(check_providers) if row.name == "smtp"]
        assert row.fault == "port 25 is blocked: no mail server could be reached (mx.invalid)"
        assert row.broken_until is not None
        assert await verifier.rows(check_calls) == []
        (job,) = await verifier.rows(check_jobs)
        assert (job.state, job.attempts) == (State.WAITING, 0)
        with pytest.raises(MyCRMError, match="provider_failing"):
            await verifier.service.pings["provider"]()


async def test_a_provider_that_is_chosen_later_and_lacks_what_it_needs_is_told_and_nobody_is_asked(
    tmp_path: Path,
) -> None:
    async with _verifier(tmp_path, verifier_local_checks=False) as verifier:
        async with verifier.runtime.unit_for("api")() as work:
            await work.connection.execute(insert(config).values(parameter="verifier_provider", value="smtp"))
        await verifier.add(1)

        await verifier.do("look at addresses")
        await verifier.do("ask provider")

        newest = max(await verifier.rows(check_providers), key=lambda row: row.active_at)
        assert newest.name == "local"
        assert await verifier.world.open_jobs() == 0
        assert "provider.unknown" in str(await _logged(verifier))


async def _logged(verifier: Verifier) -> list[str]:
    return [str(line) for line in verifier.runtime.shelf.take()]
