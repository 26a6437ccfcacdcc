"""aioimaplib's protocol under guard: the one place that touches the library, which has no type hints.

Kept from it are tags, the table of states, and the life of a pending command. Replaced is what loses mail or
hangs in 2.0.3: reading (it recurses per line, rescans all lines per line, cuts "* " out of texts, counts brackets
inside strings, and has no bounds), sending (its debug line can show a password), the greeting (a failure there
is lost in a task), and the end of the connection (pending commands were never told).
"""

import asyncio
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aioimaplib

from mycrm_mail_fetcher.adapters.imap.commands import Command
from mycrm_mail_fetcher.adapters.imap.failures import ConnectionBrokenError
from mycrm_mail_fetcher.adapters.imap.framing import Answer, Framer, ProtocolViolationError, Room

if TYPE_CHECKING:
    from collections.abc import Callable

FAREWELL_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """How a command ended (OK, NO or BAD), the server's words to it, and all that came before them."""

    result: str
    text: str
    answers: tuple[Answer, ...]


class _Pending(aioimaplib.Command):  # type: ignore[misc]  # the library is untyped
    """A command under way. It shows its name only: its pieces may hold a password."""

    def __init__(self, command: Command, tag: str) -> None:
        super().__init__(command.name, tag)
        first, *further = command.pieces
        self.next_piece = tag.encode("ascii") + b" " + first
        self.further = further
        self.answers: list[Answer] = []
        self.text = ""

    def fail(self, error: Exception) -> None:
        self._exception = error
        self.close(b"", "KO")


class Wire(aioimaplib.IMAP4ClientProtocol):  # type: ignore[misc]  # the library is untyped
    """One connection to a server: ask, and learn at once when it is over."""

    def __init__(self) -> None:
        super().__init__(asyncio.get_running_loop(), conn_lost_cb=self._lost)
        self.transport: Any = None
        self.on_data: Callable[[], None] = _nothing
        self.ended = asyncio.Event()
        self._greeted: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._framer = Framer(Room())
        self._asked: _Pending | None = None
        self._failure: Exception | None = None
        self._farewell: ConnectionBrokenError | None = None
        self._must_be_silent = False

    async def greeting(self) -> str:
        """The server's first line: OK, PREAUTH, or the reason why it does not want to talk."""
        first = (await self._greeted).texts[0].decode("utf-8", "replace")
        self.state = aioimaplib.AUTH if first.upper().startswith("* PREAUTH") else aioimaplib.NONAUTH
        return first

    async def ask(self, command: Command, room: Room) -> Reply:
        """Send one command and wait for its end; whatever this raises, the connection is of no more use."""
        if self._failure:
            raise self._failure
        if self._asked:
            raise RuntimeError(f"{command.name} was asked while {self._asked.name} is under way")
        asked = self._asked = _Pending(command, self.new_tag())
        self._framer.allow(room)
        try:
            result, _ = await self.execute(asked)
        finally:
            self._asked = None
        return Reply(result=result, text=asked.text, answers=tuple(asked.answers))

    def signed_in(self) -> None:
        """From here on folders can be listed and opened."""
        self.state = aioimaplib.AUTH

    def opened(self) -> None:
        """From here on mail can be fetched (the library forgets this after EXAMINE)."""
        self.state = aioimaplib.SELECTED

    async def secure(self, context: ssl.SSLContext, host: str) -> None:
        """Go on in TLS after STARTTLS; what came in clear text behind the server's OK is an attack."""
        if not self._framer.clean:
            raise ProtocolViolationError("the server went on in clear text after STARTTLS")
        self._must_be_silent = False
        self.transport = await self.loop.start_tls(self.transport, self, context, server_hostname=host)

    def fail(self, error: Exception) -> None:
        """End the connection, and whoever waits on it."""
        self._failure = self._failure or error
        if self._asked:
            self._asked.fail(self._failure)
        if not self._greeted.done():
            self._greeted.set_exception(self._failure)
            self._greeted.exception()  # seen, even if nobody waits for the greeting any more
        if self.transport is not None:
            self.transport.abort()

    def close(self) -> None:
        """End the connection in peace."""
        self.transport.close()

    def data_received(self, data: bytes) -> None:
        """Take what came, in whatever pieces."""
        self.on_data()
        try:
            for answer in self._framer.feed(data):
                self._take(answer)
        except (ProtocolViolationError, aioimaplib.AioImapException) as error:
            self.fail(error)

    def send(self, _line: str, scrub: str | None = None) -> None:  # noqa: ARG002 - the library's signature
        """Write the pending command; the library would also log it."""
        self._send_piece()

    def _take(self, answer: Answer) -> None:
        if self._must_be_silent:
            raise ProtocolViolationError("the server went on in clear text after STARTTLS")
        if not self._greeted.done():
            self._greeted.set_result(answer)
        elif answer.continuation:
            self._go_on(answer)
        elif answer.untagged:
            self._note(answer)
        else:
            self._finish(answer.texts[0])

    def _note(self, answer: Answer) -> None:
        if answer.texts[0][:5].upper() == b"* BYE":
            self._farewell = ConnectionBrokenError(answer.texts[0][2:].decode("utf-8", "replace"))
            # Some servers say goodbye first and then why, so the reason gets a moment to arrive.
            self.loop.call_later(FAREWELL_SECONDS, self.fail, self._farewell)
        if self._asked:
            self._asked.answers.append(answer)

    def _go_on(self, answer: Answer) -> None:
        if self._asked is None or not self._asked.further:
            raise ProtocolViolationError(
                f"the server waits for what was never announced: {answer.texts[0]!r}"
            )
        self._asked.next_piece = self._asked.further.pop(0)
        self._send_piece()

    def _finish(self, line: bytes) -> None:
        tag, _, rest = line.partition(b" ")
        result, _, text = rest.partition(b" ")
        result = result.upper()
        asked, self._asked = self._asked, None
        # Checked here, because the library's own complaint would repeat the whole command.
        if asked is None or tag != asked.tag.encode() or result not in (b"OK", b"NO", b"BAD"):
            self._asked = asked
            raise ProtocolViolationError(f"an answer to no question: {line[:80]!r}")
        self._must_be_silent = asked.name == "STARTTLS" and result == b"OK"
        asked.text = text.decode("utf-8", "replace")
        self._response_done(
            tag + b" " + result
        )  # the library would log the server's words, whatever they repeat

    def _send_piece(self) -> None:
        if self._asked:
            self.transport.write(self._asked.next_piece + b"\r\n")

    def _lost(self, error: Exception | None) -> None:
        self.ended.set()
        reason = str(error) if error else "the server closed the connection"
        self.fail(self._farewell or ConnectionBrokenError(reason))


def _nothing(*_: Any) -> None:
    """Nobody watches."""
