"""The watch wakes those who look, rests after failures, and heeds other settings at once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.service import Wake
from mycrm_common.tasks import TaskNursery
from mycrm_mail_fetcher.adapters.doorbell import InboxBell
from mycrm_mail_fetcher.usecases.watch_inbox import Vigil, Watcher, watch_inbox
from tests.support.waiting import eventually
from tests.unit.mail_fetcher.usecases.desk import Desk

RAW = b"Subject: hello\r\n\r\nhello\r\n"
UNREACHABLE = MyCRMError("mailbox_unreachable", Kind.UNAVAILABLE, "nobody there")


class Post:
    """A watcher at his post, and what he sees."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.server = self.desk.server
        self.vigil = Vigil()
        self.changed = Wake()
        self.looking = Wake()
        self.rings = 0
        self.is_let_in = True

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Watch during the block."""
        watcher = Watcher(
            bell=InboxBell(self.server),
            settings=self.desk.settings,
            reading=self.desk.ledger.reading,
            box=self.desk.box,
            ca_file=None,
            changed=self.changed,
            looking=self.looking,
            is_let_in=lambda _: self.is_let_in,
            clock=self.desk.clock,
            luck=lambda: 1.0,
            log=self.desk.means.log,
            breath_seconds=0,
        )
        nursery = TaskNursery()
        nursery.start(watch_inbox(self.vigil, watcher=watcher), name="watch")
        nursery.start(self._count(), name="count")
        try:
            yield
        finally:
            await nursery.close()

    async def settle(self, question: Callable[[], object]) -> None:
        await eventually(question, what="the watcher does his duty", every_seconds=0.001)

    async def _count(self) -> None:
        while True:
            await self.looking.wait(60)
            self.rings += 1

    def has_failed(self, times: int) -> bool:
        """Whether so many tries in a row have failed."""
        return self.vigil.pace.failures == times

    async def listening(self) -> None:
        """Return when he listens."""
        await self.settle(lambda: self.server.asked and self.server.asked[-1] == "idle")

    async def quiet(self) -> None:
        """Let everybody do what can be done now."""
        for _ in range(50):
            await asyncio.sleep(0)


async def test_mail_in_the_inbox_wakes_those_who_look() -> None:
    post = Post()
    async with post.watched():
        await post.listening()
        rings = post.rings
        post.server.deliver("INBOX", RAW)
        await post.settle(lambda: post.rings > rings)
        await post.listening()
        rings = post.rings
        post.server.deliver("Archive", RAW)
        await post.quiet()
    assert post.rings == rings
    assert post.server.connections == 1


async def test_without_a_mailbox_there_is_nothing_to_watch_until_there_is_one() -> None:
    post = Post()
    post.desk.settings.present = replace(post.desk.access(), host="")
    async with post.watched():
        await post.quiet()
        assert post.server.connections == 0
        post.desk.settings.present = post.desk.access()
        post.changed.nudge()
        await post.listening()


async def test_other_settings_are_heeded_while_listening() -> None:
    post = Post()
    async with post.watched():
        await post.listening()
        post.desk.settings.present = post.desk.access(host="other.example.cn")
        post.changed.nudge()
        await post.settle(lambda: post.server.connections == 2)
        await post.listening()
        assert len(post.server.open_sessions) == 1
        post.desk.settings.present = post.desk.access(password=None)
        post.changed.nudge()
        await post.settle(lambda: not post.server.open_sessions)


async def test_after_a_failure_it_rests_and_says_so_once() -> None:
    post = Post()
    post.server.error = UNREACHABLE
    async with post.watched():
        for failures in (1, 2, 3):
            await post.settle(partial(post.has_failed, failures))
            await post.quiet()
            assert post.server.connections == failures
            post.desk.clock.advance(minutes=5)
            post.changed.nudge()
        post.server.error = None
        post.desk.clock.advance(minutes=5)
        post.changed.nudge()
        await post.listening()
    assert [line.action for line in post.desk.logged()] == ["mailbox.unwatched"]
    assert post.vigil.pace.failures == 0


async def test_a_refused_password_is_tried_slowly() -> None:
    post = Post()
    post.desk.settings.present = post.desk.access(password="wrong")
    async with post.watched():
        for refusals in (1, 2, 3):
            await post.settle(partial(post.has_failed, refusals))
            post.desk.clock.advance(minutes=5)
            post.changed.nudge()
        await post.quiet()
        assert post.server.connections == 3
        post.desk.clock.advance(minutes=10)
        post.changed.nudge()
        await post.settle(lambda: post.server.connections == 4)


async def test_a_server_that_does_not_tell_is_asked_again_after_an_hour() -> None:
    post = Post()
    post.server.idles = False
    async with post.watched():
        await post.settle(lambda: post.vigil.said == "mailbox_no_idle")
        connections = post.server.connections
        post.desk.clock.advance(minutes=59)
        post.changed.nudge()
        await post.quiet()
        assert post.server.connections == connections
        post.desk.clock.advance(minutes=2)
        post.changed.nudge()
        await post.settle(lambda: post.server.connections > connections)


async def test_where_the_look_is_not_let_in_the_watch_does_not_knock() -> None:
    post = Post()
    post.is_let_in = False
    async with post.watched():
        await post.quiet()
        assert post.server.connections == 0
        post.is_let_in = True
        post.changed.nudge()
        await post.listening()


async def test_a_lost_line_is_made_anew_and_what_came_meanwhile_is_told() -> None:
    post = Post()
    async with post.watched():
        await post.listening()
        rings = post.rings
        post.server.deliver("INBOX", RAW)
        post.server.cut_lines()
        await post.settle(lambda: post.vigil.pace.failures == 1 or post.rings > rings)
        post.desk.clock.advance(minutes=5)
        post.changed.nudge()
        await post.settle(lambda: post.rings > rings)
        await post.listening()
