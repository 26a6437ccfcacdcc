"""An FTP server, over TLS (`ftps://`, asked for on the ordinary port) or, where the URL says so, in the clear.

Files have their age from the server: from MLSD, else from MDTM. A listing as people read it tells no exact times, so
nothing is removed where a server has neither.
"""

import asyncio
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import aioftp

from mycrm_backup.domain.names import PART_SUFFIX
from mycrm_backup.domain.retention import AgeBy, File
from mycrm_backup.ports import Pieces, check_size
from mycrm_backup.targets.ftp_client import FtpClient
from mycrm_common.errors import Kind, MyCRMError

_CONNECT_SECONDS = 30
_SILENCE_SECONDS = 60
_READ = 1 << 18
_STAMP = "%Y%m%d%H%M%S"


@dataclass(frozen=True, kw_only=True)
class FtpPlace:
    """Where the server is, and who is let in."""

    host: str
    port: int = 21
    user: str = ""
    password: str = field(default="", repr=False)
    is_secure: bool = True
    ca_file: Path | None = None


@asynccontextmanager
async def ftp_target(place: FtpPlace) -> AsyncIterator["FtpTarget"]:
    """Sign in, until the block ends."""
    if any(letter in place.user + place.password for letter in "\r\n\0"):
        raise MyCRMError("backup_login_refused", Kind.FORBIDDEN, "a name or password of one line is needed")
    client = FtpClient(socket_timeout=_SILENCE_SECONDS, connection_timeout=_CONNECT_SECONDS)
    try:
        with _told(place):
            await client.connect(place.host, place.port)
            if place.is_secure:
                await client.upgrade_to_tls(_context(place))
            await client.login(place.user or "anonymous", place.password)
            home = str(await client.get_current_directory())
        yield FtpTarget(place, client, home=home)
    finally:
        if client._stream is not None:  # noqa: SLF001 - close() fails on a connection that was never made
            client.close()


class FtpTarget:
    """Keeps copies on the server."""

    age_by = AgeBy.TIME

    def __init__(self, place: FtpPlace, client: FtpClient, *, home: str) -> None:
        self.place = f"{'ftps' if place.is_secure else 'ftp'}://{place.user}@{place.host}:{place.port}"
        self._where = place
        self._client = client
        self._home = home

    async def files(self, folder: str) -> tuple[Sequence[File], Sequence[str]]:
        """The files of a folder, and the folders in it."""
        begin = f"{folder.rstrip('/')}/" if folder else ""
        with _told(self._where):
            if not await self._has_folder(folder):
                return [], []
            entries, is_exact = await self._entries()
            files, folders = [], []
            for path, about in entries:
                name = path.name
                if about["type"] == "dir":
                    folders.append(begin + name)
                elif about["type"] == "file":
                    at = _moment(about["modify"]) if is_exact else await self._asked_time(begin + name)
                    files.append(File(path=begin + name, size=int(about["size"]), modified_at=at))
            return files, folders

    async def put(self, path: str, pieces: Pieces) -> int:
        """Write a file, whole or not at all."""
        part = path + PART_SUFFIX
        with _told(self._where):
            await self._make_folders(PurePosixPath(path).parent)
        try:
            size = await self._write(part, pieces)
            with _told(self._where):
                check_size(await self._size(part), size)
                await self._rename(part, path)
        except BaseException:
            await self._drop(part)
            raise
        return size

    async def get(self, path: str) -> AsyncGenerator[bytes, None]:
        """Read a file."""
        with _told(self._where):
            stream = await self._client.get_stream(f"RETR {self._at(path)}", "1xx")
        try:
            while True:
                with _told(self._where):
                    piece = await stream.read(_READ)
                if not piece:
                    break
                yield piece
            with _told(self._where):
                await stream.finish()
        finally:
            stream.close()

    async def remove(self, path: str) -> None:
        """Remove a file; one that is gone already is fine."""
        with _told(self._where):
            try:
                await self._client.command(f"DELE {self._at(path)}", "2xx")
            except aioftp.StatusCodeError:
                if await self._size(path) is not None:
                    raise

    async def _entries(self) -> tuple[list[tuple[PurePosixPath, dict[str, str]]], bool]:
        try:
            listed = await self._client.list("", raw_command="MLSD")
        except aioftp.StatusCodeError as error:
            if not error.received_codes[-1].matches("50x"):
                raise
            listed = await self._client.list("", raw_command="LIST")
            return [(path, _texts(about)) for path, about in listed], False
        known = [(path, _texts(about)) for path, about in listed]
        return known, all("modify" in about for _, about in known if about["type"] == "file")

    async def _asked_time(self, path: str) -> datetime | None:
        try:
            _, lines = await self._client.command(f"MDTM {self._at(path)}", "213")
        except aioftp.StatusCodeError:
            return None
        return _moment(lines[-1])

    async def _write(self, part: str, pieces: Pieces) -> int:
        try:
            with _told(self._where):
                stream = await self._client.get_stream(f"STOR {self._at(part)}", "1xx")
        except MyCRMError as error:
            if error.code == "backup_file_missing":
                raise MyCRMError("backup_target_forbidden", Kind.UNAVAILABLE, error.detail) from error
            raise
        size = 0
        try:
            async for piece in pieces:
                with _told(self._where):
                    await stream.write(piece)
                size += len(piece)
            with _told(self._where):
                await stream.finish()
        finally:
            stream.close()
        return size

    async def _size(self, path: str) -> int | None:
        """Ask for a file's size; None where there is no file, or the server does not tell."""
        try:
            _, lines = await self._client.command(f"SIZE {self._at(path)}", "213")
        except aioftp.StatusCodeError:
            return None
        text = lines[-1].strip()
        return int(text) if text.isdecimal() else None

    async def _rename(self, part: str, path: str) -> None:
        try:
            await self._client.command(f"RNFR {self._at(part)}", "350")
            await self._client.command(f"RNTO {self._at(path)}", "2xx")
        except aioftp.StatusCodeError as error:
            raise MyCRMError("backup_rename_refused", Kind.UNAVAILABLE, _words(error)) from error

    async def _has_folder(self, folder: str) -> bool:
        """Go to a folder from wherever we are: names with blanks are safest alone."""
        try:
            await self._client.command(f"CWD {self._at(folder)}", "2xx")
        except aioftp.StatusCodeError as error:
            if error.received_codes[-1].matches("5xx"):
                return False
            raise
        return True

    def _at(self, path: str) -> str:
        """Return a whole path: we go from folder to folder."""
        return _safe(path if path.startswith("/") else f"{self._home.rstrip('/')}/{path}".rstrip("/"))

    async def _make_folders(self, folder: PurePosixPath) -> None:
        missing = []
        for one in (folder, *folder.parents):
            if str(one) in {"/", "."}:
                break
            missing.append(one)
        for one in reversed(missing):
            try:
                await self._client.command(f"MKD {self._at(str(one))}", "2xx")
            except aioftp.StatusCodeError:
                continue  # It is there already, or the upload will say what is wrong.

    async def _drop(self, part: str) -> None:
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                # A connection that broke in the middle of an upload is not to be used again.
                async with ftp_target(self._where) as again:
                    await again.remove(part)
        except (MyCRMError, TimeoutError):
            pass  # What broke the upload off may stand in the way of this too; the next run tries again.


