"""Copies that only the holder of a key can read: age (age-encryption.org), by pyrage.

The library asks for what it encrypts and hands over what it has made; it does so on a thread of its own, while a copy
comes and goes on the event loop. A few pieces wait in between and no more, so a copy of any size takes the same memory.
"""

import asyncio
import errno
import os
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError, Future
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any

import pyrage  # type: ignore[import-untyped] # it brings no types

from mycrm_backup.ports import Pieces
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.tasks import TaskNursery

_PIECES_AHEAD = 4
_RECIPIENT = "age1"


class AgeCipher:
    """Encrypts to public keys; decrypts where the secret key is here."""

    def __init__(self, *, recipients: str, identity: str) -> None:
        names = [name for name in recipients.replace(",", " ").split() if name]
        try:
            self._recipients = [pyrage.x25519.Recipient.from_str(name) for name in names]
        except pyrage.RecipientError as error:
            detail = f"age recipients begin with {_RECIPIENT}: {error}"
            raise MyCRMError("backup_key_unreadable", Kind.INVALID, detail) from error
        try:
            self._identity = pyrage.x25519.Identity.from_str(_key_line(identity)) if identity else None
        except pyrage.IdentityError as error:
            raise MyCRMError("backup_key_unreadable", Kind.INVALID, f"age identity: {error}") from None

    @property
    def seals(self) -> bool:
        """Whether copies are encrypted."""
        return bool(self._recipients)

    @property
    def opens_own(self) -> bool:
        """Whether what is encrypted here can be decrypted here."""
        if self._identity is None:
            return False
        return str(self._identity.to_public()) in {str(one) for one in self._recipients}

    async def sealed(self, pieces: Pieces) -> Pieces:
        """Give the pieces encrypted."""
        async with aclosing(pieces):
            if not self._recipients:
                async for piece in pieces:
                    yield piece
                return
            bridge = _Bridge(pieces)
            nursery = TaskNursery()
            work = nursery.start(asyncio.to_thread(self._encrypt, bridge), name="encrypt")
            try:
                while piece := await bridge.made.get():
                    yield piece
                await work
            finally:
                await bridge.stop()
                with suppress(Exception):
                    await work
                await nursery.close()

    async def unsealed(self, source: Path, goal: Path) -> None:
        """Decrypt a file into another one, or raise `backup_key_missing` or `backup_key_wrong`."""
        if self._identity is None:
            detail = "the copy is encrypted; MYCRM_BACKUP_AGE_IDENTITY is not set"
            raise MyCRMError("backup_key_missing", Kind.CONFLICT, detail)
        try:
            await asyncio.to_thread(_decrypt, source, goal, self._identity)
        except pyrage.DecryptError as error:
            raise MyCRMError("backup_key_wrong", Kind.CONFLICT, str(error)) from error
        except OSError as error:
            if error.errno is None:  # The library's word for bytes that were changed.
                raise MyCRMError("backup_copy_damaged", Kind.INVALID, str(error)) from error
            raise MyCRMError("storage_full", Kind.UNAVAILABLE, f"{goal.parent}: {error.strerror}") from error

    def _encrypt(self, bridge: "_Bridge") -> None:
        try:
            pyrage.encrypt_io(bridge, bridge, self._recipients)
        except (pyrage.EncryptError, OSError):
            if bridge.failure is None:
                raise
        finally:
            bridge.end()
        if bridge.failure is not None:
            raise bridge.failure


class _Bridge:
    """A file to the library, pieces to the event loop."""

    def __init__(self, pieces: Pieces) -> None:
        self.made: asyncio.Queue[bytes] = asyncio.Queue(_PIECES_AHEAD)
        self.failure: Exception | None = None
        self._pieces = pieces
        self._rest = memoryview(b"")
        self._loop = asyncio.get_running_loop()
        self._asking = threading.Lock()
        self._turn = asyncio.Lock()
        self._is_over = False
        self._pending: Future[Any] | None = None

    async def stop(self) -> None:
        """Nobody wants more: whatever the library asks for from now on fails."""
        with self._asking:
            self._is_over = True
        if self._pending is not None:
            self._pending.cancel()
        while not self.made.empty():
            self.made.get_nowait()
        async with self._turn:
            pass  # What was broken off has come to its end.

    def end(self) -> None:
        """Tell the event loop that nothing more comes."""
        with suppress(BrokenPipeError, CancelledError):
            self._done(lambda: self.made.put(b""))

    def read(self, size: int) -> bytes:
        """Give the library what it asks for; nothing at the end."""
        try:
            while not self._rest:
                piece = self._done(lambda: anext(self._pieces, None))
                if piece is None:
                    return b""
                self._rest = memoryview(piece)
        except Exception as error:
            self.failure = error
            raise
        part, self._rest = self._rest[:size], self._rest[size:]
        return bytes(part)

    def write(self, piece: bytes) -> int:
        """Take what the library has made."""
        if piece:
            self._done(lambda: self.made.put(bytes(piece)))
        return len(piece)

    def flush(self) -> None:
        """Nothing waits here."""

    def _done(self, doing: Callable[[], Awaitable[Any]]) -> Any:
        """Do something on the event loop, and wait for it on the library's thread."""
        with self._asking:
            if self._is_over:
                raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))
            self._pending = asyncio.run_coroutine_threadsafe(self._in_turn(doing), self._loop)
        return self._pending.result()

    async def _in_turn(self, doing: Callable[[], Awaitable[Any]]) -> Any:
        async with self._turn:
            return await doing()


def _decrypt(source: Path, goal: Path, identity: "pyrage.x25519.Identity") -> None:
    with source.open("rb") as sealed, goal.open("wb") as out:
        goal.chmod(0o600)
        pyrage.decrypt_io(sealed, out, [identity])


def _key_line(text: str) -> str:
    """Return the key of an identity file as age-keygen writes it: comments, and one line with the key."""
    lines = [line.strip() for line in text.splitlines()]
    return next((line for line in lines if line and not line.startswith("#")), "")
