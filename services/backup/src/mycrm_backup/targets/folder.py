"""A folder of this machine, or one that is mounted there."""

import asyncio
import errno
import os
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from mycrm_backup.domain.names import PART_SUFFIX
from mycrm_backup.domain.retention import AgeBy, File
from mycrm_backup.ports import Pieces, check_size
from mycrm_common.errors import Kind, MyCRMError

_PIECE = 1 << 20
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


class FolderTarget:
    """Keeps copies below a folder; their paths are relative to it."""

    age_by = AgeBy.NAME

    def __init__(self, folder: Path) -> None:
        self.place = str(folder)
        self._folder = folder

    async def files(self, folder: str) -> tuple[Sequence[File], Sequence[str]]:
        """The files of a folder, and the folders in it."""
        return await asyncio.to_thread(self._look, folder)

    async def put(self, path: str, pieces: Pieces) -> int:
        """Write a file, whole or not at all."""
        whole = self._at(path)
        part = whole.with_name(whole.name + PART_SUFFIX)
        with _told(self.place):
            await asyncio.to_thread(_prepare, whole.parent)
        try:
            size = await _write(part, pieces, place=self.place)
            with _told(self.place):
                await asyncio.to_thread(_finish, part, whole, size)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        return size

    async def get(self, path: str) -> AsyncGenerator[bytes, None]:
        """Read a file."""
        with _told(self.place):
            file = await asyncio.to_thread(self._at(path).open, "rb")
        with file:
            while piece := await asyncio.to_thread(file.read, _PIECE):
                yield piece

    async def remove(self, path: str) -> None:
        """Remove a file; one that is gone already is fine."""
        with _told(self.place):
            await asyncio.to_thread(self._at(path).unlink, missing_ok=True)

    def _at(self, path: str) -> Path:
        return self._folder / path.lstrip("/")

    def _look(self, folder: str) -> tuple[list[File], list[str]]:
        files, folders = [], []
        begin = f"{folder.rstrip('/')}/" if folder else ""
        try:
            with _told(self.place), os.scandir(self._at(folder)) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(begin + entry.name)
                    elif entry.is_file(follow_symlinks=False):
                        stat = entry.stat(follow_symlinks=False)
                        at = datetime.fromtimestamp(stat.st_mtime, UTC)
                        files.append(File(path=begin + entry.name, size=stat.st_size, modified_at=at))
        except MyCRMError as error:
            if error.code != "backup_file_missing":
                raise
        return files, folders


async def _write(part: Path, pieces: Pieces, *, place: str) -> int:
    size = 0
    with _told(place):
        file = await asyncio.to_thread(part.open, "wb")
    with file:
        await asyncio.to_thread(part.chmod, 0o600)
        async for piece in pieces:
            with _told(place):
                size += await asyncio.to_thread(file.write, piece)
        with _told(place):
            await asyncio.to_thread(_settle, file)
    return size


def _settle(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _prepare(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _finish(part: Path, whole: Path, size: int) -> None:
    check_size(part.stat().st_size, size)
    part.replace(whole)
    folder = os.open(whole.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _told(place: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise MyCRMError("backup_file_missing", Kind.NOT_FOUND, f"{error.filename}") from error
    except OSError as error:
        told = f"{place}: {error.strerror or error}"
        if error.errno in _FULL:
            raise MyCRMError("backup_target_full", Kind.UNAVAILABLE, told) from error
        if error.errno in _FORBIDDEN:
            raise MyCRMError("backup_target_forbidden", Kind.UNAVAILABLE, told) from error
        raise MyCRMError("backup_target_unreachable", Kind.UNAVAILABLE, told) from error
