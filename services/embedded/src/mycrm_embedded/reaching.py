"""Where a command finds the API: behind the socket of the CRM that runs, else in its own process.

A database server lets the command in beside the services. A SQLite file belongs to one process: when that is a
running CRM, it is asked through the socket in its data folder; when nobody has it, this process takes it for the
moment of the command. Either way the same routes are asked with the same roles, and no port is opened.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from pwd import getpwuid
from typing import TYPE_CHECKING

from mycrm_api.settings import ApiSettings
from mycrm_common.errors import MyCRMError, StartError
from mycrm_common.tasks import TaskNursery
from mycrm_common.unix_socket import is_answered
from mycrm_embedded.api import Api, api_at

if TYPE_CHECKING:
    from mycrm_common.runtime import Runtime

# How long a CRM that is just starting or ending, or another command, is waited for.
_PATIENCE_SECONDS = 10.0
_PAUSE_SECONDS = 0.1


@asynccontextmanager
async def reached_api(settings: ApiSettings) -> AsyncIterator[Api]:
    """Give the API to a command, wherever it is; a `StartError` where there is none."""
    async with AsyncExitStack() as stack:
        path = await _find(settings, stack)
        yield await stack.enter_async_context(api_at(path))


async def _find(settings: ApiSettings, stack: AsyncExitStack) -> Path:
    tell_time = asyncio.get_running_loop().time
    until = tell_time() + _PATIENCE_SECONDS
    while True:
        if settings.socket is not None and _answers(settings.socket):
            return settings.socket
        try:
            return await stack.enter_async_context(_hosted(settings))
        except StartError as error:
            if error.code != "database_in_use" or tell_time() > until:
                raise
        await asyncio.sleep(_PAUSE_SECONDS)


def _answers(path: Path) -> bool:
    try:
        return is_answered(path)
    except PermissionError:
        raise StartError("data_dir_closed", path=path.parent, owner=_owner_of(path.parent)) from None


@asynccontextmanager
async def _hosted(settings: ApiSettings) -> AsyncIterator[Path]:
    """Serve the API in this process, on a socket that nobody else can open."""
    from mycrm_api.service import NAME, operators_door
    from mycrm_common.db import schema
    from mycrm_common.runtime import open_runtime

    _check_there(settings)
    async with open_runtime(settings, shown="error") as runtime:
        if not await schema.is_current(runtime.database):
            raise schema.behind(runtime.database)
        try:
            with tempfile.TemporaryDirectory(prefix="mycrm-") as folder:
                path = Path(folder) / "mycrm.sock"
                door = operators_door(runtime.for_service(NAME), path=path)
                async with door.open(), _attended(runtime, settings):
                    yield path
        finally:
            await _keep_logs(runtime)


@asynccontextmanager
async def _attended(runtime: "Runtime", settings: ApiSettings) -> AsyncIterator[None]:
    """Make copies on demand here, where no other process can: the database is a file, and it is ours."""
    if settings.socket is None:
        yield
        return
    from mycrm_backup.service import NAME, attend
    from mycrm_backup.settings import BackupSettings

    nursery = TaskNursery()
    nursery.start(attend(runtime.for_service(NAME), BackupSettings.load()), name="attend backups")
    try:
        yield
    finally:
        await nursery.close()


async def _keep_logs(runtime: "Runtime") -> None:
    """Write down what was done here, as a service does; a database that is away has told it already."""
    from mycrm_common.db import logs

    lines = runtime.shelf.take()
    try:
        if lines:
            async with runtime.unit_for("common")() as work:
                await logs.put(work, lines)
    except MyCRMError:
        pass


def _check_there(settings: ApiSettings) -> None:
    """Refuse to make an empty database: it would hide that the folder's name was mistyped."""
    from mycrm_common.db.engine import parse_url

    path = parse_url(settings.database).database
    if settings.socket is not None and not Path(str(path)).exists():
        raise StartError("database_missing", path=path)


def _owner_of(folder: Path) -> str:
    while not folder.exists():
        folder = folder.parent
    number = folder.stat().st_uid
    try:
        return getpwuid(number).pw_name
    except KeyError:
        return str(number)
