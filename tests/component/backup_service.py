"""The backup service alone, on a real database; its job is done when a test says so."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Row, insert, select

from mycrm_backup.service import NAME, build
from mycrm_backup.settings import BackupSettings
from mycrm_common.bus.codec import event_of, unseal
from mycrm_common.db import schema
from mycrm_common.db.tables.backups import backup_runs
from mycrm_common.db.tables.events import outbox
from mycrm_common.db.tables.requests import requests
from mycrm_common.db.tables.settings import config
from mycrm_common.events.registry import Event
from mycrm_common.ids import new_id
from mycrm_common.runtime import Runtime, open_runtime
from mycrm_common.service import Service


class BackupService:
    """The built service, and the database behind it."""

    def __init__(self, service: Service, runtime: Runtime) -> None:
        self.runtime = runtime
        self.api = runtime.unit_for("api")
        self.job, self.downloads = service.jobs
        [self._subscription] = service.subscriptions

    async def look(self) -> bool:
        """Do what is to be done, as the job does; False where there was nothing."""
        assert self.job.wanted is not None
        if not await self.job.wanted():
            return False
        await self.job.beat()
        return True

    async def ask(self, event: type[Event], **parameters: Any) -> Mapping[str, Any]:
        """Ask as api does, and return the answer."""
        import json

        from mycrm_common.db.tables.backups import backup_tasks

        async with self.api() as work:
            request_id = new_id(work.at)
            await work.connection.execute(
                insert(requests).values(
                    id=request_id,
                    noun="backup",
                    verb="",
                    parameters=json.dumps(parameters),
                    state="open",
                    created_at=work.at,
                )
            )
        await self._subscription.handle(event(request_id=request_id), self.runtime.unit_for(NAME))  # type: ignore[call-arg] # each has one
        assert await self.look()
        async with self.runtime.database.reading() as reading:
            wanted = select(backup_tasks.c.answer).where(backup_tasks.c.request_id == request_id)
            said: Mapping[str, Any] = json.loads((await reading.connection.execute(wanted)).scalar_one())
            return said

    async def fill(self, count: int, *, begin: int = 0) -> None:
        """Put rows into the database."""
        async with self.api() as work:
            rows = [
                {"parameter": f"p{n}", "value": f"值 \U0001f600 {n}"} for n in range(begin, begin + count)
            ]
            await work.connection.execute(insert(config), rows)

    async def runs(self) -> Sequence[Row[Any]]:
        """All runs, oldest first."""
        async with self.runtime.database.reading() as reading:
            return (await reading.connection.execute(select(backup_runs).order_by(backup_runs.c.id))).all()

    async def told(self) -> list[Event]:
        """The events that were told so far."""
        async with self.runtime.database.reading() as reading:
            rows = await reading.connection.execute(outbox.select().order_by(outbox.c.id))
            return [event_of(unseal(row.body)) for row in rows]


@asynccontextmanager
async def backup_service(
    folder: Path, *, database_url: str = "", **settings: Any
) -> AsyncIterator[BackupService]:
    """Build the service; nothing happens by itself."""
    chosen = BackupSettings.load(
        data_dir=folder / "data",
        database_url=SecretStr(database_url or f"sqlite+aiosqlite:///{folder}/mycrm.db"),
        log_level="error",
        time_zone="Asia/Shanghai",
        **settings,
    )
    async with AsyncExitStack() as stack:
        runtime = await stack.enter_async_context(open_runtime(chosen))
        await schema.migrate(runtime.database)
        service = await stack.enter_async_context(build(runtime.for_service(NAME), chosen))
        yield BackupService(service, runtime)
