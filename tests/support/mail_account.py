"""One account on the private IMAP server, as its owner sees it with another mail program.

Everything goes through imaplib in a thread: another client than the product's, so that the two cannot
agree on the same mistake.
"""

import asyncio
import imaplib
import re
import ssl
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from tests.support.folder_names import on_the_wire

Result = TypeVar("Result")
Flags = dict[int, frozenset[str]]


class Delivery(Protocol):
    """A mail on its way into a folder."""

    @property
    def folder(self) -> str: ...
    @property
    def raw_bytes(self) -> bytes: ...
    @property
    def internal_date(self) -> datetime: ...


@dataclass(frozen=True, kw_only=True)
class MailAccount:
    """Username and password on a server, and what its owner can do there."""

    host: str
    port: int
    username: str
    password: str

    async def deliver(
        self,
        folder: str,
        raw_bytes: bytes,
        *,
        internal_date: datetime | None = None,
        flags: Collection[str] = (),
    ) -> int:
        """Puts a mail into the folder (made when missing) and gives its UID."""
        return await self._ask(
            lambda client: _append(client, folder, raw_bytes, internal_date=internal_date, flags=flags)
        )

    async def deliver_all(self, mails: Iterable[Delivery]) -> None:
        """Puts many mails into their folders, in order, through one connection."""

        def append_each(client: imaplib.IMAP4) -> None:
            for mail in mails:
                _append(client, mail.folder, mail.raw_bytes, internal_date=mail.internal_date)

        await self._ask(append_each)

    async def create_folder(self, name: str) -> None:
        """Makes a folder; / separates parent and child."""
        await self._ask(lambda client: _checked(client.create(on_the_wire(name))))

    async def delete_folder(self, name: str) -> None:
        """Removes a folder with all its mail; made again, it has another UIDVALIDITY."""
        await self._ask(lambda client: _checked(client.delete(on_the_wire(name))))

    async def rename_folder(self, name: str, *, to: str) -> None:
        """Gives a folder another name."""
        await self._ask(lambda client: _checked(client.rename(on_the_wire(name), on_the_wire(to))))

    async def flags(self, folder: str) -> Flags:
        """Every UID of the folder with its flags, Recent too; looking changes nothing."""
        return await self._ask(lambda client: _flags(client, folder))

    async def set_flags(self, folder: str, uids: Iterable[int], *flags: str) -> None:
        """Adds flags (each with its backslash) to mails."""
        await self._ask(lambda client: _store(client, folder, uids, flags))

    async def expunge(self, folder: str, uids: Iterable[int]) -> None:
        """Removes mails for good."""
        numbers = list(uids)

        def remove(client: imaplib.IMAP4) -> None:
            _store(client, folder, numbers, ["\\Deleted"])
            _checked(client.uid("EXPUNGE", _joined(numbers)))

        await self._ask(remove)

    async def move(self, uids: Iterable[int], *, source: str, destination: str) -> None:
        """Moves mails to another folder, where they get new UIDs."""

        def move_them(client: imaplib.IMAP4) -> None:
            _checked(client.select(on_the_wire(source)))
            _checked(client.uid("MOVE", _joined(uids), on_the_wire(destination)))

        await self._ask(move_them)

    async def uid_validity(self, folder: str) -> int:
        """The folder's UIDVALIDITY."""
        answer = await self._ask(lambda client: _checked(client.status(on_the_wire(folder), "(UIDVALIDITY)")))
        return int(_found(rb"UIDVALIDITY (\d+)", answer[0])[1])

    async def can_sign_in(self) -> bool:
        """Whether the server lets this account in right now."""
        try:
            await self._ask(lambda client: _checked(client.noop()))
        except (OSError, imaplib.IMAP4.error):
            return False
        return True

    async def _ask(self, question: Callable[[imaplib.IMAP4], Result]) -> Result:
        def in_a_session() -> Result:
            with self._session() as client:
                return question(client)

        return await asyncio.to_thread(in_a_session)

    @contextmanager
    def _session(self) -> Iterator[imaplib.IMAP4]:
        # Our own door to our own server: whether its certificate is good is what the product is tested for.
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with imaplib.IMAP4_SSL(self.host, self.port, ssl_context=context, timeout=20) as client:
            client.login(self.username, self.password)
            yield client


def _append(
    client: imaplib.IMAP4,
    folder: str,
    raw_bytes: bytes,
    *,
    internal_date: datetime | None,
    flags: Collection[str] = (),
) -> int:
    name = on_the_wire(folder)
    date = imaplib.Time2Internaldate(internal_date) if internal_date else ""
    marks = f"({' '.join(flags)})"
    status, answer = client.append(name, marks, date, raw_bytes)
    if status == "NO" and b"TRYCREATE" in answer[0]:
        _checked(client.create(name))
        status, answer = client.append(name, marks, date, raw_bytes)
    return int(_found(rb"APPENDUID \d+ (\d+)", _checked((status, answer))[0])[1])


def _flags(client: imaplib.IMAP4, folder: str) -> Flags:
    _checked(client.select(on_the_wire(folder), readonly=True))
    lines = _checked(client.uid("FETCH", "1:*", "(UID FLAGS)"))
    return {
        int(_found(rb"UID (\d+)", line)[1]): frozenset(
            _found(rb"FLAGS \(([^)]*)\)", line)[1].decode().split()
        )
        for line in lines
    }


def _store(client: imaplib.IMAP4, folder: str, uids: Iterable[int], flags: Iterable[str]) -> None:
    _checked(client.select(on_the_wire(folder)))
    _checked(client.uid("STORE", _joined(uids), "+FLAGS.SILENT", f"({' '.join(flags)})"))


def _joined(uids: Iterable[int]) -> str:
    return ",".join(str(uid) for uid in uids)


def _checked(answer: tuple[str, Sequence[bytes | None]]) -> list[bytes]:
    status, lines = answer
    if status != "OK":
        raise imaplib.IMAP4.error(f"{status} {lines!r}")
    return [line for line in lines if line]


def _found(pattern: bytes, line: bytes) -> re.Match[bytes]:
    match = re.search(pattern, line)
    if match is None:
        raise imaplib.IMAP4.error(f"no {pattern!r} in {line!r}")
    return match