def _context(place: FtpPlace) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if place.ca_file is not None:
        context.load_verify_locations(place.ca_file)
    return context


def _safe(path: str) -> str:
    if any(letter in path for letter in "\r\n\0"):
        raise MyCRMError("backup_name_invalid", Kind.INVALID, "a name of one line is needed")
    return path


def _texts(about: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in about.items()}


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text.strip()[:14], _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def _words(error: aioftp.StatusCodeError) -> str:
    return " ".join(line.strip() for line in error.info)[:300]


@contextmanager
def _told(place: FtpPlace) -> Iterator[None]:
    """Turn the library's errors into ours."""
    try:
        yield
    except aioftp.StatusCodeError as error:
        raise _status(error) from error
    except ssl.SSLCertVerificationError as error:
        detail = f"{place.host}: {error.verify_message}"
        raise MyCRMError("backup_certificate_untrusted", Kind.FORBIDDEN, detail) from error
    except (OSError, EOFError, aioftp.AIOFTPException, TimeoutError) as error:
        detail = f"{place.host}:{place.port}: {str(error) or 'no answer in time'}"
        raise MyCRMError("backup_target_unreachable", Kind.UNAVAILABLE, detail) from error


_CODES = {
    "332": ("backup_login_refused", Kind.FORBIDDEN),
    "430": ("backup_login_refused", Kind.FORBIDDEN),
    "530": ("backup_login_refused", Kind.FORBIDDEN),
    "452": ("backup_target_full", Kind.UNAVAILABLE),
    "552": ("backup_target_full", Kind.UNAVAILABLE),
    "553": ("backup_target_forbidden", Kind.UNAVAILABLE),
    "421": ("backup_target_unreachable", Kind.UNAVAILABLE),
    "425": ("backup_target_unreachable", Kind.UNAVAILABLE),
    "426": ("backup_target_unreachable", Kind.UNAVAILABLE),
    "550": ("backup_file_missing", Kind.NOT_FOUND),
}


def _status(error: aioftp.StatusCodeError) -> MyCRMError:
    code, words = str(error.received_codes[-1]), _words(error)
    if any(str(expected) == "234" for expected in error.expected_codes):
        return MyCRMError("backup_tls_refused", Kind.FORBIDDEN, words)
    meant, kind = _CODES.get(code, ("backup_target_refused", Kind.UNAVAILABLE))
    return MyCRMError(meant, kind, f"{code} {words}")
