"""Imports and exports, put together: their routes, the job that carries imports on, and the one that tidies up.

It is a part of `service`, which would grow too large.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

from mycrm_api.adapters import addresses, rich_text, sheets
from mycrm_api.ports.changes import CustomerBooks
from mycrm_api.resources import exports as export_resources
from mycrm_api.resources import imports as import_resources
from mycrm_api.resources.route import Route
from mycrm_api.resources.waiting import Patience
from mycrm_api.store import (
    customer_pages,
    customer_sets,
    followups,
    import_pieces,
    import_rows,
    imports,
    new_customers,
)
from mycrm_api.store import settings as settings_store
from mycrm_api.usecases.apply_import import ImportHand
from mycrm_api.usecases.carry_imports import carry_imports
from mycrm_api.usecases.read_import import ImportReader
from mycrm_api.usecases.tidy_imports import tidy_imports
from mycrm_common.clock import Clock
from mycrm_common.jobs import keep_doing
from mycrm_common.runtime import ServiceRuntime
from mycrm_common.service import Job, Wake
from mycrm_common.tasks import TaskNursery
from mycrm_common.work import ReadingRoom, UnitOfWork

_LOOK_SECONDS = 1.0
_TIDY_SECONDS = 600.0


def carriage_routes(
    *, wake: Wake, clock: Clock, unit: UnitOfWork, reading: ReadingRoom, zone: str
) -> list[Route]:
    """Return the routes of imports and exports; `wake` stirs the job that carries imports on."""
    return [
        *import_resources.routes(
            imports=imports,
            pieces=import_pieces,
            rows=import_rows,
            wake=wake,
            clock=clock,
            unit=unit,
            reading=reading,
            patience=Patience(),
        ),
        *export_resources.routes(
            lists=customer_pages,
            followups=followups,
            settings=settings_store,
            clock=clock,
            reading=reading,
            zone=zone,
        ),
    ]


def carriage_jobs(runtime: ServiceRuntime, *, books: CustomerBooks, wake: Wake) -> tuple[Job, Job]:
    """Return the job that carries imports on, and the one that forgets old imports and files that are read."""
    tidy = partial(
        tidy_imports,
        imports=imports,
        pieces=import_pieces,
        clock=runtime.clock,
        reading=runtime.reading,
        unit=runtime.unit,
    )
    tidying = Job(name="tidy imports", beat=tidy, seconds=_TIDY_SECONDS, lease="api.tidy imports")
    return _carrying(runtime, books=books, wake=wake), tidying


@asynccontextmanager
async def carried(
    runtime: ServiceRuntime,
    door: Callable[[], AbstractAsyncContextManager[str]],
    *,
    books: CustomerBooks,
    wake: Wake,
) -> AsyncIterator[str]:
    """Open a door that stands alone, without the service's jobs, and carry imports on while it is open."""
    job = _carrying(runtime, books=books, wake=wake)
    doing = keep_doing(job, unit=runtime.unit, holder=runtime.process, log=runtime.log)
    nursery = TaskNursery()
    nursery.start(doing, name=job.name)
    try:
        async with door() as address:
            yield address
    finally:
        await nursery.close()


def _carrying(runtime: ServiceRuntime, *, books: CustomerBooks, wake: Wake) -> Job:
    """Return the job that carries imports on."""
    reader = ImportReader(
        imports=imports,
        pieces=import_pieces,
        rows=import_rows,
        sets=customer_sets,
        sheets=sheets,
        addresses=addresses,
        rich_text=rich_text,
        unit=runtime.unit,
        reading=runtime.reading,
    )
    hand = ImportHand(imports=imports, rows=import_rows, new=new_customers, books=books, unit=runtime.unit)

    async def is_wanted() -> bool:
        async with runtime.reading() as look:
            return bool(await imports.moving(look))

    return Job(
        name="carry imports",
        beat=partial(carry_imports, reader=reader, hand=hand, log=runtime.log),
        seconds=_LOOK_SECONDS,
        wake=wake,
        lease="api.carry imports",
        wanted=is_wanted,
    )
