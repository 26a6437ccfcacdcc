"""Server-sent events: one open answer per reader, told what is new as long as both sides live.

A stream holds a place and nothing else: what is new after it is asked of its source whenever something stirs, and once
a second in any case, since other replicas stir nothing here. So a reader costs no queue, however slow it is; one that
takes nothing for ten seconds is hung up on, and comes back to the place that the browser has kept (Last-Event-ID).

Every fifteen seconds the reader is told that we are here, and whether it may still read is asked anew: a session that
ended ends its streams. Letting go ends them all at once.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from aiohttp import web

from mycrm_api.domain.roles import Role
from mycrm_api.resources.route import Call
from mycrm_common.errors import Kind, MyCRMError

MEDIA = "text/event-stream"
_RETRY_MILLISECONDS = 2_000
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One thing told on a stream: `place` is where a reader goes on that has heard it."""

    place: str
    data: str
    name: str = ""

    def text(self) -> str:
        """Return it as it stands in the stream; the data holds no line end."""
        name = f"event: {self.name}\n" if self.name else ""
        return f"{name}id: {self.place}\ndata: {self.data}\n\n"


class Source(Protocol):
    """What a stream tells."""

    @property
    def place(self) -> str:
        """Where a reader goes on that has heard all so far."""
        ...

    async def more(self) -> Sequence[Told]:
        """Return what is new since the last time; nothing once there is no more."""
        ...


@dataclass(kw_only=True, eq=False)
class _Seat:
    """One open stream."""

    whose: str
    call: Call
    stirred: asyncio.Event = field(default_factory=asyncio.Event)
    is_writing: bool = False

    @property
    def is_taken(self) -> bool:
        """Whether somebody still listens."""
        transport = self.call.request.transport
        return transport is not None and not transport.is_closing()

    def hang_up(self) -> None:
        """Break the connection off, whatever lies in it."""
        if self.call.request.transport is not None:
            self.call.request.transport.abort()


class Streams:
    """The open streams of one process."""

    def __init__(
        self,
        *,
        most: int = 500,
        most_each: int = 6,
        look_seconds: float = 1.0,
        beat_seconds: float = 15.0,
        patience_seconds: float = 10.0,
    ) -> None:
        self._most = most
        self._most_each = most_each
        self._look_seconds = look_seconds
        self._beat_seconds = beat_seconds
        self._patience_seconds = patience_seconds
        self._seats: set[_Seat] = set()
        self._is_closed = False

    def __len__(self) -> int:
        return sum(seat.is_taken for seat in self._seats)

    def stir(self) -> None:
        """Let every stream look for what is new."""
        for seat in self._seats:
            seat.stirred.set()

    def close(self) -> None:
        """End every stream at once; a reader that takes nothing is hung up on."""
        self._is_closed = True
        for seat in self._seats:
            if seat.is_writing:
                seat.hang_up()
        self.stir()

    async def tell(self, call: Call, source: Source, *, needs: Role) -> web.StreamResponse:
        """Answer a call with all that its source tells, until one side ends it."""
        async with self._seat(call) as seat:
            first = "" if call.request.method == "HEAD" else await _news(source)
            response = web.StreamResponse(headers=_HEADERS)
            response.content_type, response.charset = MEDIA, "utf-8"
            await response.prepare(call.request)
            if call.request.method != "HEAD":
                try:
                    await self._write(seat, response, f"retry: {_RETRY_MILLISECONDS}\n\n{first}")
                    await self._go_on(seat, response, source, needs=needs)
                except (ConnectionError, TimeoutError):
                    seat.hang_up()
            return response

    @asynccontextmanager
    async def _seat(self, call: Call) -> AsyncIterator[_Seat]:
        # What is kept for long holds no session's token, only its digest.
        whose = hashlib.sha256((call.session_token or call.caller.username).encode()).hexdigest()
        taken = [seat.whose for seat in self._seats if seat.is_taken]
        if len(taken) >= self._most or taken.count(whose) >= self._most_each:
            detail = f"at most {self._most_each} streams of one session, and {self._most} in all"
            raise MyCRMError("streams_limited", Kind.LIMITED, detail, retry_after=self._beat_seconds)
        seat = _Seat(whose=whose, call=call)
        self._seats.add(seat)
        try:
            yield seat
        finally:
            self._seats.discard(seat)

    async def _go_on(self, seat: _Seat, response: web.StreamResponse, source: Source, *, needs: Role) -> None:
        loop = asyncio.get_running_loop()
        beats_at = loop.time() + self._beat_seconds
        while seat.is_taken and not self._is_closed:
            seat.stirred.clear()
            news = await _news_if_any(source)
            if loop.time() >= beats_at:
                if not await _is_welcome(seat.call, needs):
                    return
                # A place without data tells the browser nothing, but it is kept: a reader of rare types stays near.
                news += f": still here\nid: {source.place}\n\n"
                beats_at = loop.time() + self._beat_seconds
            if news:
                await self._write(seat, response, news)
            else:
                await _stirred(seat, min(self._look_seconds, beats_at - loop.time()))

    async def _write(self, seat: _Seat, response: web.StreamResponse, text: str) -> None:
        seat.is_writing = True
        try:
            async with asyncio.timeout(self._patience_seconds):
                await response.write(text.encode())
        finally:
            seat.is_writing = False


async def _news(source: Source) -> str:
    return "".join(told.text() for told in await source.more())


async def _news_if_any(source: Source) -> str:
    try:
        return await _news(source)
    except MyCRMError as error:
        if error.kind is not Kind.UNAVAILABLE:
            raise
        return ""  # The database is away for a while: the reader stays, and is told later.


async def _is_welcome(call: Call, needs: Role) -> bool:
    try:
        user = await call.look_again()
    except MyCRMError as error:
        return error.kind is Kind.UNAVAILABLE  # Nobody can say now; the next beat asks again.
    return user is not None and user.role.includes(needs)


async def _stirred(seat: _Seat, seconds: float) -> None:
    try:
        async with asyncio.timeout(max(seconds, 0)):
            await seat.stirred.wait()
    except TimeoutError:
        pass
