"""An IMAP server that says exactly what a test wrote down, for manners that no decent server shows.

A script is a coroutine function that talks as the server's side of one conversation. What goes wrong in it fails
the test at the end of the block; the client's hanging up just ends it.
"""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from mycrm_mail_fetcher.ports import MailAccount
from tests.support.certificates import Certificate, make_authority

USERNAME, PASSWORD = "sales@example.cn", 'correct "horse"'
_COMMAND = re.compile(rb"(\S+) ((?:UID )?[A-Z]+)\b ?(.*)", re.DOTALL)


class HungUpError(Exception):
    """The client is gone."""


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A command of the client."""

    tag: bytes
    name: str
    rest: bytes


class Peer:
    """The server's side of one conversation."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, tls: ssl.SSLContext
    ) -> None:
        self._reader, self._writer, self._tls = reader, writer, tls
        self.heard: list[Heard] = []

    async def raw(self, data: bytes) -> None:
        """Sends bytes as they are."""
        if self._writer.is_closing():
            raise HungUpError
        self._writer.write(data)
        try:
            await self._writer.drain()
        except ConnectionError as error:
            raise HungUpError from error

    async def say(self, *lines: bytes) -> None:
        """Sends lines, each with its end, in one piece."""
        await self.raw(b"".join(line + b"\r\n" for line in lines))

    async def line(self) -> bytes:
        """The next line of the client."""
        try:
            return (await self._reader.readuntil(b"\r\n"))[:-2]
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError) as error:
            raise HungUpError from error

    async def exactly(self, size: int) -> bytes:
        """The next bytes of the client, for literals."""
        return await self._reader.readexactly(size)

    async def hear(self, name: str = "") -> Heard:
        """The next command, which must have this name."""
        line = await self.line()
        match = _COMMAND.fullmatch(line)
        assert match, f"not a command: {line!r}"
        heard = Heard(tag=match[1], name=match[2].decode(), rest=match[3])
        self.heard.append(heard)
        assert name in ("", heard.name), f"expected {name}, heard {line!r}"
        return heard

    async def answer(self, name: str, *lines: bytes, end: bytes = b"OK done") -> Heard:
        """Hears a command and answers it."""
        heard = await self.hear(name)
        await self.say(*lines, heard.tag + b" " + end)
        return heard

    async def let_in(self, *, able: bytes = b"IMAP4rev1") -> None:
        """Greets and lets the client sign in."""
        await self.say(b"* OK ready")
        await self.answer("CAPABILITY", b"* CAPABILITY IMAP4rev1")
        await self.answer("LOGIN")
        await self.answer("CAPABILITY", b"* CAPABILITY " + able)

    async def open_folder(self, *, messages: int = 3, able: bytes = b"IMAP4rev1") -> None:
        """Lets the client in and lets it open its first folder."""
        await self.let_in(able=able)
        await self.answer("EXAMINE", *standing(messages))

    async def start_tls(self) -> None:
        """Goes on in TLS."""
        try:
            await self._writer.start_tls(self._tls)
        except (ConnectionError, ssl.SSLError) as error:
            raise HungUpError from error

    async def until_hung_up(self) -> None:
        """Returns when the client has closed the connection; it must not say anything any more."""
        try:
            rest = await self._reader.read()
        except (ConnectionError, ssl.SSLError):
            return
        assert not rest, f"the client went on: {rest!r}"

    def hang_up(self) -> None:
        """Closes the connection without a word."""
        self._writer.transport.abort()


Script = Callable[[Peer], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class ScriptedServer:
    """Where the server listens, and all that clients said to it."""

    account: MailAccount
    conversations: list[Peer]

    @property
    def heard(self) -> list[Heard]:
        """The commands of all conversations."""
        return [heard for peer in self.conversations for heard in peer.heard]


def standing(messages: int) -> tuple[bytes, ...]:
    """What a server tells when a folder is opened."""
    return (
        b"* %d EXISTS" % messages,
        b"* OK [UIDVALIDITY 7] stays",
        b"* OK [UIDNEXT %d] next" % (messages + 1),
    )


@asynccontextmanager
async def scripted_imap(
    folder: Path,
    script: Script,
    *,
    tls_first: bool = True,
    certificate: Certificate | None = None,
    password: str = PASSWORD,
) -> AsyncIterator[ScriptedServer]:
    """A server that follows the script in every conversation."""
    authority = make_authority(folder)
    issued = certificate or authority.issue(folder)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(issued.certificate_file, issued.key_file)
    conversations: list[Peer] = []
    scripts: list[asyncio.Task[None]] = []

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = Peer(reader, writer, context)
        conversations.append(peer)
        task = asyncio.current_task()
        assert task
        scripts.append(task)
        try:
            with suppress(HungUpError, asyncio.CancelledError):
                await script(peer)
        finally:
            writer.close()

    server = await asyncio.start_server(converse, "127.0.0.1", 0, ssl=context if tls_first else None)
    account = MailAccount(
        host="127.0.0.1",
        port=server.sockets[0].getsockname()[1],
        username=USERNAME,
        password=password,
        ca_file=authority.file,
    )
    try:
        yield ScriptedServer(account=account, conversations=conversations)
        async with asyncio.timeout(10):
            await asyncio.gather(*scripts)
    finally:
        server.close()
        for running in scripts:
            running.cancel()
        await asyncio.gather(*scripts, return_exceptions=True)
