"""Streams themselves: who is told what, for how long, and how each side lets go."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from mycrm_api.domain.roles import Role
from mycrm_api.domain.users import User
from mycrm_api.resources.route import Call
from mycrm_api.resources.streams import Streams, Told
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.health import listening
from tests.component.event_stream import Listener, listening_to
from tests.support.waiting import eventually

VIEWER = User(id=1, username="v", role=Role.VIEWER, language="", theme="", time_zone="")


class News:
    """A source that tells what it is given, each reader from the beginning."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.is_away = False

    def reader(self) -> "NewsReader":
        """Return the news for one reader."""
        return NewsReader(self)


class NewsReader:
    """What one reader has heard of the news."""

    def __init__(self, news: News) -> None:
        self._news = news
        self._heard = 0

    @property
    def place(self) -> str:
        """How many things were heard."""
        return str(self._heard)

    async def more(self) -> Sequence[Told]:
        """Return what was not told yet."""
        if self._news.is_away:
            raise MyCRMError("database_unavailable", Kind.UNAVAILABLE)
        fresh = self._news.texts[self._heard :]
        before = self._heard
        self._heard += len(fresh)
        return [Told(place=str(before + number), data=f'"{text}"') for number, text in enumerate(fresh, 1)]


class Stage:
    """A door that tells news, and who may listen."""

    def __init__(self, streams: Streams) -> None:
        self.streams, self.news = streams, News()
        self.listener: User | None = VIEWER
        self.url = ""

    async def identify(self) -> User | None:
        """Say who listens by now."""
        return self.listener

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Tell the news to whoever asks."""
        call = Call(
            request=request, user=VIEWER, session_token=request.query.get("who"), identify=self.identify
        )
        try:
            return await self.streams.tell(call, self.news.reader(), needs=Role.VIEWER)
        except MyCRMError as error:
            return web.Response(status=429, text=error.code)


@asynccontextmanager
async def _stage(**patience: Any) -> AsyncIterator[Stage]:
    stage = Stage(Streams(**patience))
    app = web.Application()
    app.router.add_get("/", stage.answer)
    async with listening(app, host="127.0.0.1", port=0) as url:
        stage.url = url
        yield stage
        stage.streams.close()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


async def test_what_is_new_is_told_when_something_stirs(session: aiohttp.ClientSession) -> None:
    async with _stage(look_seconds=3_600, beat_seconds=3_600) as stage:
        stage.news.texts.append("one")
        async with listening_to(session, stage.url) as listener:
            first = await listener.next()
            stage.news.texts.append("two")
            stage.streams.stir()
            second = await listener.next()

    assert [(one.place, one.data) for one in (first, second)] == [("1", "one"), ("2", "two")]


async def test_what_stirs_nobody_is_found_by_looking(session: aiohttp.ClientSession) -> None:
    async with (
        _stage(look_seconds=0.01, beat_seconds=3_600) as stage,
        listening_to(session, stage.url) as listener,
    ):
        stage.news.texts.append("one")
        assert (await listener.next()).data == "one"


async def test_a_reader_hears_that_we_are_here_and_where_it_stands(session: aiohttp.ClientSession) -> None:
    async with _stage(beat_seconds=0.01) as stage:
        stage.news.texts.append("one")
        async with listening_to(session, stage.url) as listener:
            await listener.next()
            beats = [await listener.next(beats=True) for _ in range(2)]

    assert [(one.name, one.place) for one in beats] == [("beat", "1")] * 2


async def test_a_session_that_ends_ends_its_streams(session: aiohttp.ClientSession) -> None:
    async with _stage(beat_seconds=0.01) as stage, listening_to(session, stage.url) as listener:
        assert (await listener.next(beats=True)).name == "beat"
        stage.listener = None
        assert await listener.ended()


async def test_a_database_that_is_away_ends_no_stream(session: aiohttp.ClientSession) -> None:
    async with (
        _stage(look_seconds=0.01, beat_seconds=0.01) as stage,
        listening_to(session, stage.url) as listener,
    ):
        await listener.next(beats=True)
        stage.news.is_away = True
        stage.news.texts.append("one")
        assert (await listener.next(beats=True)).name == "beat"
        stage.news.is_away = False
        assert (await listener.next()).data == "one"


async def test_a_reader_that_takes_nothing_is_hung_up_on_and_others_are_not(
    session: aiohttp.ClientSession,
) -> None:
    async with _stage(look_seconds=0.01, patience_seconds=0.3) as stage:
        host, port = stage.url.removeprefix("http://").split(":")
        _, writer = await asyncio.open_connection(host, int(port), limit=1_024)
        writer.write(f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        await eventually(lambda: len(stage.streams) == 1, what="the lazy reader is there")
        async with listening_to(session, stage.url) as listener:
            heard = 0
            while len(stage.streams) == 2:
                stage.news.texts.append("x" * 50_000)
                stage.streams.stir()
                assert (await listener.next()).data == "x" * 50_000
                heard += 1
            stage.news.texts.append("end")
            assert (await listener.next()).data == "end"
        writer.close()

    assert heard > 1


async def test_there_is_room_for_so_many_streams_of_one_session_and_in_all(
    session: aiohttp.ClientSession,
) -> None:
    async with _stage(most=3, most_each=2) as stage, AsyncExitStack() as open_ones:

        async def listen(who: str) -> Listener:
            return await open_ones.enter_async_context(listening_to(session, f"{stage.url}?who={who}"))

        async def status(who: str) -> int:
            async with session.get(f"{stage.url}?who={who}") as response:
                return response.status

        first = await listen("a")
        await listen("a")
        assert await status("a") == 429
        await listen("b")
        assert await status("c") == 429
        first.response.close()
        await eventually(lambda: len(stage.streams) == 2, what="whoever left has left")
        assert await status("c") == 200


async def test_closing_ends_every_stream_even_one_that_is_stuck(session: aiohttp.ClientSession) -> None:
    async with _stage(look_seconds=3_600, beat_seconds=3_600, patience_seconds=3_600) as stage:
        host, port = stage.url.removeprefix("http://").split(":")
        _, writer = await asyncio.open_connection(host, int(port), limit=1_024)
        stage.news.texts += ["x" * 100_000] * 200
        writer.write(f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        async with listening_to(session, stage.url) as listener:
            for _ in stage.news.texts:
                await listener.next()
            stage.streams.close()
            assert await listener.ended()
            await eventually(lambda: len(stage.streams) == 0, what="the stuck one is gone too")
        writer.close()
