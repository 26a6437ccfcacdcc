"""Proves a copy by restoring it: read back from its place, checked, restored beside the database, compared, dropped.

Everything is downloaded and checked before any database is touched.
"""

import asyncio
import zipfile
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from mycrm_backup.domain.manifest import Manifest, differing_tables
from mycrm_backup.domain.names import MANIFEST_SUFFIX
from mycrm_backup.ports import Cipher, Restorer, Run, Runs, Scratch, Target, Targets
from mycrm_common.clock import Clock
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.events.backups import BackupFailed
from mycrm_common.logs import Logger
from mycrm_common.work import UnitOfWork

_MOST_MANIFEST = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Verifier:
    """What it takes to prove copies."""

    targets: Targets
    restorer: Restorer
    cipher: Cipher
    runs: Runs
    work_folder: Path
    unit: UnitOfWork
    clock: Clock
    log: Logger


async def verify_backup(run: Run, *, verifier: Verifier) -> None:
    """Prove a copy, or raise why it cannot be restored; both are written down."""
    began = verifier.clock.now()
    try:
        async with (
            downloaded(
                run.file, targets=verifier.targets, cipher=verifier.cipher, folder=verifier.work_folder
            ) as (archive, manifest),
            verifier.restorer.restored(archive, manifest) as scratch,
        ):
            await check_sums(scratch, manifest)
    except MyCRMError as error:
        if error.code == "lease_lost":
            raise
        seconds = (verifier.clock.now() - began).total_seconds()
        verifier.log.error("backup.not_restorable", file=run.file, reason=error.code, detail=error.detail)
        async with verifier.unit() as work:
            await verifier.runs.note_verified(
                work, run.id, seconds=seconds, reason=error.code, detail=error.detail
            )
            work.tell(BackupFailed(run_id=run.id, at=work.at, reason=error.code, detail=error.detail[:500]))
        raise
    seconds = (verifier.clock.now() - began).total_seconds()
    async with verifier.unit() as work:
        await verifier.runs.note_verified(work, run.id, seconds=seconds, reason="", detail="")
    verifier.log.info("backup.verified", file=run.file, seconds=round(seconds, 1))


async def check_sums(scratch: Scratch, manifest: Manifest) -> None:
    """Raise `backup_differs` where a restored database is not what was dumped."""
    expected = manifest.contents.portable if scratch.is_foreign else manifest.contents.tables
    if differing := differing_tables(await scratch.sums(), expected):
        raise MyCRMError("backup_differs", Kind.INVALID, "; ".join(differing)[:900])


@asynccontextmanager
async def downloaded(
    file: str, *, targets: Targets, cipher: Cipher, folder: Path
) -> AsyncIterator[tuple[Path, Manifest]]:
    """Give a copy as a zip file of this machine, whole and as its manifest says, with that manifest."""
    try:
        await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        detail = f"{folder}: {error.strerror}"
        raise MyCRMError("backup_work_folder_unusable", Kind.UNAVAILABLE, detail) from error
    archive, sealed = folder / "copy.zip", folder / "copy.zip.age"
    try:
        async with targets.open() as target:
            manifest = await read_manifest(target, file)
            await _fetch(target, file, sealed if manifest.sealed else archive, manifest)
        if manifest.sealed:
            await cipher.unsealed(sealed, archive)
            sealed.unlink()
        await asyncio.to_thread(_check_archive, archive)
        yield archive, manifest
    finally:
        archive.unlink(missing_ok=True)
        sealed.unlink(missing_ok=True)


async def read_manifest(target: Target, file: str) -> Manifest:
    """Return what stands beside a copy; without it the copy was cut off, or is not ours."""
    text = b""
    async with aclosing(target.get(file + MANIFEST_SUFFIX)) as pieces:
        async for piece in pieces:
            text += piece
            if len(text) > _MOST_MANIFEST:
                raise MyCRMError("backup_manifest_invalid", Kind.INVALID, "it is no manifest")
    return Manifest.from_json(text.decode(errors="replace"))


async def _fetch(target: Target, file: str, archive: Path, manifest: Manifest) -> None:
    checksum, size = sha256(), 0
    try:
        with await asyncio.to_thread(archive.open, "wb") as out:
            async with aclosing(target.get(file)) as pieces:
                async for piece in pieces:
                    size += len(piece)
                    checksum.update(piece)
                    await asyncio.to_thread(out.write, piece)
    except OSError as error:
        raise MyCRMError("storage_full", Kind.UNAVAILABLE, f"{archive.parent}: {error.strerror}") from error
    if (size, checksum.hexdigest()) != (manifest.bytes, manifest.sha256):
        detail = f"{size} bytes of {manifest.bytes} came, or others than were sent"
        raise MyCRMError("backup_copy_damaged", Kind.INVALID, detail)


def _check_archive(archive: Path) -> None:
    try:
        with zipfile.ZipFile(archive) as copy:
            if damaged := copy.testzip():
                raise MyCRMError("backup_copy_damaged", Kind.INVALID, damaged)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise MyCRMError("backup_copy_damaged", Kind.INVALID, str(error)) from error
