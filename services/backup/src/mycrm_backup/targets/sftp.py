"""An SFTP server. Its host key is always checked: against one that was trusted before, never against nothing."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePosixPath
from stat import S_ISDIR, S_ISREG
from typing import cast

import asyncssh

from mycrm_backup.domain.names import PART_SUFFIX
from mycrm_backup.domain.retention import AgeBy, File
from mycrm_backup.ports import Pieces, check_size
from mycrm_common.errors import Kind, MyCRMError

_CONNECT_SECONDS = 30
_SILENCE_SECONDS = 60
_READ = 1 << 20
_NO_FILE = {asyncssh.FX_NO_SUCH_FILE, asyncssh.FX_NO_SUCH_PATH}
_FULL = {asyncssh.FX_NO_SPACE_ON_FILESYSTEM, asyncssh.FX_QUOTA_EXCEEDED}


@dataclass(frozen=True, kw_only=True)
class SftpPlace:
    """Where the server is, who is let in, and by which key the server is known."""

    host: str
    port: int = 22
    user: str = ""
    password: str | None = field(default=None, repr=False)
    private_key: str | None = field(default=None, repr=False)
    host_key: str = ""

    @property
    def known_as(self) -> str:
        """The server's name beside its key, as in a known_hosts file."""
        return self.host if self.port == 22 else f"[{self.host}]:{self.port}"  # noqa: PLR2004 - SSH's own port


async def host_key_of(place: SftpPlace) -> tuple[str, str]:
    """Return the key that a server shows, as one line, and its fingerprint; nothing is sent to it."""
    with _told(place):
        key = await asyncio.wait_for(asyncssh.get_server_host_key(place.host, place.port), _CONNECT_SECONDS)
    if key is None:
        raise MyCRMError("backup_target_unreachable", Kind.UNAVAILABLE, f"{place.host} shows no key")
    return key.export_public_key().decode().strip(), key.get_fingerprint()


@asynccontextmanager
async def sftp_target(place: SftpPlace) -> AsyncIterator["SftpTarget"]:
    """Sign in, until the block ends."""
    if not place.host_key:
        detail = f"{place.known_as}: run mycrm backup trust-host"
        raise MyCRMError("backup_host_unknown", Kind.FORBIDDEN, detail)
    with _told(place):
        connection = await asyncssh.connect(
            place.host,
            place.port,
            username=place.user,
            password=place.password,
            client_keys=[asyncssh.import_private_key(place.private_key)] if place.private_key else None,
            known_hosts=asyncssh.import_known_hosts(f"{place.known_as} {place.host_key}\n"),
            agent_path=None,
            config=None,
            connect_timeout=_CONNECT_SECONDS,
            keepalive_interval=15,
            keepalive_count_max=4,
        )
    try:
        with _told(place):
            client = await connection.start_sftp_client()
        yield SftpTarget(place, client)
    finally:
        connection.abort()
        await connection.wait_closed()


