"""The backup service, put together. It has no target to copy to yet, and says so."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mycrm_backup.settings import BackupSettings
from mycrm_common.runner import Part
from mycrm_common.runtime import ServiceRuntime
from mycrm_common.service import Service

NAME = "backup"


def part() -> Part:
    """Return this service for a runner."""
    return Part(name=NAME, build=build, settings=BackupSettings)


@asynccontextmanager
async def build(runtime: ServiceRuntime, settings: BackupSettings) -> AsyncIterator[Service]:
    """Open the service."""
    del settings
    runtime.log.info("backup.idle", reason="no target is configured")
    yield Service(name=NAME)
