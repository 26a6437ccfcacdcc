"""The mail-fetcher service alone, on a real database, with the settings that api would have written."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Select, delete, insert
from sqlalchemy.engine import Row

from mycrm_common.bus.codec import event_of, unseal
from mycrm_common.db import schema
from mycrm_common.db.tables.events import outbox
from mycrm_common.db.tables.settings import config, secrets
from mycrm_common.events.registry import Event
from mycrm_common.running import running
from mycrm_common.runtime import Runtime, open_runtime
from mycrm_common.service import Service
from mycrm_mail_fetcher.ports import MailAccount
from mycrm_mail_fetcher.service import NAME, build
from mycrm_mail_fetcher.settings import MailFetcherSettings
from tests.support.dovecot import DovecotServer


class MailFetcher:
    """The built service, and the database behind it."""

    def __init__(self, service: Service, runtime: Runtime) -> None:
        self.runtime = runtime
        self.api = runtime.unit_for("api")
        self._service = service

    async def look(self) -> None:
        """Look at the mailbox once, as the job does."""
        await self._beat("sync")

    async def tidy(self) -> None:
        """Delete what is past its time, as the job does."""
        await self._beat("expire")

    async def answer(self) -> None:
        """Answer what people asked, as the job does."""
        await self._beat("answer requests")

    async def hear(self, event: Event) -> None:
        """Hear an event, as if the bus had brought it."""
        heard = next(
            subscription for subscription in self._service.subscriptions if type(event) in subscription.events
        )
        await heard.handle(event, self.runtime.unit_for(NAME))

    async def _beat(self, name: str) -> None:
        await next(job for job in self._service.jobs if job.name == name).beat()

    async def ping(self) -> None:
        """Ask whether the mailbox is well, as health does."""
        await self._service.pings["mailbox"]()

    async def connect(self, server: DovecotServer | MailAccount, **changed: object) -> None:
        """Enter the mailbox in the settings, as api does."""
        said: dict[str, object] = {
            "mail_host": server.host,
            "mail_port": server.port,
            "mail_username": server.username,
            "mail_password": server.password,
            **changed,
        }
        password = str(said.pop("mail_password"))
        async with self.api() as work:
            await work.connection.execute(delete(config).where(config.c.parameter.in_(list(said))))
            await work.connection.execute(
                insert(config), [{"parameter": name, "value": str(value)} for name, value in said.items()]
            )
            await work.connection.execute(delete(secrets))
            await work.connection.execute(
                insert(secrets).values(
                    name="mail_password",
                    sealed=self.runtime.box.seal(password, name="mail_password"),
                    updated_at=work.at,
                )
            )

    async def rows(self, question: Select[*tuple[Any, ...]]) -> Sequence[Row[*tuple[Any, ...]]]:
        """Ask the database."""
        async with self.runtime.database.reading() as reading:
            return (await reading.connection.execute(question)).all()

    async def told(self, *kinds: type[Event]) -> list[Event]:
        """The events of these kinds that were told so far, in their order."""
        rows = await self.rows(outbox.select().order_by(outbox.c.id))
        events = [event_of(unseal(row.body)) for row in rows]
        return [event for event in events if isinstance(event, kinds)]


@asynccontextmanager
async def mail_fetcher(
    folder: Path, *, database_url: str = "", is_running: bool = False, **settings: Any
) -> AsyncIterator[MailFetcher]:
    """Build the service; running, it does its jobs and hears events, else nothing happens by itself."""
    chosen = MailFetcherSettings.load(
        data_dir=folder / "data",
        database_url=SecretStr(database_url or f"sqlite+aiosqlite:///{folder}/mycrm.db"),
        log_level="error",
        **settings,
    )
    async with AsyncExitStack() as stack:
        runtime = await stack.enter_async_context(open_runtime(chosen))
        await schema.migrate(runtime.database)
        service = await stack.enter_async_context(build(runtime.for_service(NAME), chosen))
        if is_running:
            await stack.enter_async_context(running(runtime, [service], health_port=0))
        yield MailFetcher(service, runtime)
