"""One owner of one wire. After any doubt (time-out, cancellation, nonsense, loss) it is closed and never used again.

A command has two time limits: silence, which every byte from the server breaks, so that a slow line may finish;
and a ceiling on the whole, so that a server that drips a byte now and then cannot hold us for ever.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from mycrm_common.errors import MyCRMError
from mycrm_mail_fetcher.adapters.imap import answers, failures
from mycrm_mail_fetcher.adapters.imap.answers import Items
from mycrm_mail_fetcher.adapters.imap.commands import Command, idle, plain
from mycrm_mail_fetcher.adapters.imap.framing import Answer, ProtocolViolationError, Room
from mycrm_mail_fetcher.adapters.imap.wire import Reply, Wire

SMALL = Room()
IN_FLIGHT = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """How long to wait, in seconds: to connect, to sign in, for a silent server, for one command in all."""

    connect: float = 15
    login: float = 30
    command: float = 60
    longest: float = 900
    goodbye: float = 3


class Connection:
    """Asks commands one after the other, and speaks of failures in MyCRM's words."""

    def __init__(self, wire: Wire, patience: Patience) -> None:
        self._wire = wire
        self._patience = patience
        self._takers: list[Callable[[int, Items], None]] = []
        self._limits: dict[asyncio.Timeout, tuple[float, float]] = {}
        wire.on_data = self._extend

    async def ask(self, command: Command, room: Room = SMALL) -> Reply:
        """The server's reply, be it OK, NO or BAD."""
        async with self._attention(command.name):
            return await self._wire.ask(command, room)

    async def fetch_in_row(
        self, commands: Iterable[Command], room: Room, *, take: Callable[[int, Items], None]
    ) -> list[Reply]:
        """How the server ended each of these commands, several of which are under way at any time.

        `room` is what each of them may take. `take` gets whatever is told of any mail meanwhile, also by those
        who fetch at the same time.
        """
        self._takers.append(take)
        try:
            async with self._attention("FETCH"):
                return await self._wire.ask_in_row(commands, room, take=self._spread, most=IN_FLIGHT)
        finally:
            self._takers.remove(take)

    async def must(self, command: Command, room: Room = SMALL) -> Reply:
        """The server's reply to a command that it has no reason to refuse."""
        reply = await self.ask(command, room)
        if reply.result != "OK":
            self.abandon()
            raise failures.protocol_error(f"{command.name} was refused: {reply.text}")
        return reply

    async def idle(self, *, seconds: float, is_news: Callable[[Answer], bool]) -> bool:
        """Whether the server told such news within the time; a server that does not idle has no patience for it."""
        async with self._attention("IDLE"):
            idling = self._wire.begin_idle(idle(), SMALL, is_news=is_news)
            await idling.invited.wait()
        async with self._attention("IDLE", silence=seconds + self._patience.command):
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await idling.stirred.wait()
        async with self._attention("DONE"):
            reply = await self._wire.end_idle(idling)
        if reply.result != "OK":
            self.abandon()
            raise failures.no_idle(reply.text)
        return bool(idling.has_news)

    async def secure(self, context: ssl.SSLContext, host: str) -> None:
        """Go on in TLS after STARTTLS."""
        try:
            await self._wire.secure(context, host)
        except ProtocolViolationError as error:
            self.abandon()
            raise failures.protocol_error(error) from error
        except (OSError, ValueError) as error:
            self.abandon()
            raise failures.connecting_fault(error) from error
        except BaseException:
            self.abandon()
            raise

    def signed_in(self) -> None:
        """From here on folders can be listed and opened."""
        self._wire.signed_in()

    def opened(self) -> None:
        """From here on mail can be fetched."""
        self._wire.opened()

    def abandon(self) -> None:
        """Close without a word, now."""
        self._wire.fail(failures.ConnectionBrokenError("the connection was given up"))

    async def leave(self) -> None:
        """Say goodbye if the server still listens, and close in any case."""
        try:
            async with asyncio.timeout(self._patience.goodbye):
                with suppress(MyCRMError):
                    await self.ask(plain("LOGOUT"))
                self._wire.close()
                await self._wire.ended.wait()
        except TimeoutError:
            pass
        finally:
            self.abandon()

    @asynccontextmanager
    async def _attention(self, name: str, *, silence: float | None = None) -> AsyncIterator[None]:
        silence = silence or self._patience.command
        try:
            async with asyncio.timeout(silence) as limit:
                self._limits[limit] = silence, asyncio.get_running_loop().time() + self._patience.longest
                try:
                    yield
                finally:
                    del self._limits[limit]
        except BaseException as error:
            self.abandon()
            if (known := _in_our_words(error, name)) is None:
                raise
            raise known from error

    def _extend(self) -> None:
        now = asyncio.get_running_loop().time()
        for limit, (silence, end) in self._limits.items():
            until = min(now + silence, end)
            # Data comes in thousands of pieces; to move the limit by less than a fiftieth is not worth its price.
            if not limit.expired() and until - (limit.when() or now) > silence / 50:
                limit.reschedule(until)

    def _spread(self, answer: Answer) -> None:
        for uid, items in answers.fetched_items(answer):
            for take in self._takers:
                take(uid, items)


def _in_our_words(error: BaseException, name: str) -> MyCRMError | None:
    if isinstance(error, TimeoutError):
        return failures.connection_lost(f"no end of the answer to {name} in time")
    if isinstance(error, failures.ConnectionBrokenError):
        return failures.connection_lost(error)
    if isinstance(error, ProtocolViolationError):
        return failures.protocol_error(error)
    return None
