"""aioimaplib's protocol under guard: the one place that touches the library, which has no type hints.

Kept from it are tags, the table of states, and the life of a pending command. Replaced is what loses mail or
hangs in 2.0.3: reading (it recurses per line, rescans all lines per line, cuts "* " out of texts, counts brackets
inside strings, and has no bounds), sending (its debug line can show a password, and it never has two FETCH under
way), the greeting (a failure there is lost in a task), and the end of the connection (pending commands were never
told).
"""

import asyncio
import ssl
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import aioimaplib

from mycrm_mail_fetcher.adapters.imap.commands import Command
from mycrm_mail_fetcher.adapters.imap.failures import ConnectionBrokenError
from mycrm_mail_fetcher.adapters.imap.framing import Answer, Framer, ProtocolViolationError, Room

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

FAREWELL_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """How a command ended (OK, NO or BAD), the server's words to it, and all that came before them.

    `challenge` is what the server said when it last asked for the rest of the command.
    """

    result: str
    text: str
    answers: tuple[Answer, ...] = ()
    challenge: bytes = b""


class _Pending(aioimaplib.Command):  # type: ignore[misc]  # the library is untyped
    """A command under way. It shows its name only: its pieces may hold a password."""

    def __init__(self, command: Command, tag: str) -> None:
        super().__init__(command.name, tag)
        first, *further = command.pieces
        self.next_piece = tag.encode("ascii") + b" " + first
        self.further = further
        self.waits = command.waits
        self.invited = asyncio.Event()
        self.stirred = asyncio.Event()
        self.has_news = False
        self.challenge = b""
        self.result = ""
        self.text = ""

    def close(self, line: bytes, result: str) -> None:
        super().close(line, result)
        self.invited.set()
        self.stirred.set()

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
        self._asked: dict[bytes, _Pending] = {}
        self._take_answer: Callable[[Answer], None] = _nothing
        self._rows: list[Room] = []
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
        answers: list[Answer] = []
        (ended,) = await self.ask_in_row([command], room, take=answers.append)
        return replace(ended, answers=tuple(answers))

    async def ask_in_row(
        self, commands: "Iterable[Command]", room: Room, *, take: "Callable[[Answer], None]", most: int = 1
    ) -> list[Reply]:
        """Send commands one after the other, up to `most` before the first has ended, and tell how each ended.

        `take` gets what the server says meanwhile; which command an answer belongs to, only its content can tell.
        Rows with the same `take` may be under way at the same time.
        """
        if self._failure:
            raise self._failure
        if self._rows and self._take_answer != take:
            raise RuntimeError("a question was asked while another one is under way")
        self._rows.append(room)
        self._take_answer = take
        self._framer.allow(_together(self._rows, most=most))
        under_way: deque[_Pending] = deque()
        ended: list[Reply] = []
        try:
            for command in commands:
                if len(under_way) >= most:
                    ended.append(await _end_of(under_way.popleft()))
                    self._framer.allow(_together(self._rows, most=most))
                under_way.append(self._begin(command))
            while under_way:
                ended.append(await _end_of(under_way[0]))
                under_way.popleft()
        finally:
            self._rows.remove(room)
            for asked in under_way:
                self._asked.pop(asked.tag.encode("ascii"), None)
        return ended

    def begin_idle(self, command: Command, room: Room, *, is_news: "Callable[[Answer], bool]") -> _Pending:
        """Send a command that goes on until `end_idle`; it is stirred by news, and by its own end."""
        if self._rows and not self._failure:
            raise RuntimeError("a question was asked while another one is under way")
        asked = self._begin(command)
        self._rows.append(room)
        self._framer.allow(room)

        def take(answer: Answer) -> None:
            if is_news(answer):
                asked.has_news = True
                asked.stirred.set()

        self._take_answer = take
        return asked

    async def end_idle(self, asked: _Pending) -> Reply:
        """Tell the server that this is enough, and wait until it knows."""
        if asked.tag.encode("ascii") in self._asked:
            self._send_next(asked)
        try:
            return await _end_of(asked)
        finally:
            self._rows.clear()

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
        for asked in self._asked.values():
            asked.fail(self._failure)
        if not self._greeted.done():
            self._greeted.set_exception(self._failure)
            self._greeted.exception()  # seen, even if nobody waits for the greeting any more
        if self.transport is not None and not self.ended.is_set():
            self.transport.abort()

    def close(self) -> None:
        """End the connection in peace."""
        # Closing twice leaves a TLS transport of Python 3.11 that cannot be aborted any more.
        if self.transport is not None and not self.transport.is_closing():
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        """Take what came, in whatever pieces."""
        self.on_data()
        try:
            for answer in self._framer.feed(data):
                self._take(answer)
        except (ProtocolViolationError, aioimaplib.AioImapException) as error:
            self.fail(error)

    def _begin(self, command: Command) -> _Pending:
        if self._failure:
            raise self._failure
        if self.state not in aioimaplib.Commands[command.name].valid_states:
            raise RuntimeError(f"{command.name} makes no sense now ({self.state})")
        asked = _Pending(command, self.new_tag())
        self._asked[asked.tag.encode("ascii")] = asked
        self._send(asked)
        return asked

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
        if self._rows:
            self._take_answer(answer)

    def _go_on(self, answer: Answer) -> None:
        asked = next((asked for asked in self._asked.values() if asked.further), None)
        if asked is None:
            raise ProtocolViolationError(
                f"the server waits for what was never announced: {answer.texts[0]!r}"
            )
        asked.invited.set()
        asked.challenge = answer.texts[0][1:].strip()
        if not asked.waits:
            self._send_next(asked)

    def _send_next(self, asked: _Pending) -> None:
        asked.next_piece = asked.further.pop(0)
        self._send(asked)

    def _finish(self, line: bytes) -> None:
        tag, _, rest = line.partition(b" ")
        result, _, text = rest.partition(b" ")
        result = result.upper()
        asked = self._asked.pop(tag, None)
        if asked is None or result not in (b"OK", b"NO", b"BAD"):
            if asked is not None:
                self._asked[tag] = asked
            raise ProtocolViolationError(f"an answer to no question: {line[:80]!r}")
        self._must_be_silent = asked.name == "STARTTLS" and result == b"OK"
        asked.result, asked.text = result.decode("ascii"), text.decode("utf-8", "replace")
        asked.close(b"", asked.result)

    def _send(self, asked: _Pending) -> None:
        self.transport.write(asked.next_piece + b"\r\n")

    def _lost(self, error: Exception | None) -> None:
        self.ended.set()
        reason = str(error) if error else "the server closed the connection"
        self.fail(self._farewell or ConnectionBrokenError(reason))


def _together(rooms: "Iterable[Room]", *, most: int) -> Room:
    rooms = list(rooms)
    return Room(
        line=max(room.line for room in rooms),
        line_refused=max(room.line_refused for room in rooms),
        literal=max(room.literal for room in rooms),
        literal_refused=max(room.literal_refused for room in rooms),
        total=most * sum(room.total for room in rooms),
    )


async def _end_of(asked: _Pending) -> Reply:
    await asked.wait()
    return Reply(result=asked.result, text=asked.text, challenge=asked.challenge)


def _nothing(*_: Any) -> None:
    """Nobody watches."""