class SftpTarget:
    """Keeps copies on the server."""

    age_by = AgeBy.NAME

    def __init__(self, place: SftpPlace, client: asyncssh.SFTPClient) -> None:
        self.place = f"sftp://{place.user}@{place.known_as}"
        self._where = place
        self._client = client

    async def files(self, folder: str) -> tuple[Sequence[File], Sequence[str]]:
        """The files of a folder, and the folders in it."""
        files, folders = [], []
        begin = f"{folder.rstrip('/')}/" if folder else ""
        try:
            with _told(self._where):
                async for entry in self._client.scandir(folder or "."):
                    name, about = str(entry.filename), entry.attrs
                    if name in {".", ".."}:
                        continue
                    mode = about.permissions or 0
                    if S_ISDIR(mode):
                        folders.append(begin + name)
                    elif S_ISREG(mode):
                        at = datetime.fromtimestamp(about.mtime, UTC) if about.mtime is not None else None
                        files.append(File(path=begin + name, size=about.size or 0, modified_at=at))
        except MyCRMError as error:
            if error.code != "backup_file_missing":
                raise
        return files, folders

    async def put(self, path: str, pieces: Pieces) -> int:
        """Write a file, whole or not at all."""
        part = path + PART_SUFFIX
        with _told(self._where):
            await self._client.makedirs(str(PurePosixPath(path).parent), exist_ok=True)
        try:
            size = await self._write(part, pieces)
            with _told(self._where):
                check_size((await self._client.stat(part)).size, size)
                await self._rename(part, path)
        except BaseException:
            await self._drop(part)
            raise
        return size

    async def get(self, path: str) -> AsyncGenerator[bytes, None]:
        """Read a file."""
        with _told(self._where):
            file = await self._client.open(path, "rb")
        async with file:
            place = 0
            while True:
                with _told(self._where):
                    piece = await asyncio.wait_for(file.read(_READ, place), _SILENCE_SECONDS)
                if not piece:
                    return
                place += len(piece)
                yield cast("bytes", piece)  # The file was opened for bytes.

    async def remove(self, path: str) -> None:
        """Remove a file; one that is gone already is fine."""
        try:
            with _told(self._where):
                await self._client.remove(path)
        except MyCRMError as error:
            if error.code != "backup_file_missing":
                raise

    async def _write(self, part: str, pieces: Pieces) -> int:
        with _told(self._where):
            file = await self._client.open(part, "wb")
        size = 0
        try:
            async for piece in pieces:
                with _told(self._where):
                    await asyncio.wait_for(file.write(piece, size), _SILENCE_SECONDS)
                size += len(piece)
            with _told(self._where):
                await self._settle(file)
        finally:
            with _told(self._where):
                await file.close()
        return size

    async def _settle(self, file: "asyncssh.SFTPClientFile") -> None:
        try:
            await asyncio.wait_for(file.fsync(), _SILENCE_SECONDS)
        except asyncssh.SFTPOpUnsupported:
            pass  # The server does not offer it.

    async def _rename(self, part: str, path: str) -> None:
        """Give a file its name, also where one of that name is there."""
        try:
            await self._client.posix_rename(part, path)
        except asyncssh.SFTPOpUnsupported:
            if await self._client.exists(path):
                await self._client.remove(path)
            await self._client.rename(part, path)

    async def _drop(self, part: str) -> None:
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                await self.remove(part)
        except (MyCRMError, TimeoutError):
            pass  # What broke the upload off may stand in the way of this too; the next run tries again.


@contextmanager
def _told(place: SftpPlace) -> Iterator[None]:
    """Turn the library's errors into ours."""
    try:
        yield
    except asyncssh.HostKeyNotVerifiable as error:
        detail = f"{place.known_as} shows another key than the trusted one"
        raise MyCRMError("backup_host_changed", Kind.FORBIDDEN, detail) from error
    except asyncssh.PermissionDenied as error:
        raise MyCRMError("backup_login_refused", Kind.FORBIDDEN, f"{place.user}@{place.host}") from error
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as error:
        raise MyCRMError("backup_key_unreadable", Kind.INVALID, str(error)) from error
    except asyncssh.SFTPError as error:
        raise _sftp_error(error) from error
    except (OSError, asyncssh.Error, TimeoutError) as error:
        detail = f"{place.known_as}: {str(error) or 'no answer in time'}"
        raise MyCRMError("backup_target_unreachable", Kind.UNAVAILABLE, detail) from error


def _sftp_error(error: asyncssh.SFTPError) -> MyCRMError:
    if error.code in _NO_FILE:
        return MyCRMError("backup_file_missing", Kind.NOT_FOUND, error.reason)
    if error.code in _FULL:
        return MyCRMError("backup_target_full", Kind.UNAVAILABLE, error.reason)
    if error.code in {asyncssh.FX_PERMISSION_DENIED, asyncssh.FX_WRITE_PROTECT}:
        return MyCRMError("backup_target_forbidden", Kind.UNAVAILABLE, error.reason)
    if error.code in {asyncssh.FX_CONNECTION_LOST, asyncssh.FX_NO_CONNECTION}:
        return MyCRMError("backup_target_unreachable", Kind.UNAVAILABLE, error.reason)
    # SFTP version 3, which OpenSSH speaks, has one word for a full disk and for everything unforeseen.
    return MyCRMError("backup_target_refused", Kind.UNAVAILABLE, error.reason)
