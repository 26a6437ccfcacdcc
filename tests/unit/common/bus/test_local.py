"""The bus inside one process."""

import asyncio

import pytest

from mycrm_common.bus.local import LocalBus
from mycrm_common.bus.port import Published
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.events.customers import CustomerAdded, CustomerDeleted, CustomerUpdated
from mycrm_common.events.mailboxes import MailboxFailed
from tests.support.events import AT, sealed

ADDED = sealed(CustomerAdded(customer_id=1, email="a@example.com", version=1))
UPDATED = sealed(CustomerUpdated(customer_id=1, email="a@example.com", version=2))
FAILED = sealed(MailboxFailed(mailbox="a@example.com", at=AT, reason="mailbox_unreachable"))
DELETED = sealed(CustomerDeleted(customer_id=1, email="a@example.com", version=2))


class Taker:
    """Takes bodies, or refuses them."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.refuses: Exception | None = None

    async def __call__(self, body: bytes) -> None:
        await asyncio.sleep(0)
        if self.refuses:
            raise self.refuses
        self.taken.append(body)


async def test_an_event_is_held_when_every_consumer_of_its_type_has_it() -> None:
    bus = LocalBus()
    both, one = Taker(), Taker()
    await bus.subscribe("both", ["customer.added.v1", "customer.deleted.v1"], both)
    await bus.subscribe("one", ["customer.deleted.v1"], one)

    assert (await bus.publish([ADDED, DELETED])).held == {ADDED.id, DELETED.id}
    assert both.taken == [ADDED.body, DELETED.body]
    assert one.taken == [DELETED.body]


async def test_an_event_for_the_feed_alone_needs_no_consumer() -> None:
    assert (await LocalBus().publish([FAILED])).held == {FAILED.id}


async def test_an_event_whose_consumer_does_not_run_here_is_refused() -> None:
    published = await LocalBus().publish([UPDATED, FAILED])

    assert published.held == {FAILED.id}
    assert published.refused[UPDATED.id].startswith("unroutable")


async def test_an_event_that_one_consumer_cannot_take_is_refused_and_holds_up_no_other() -> None:
    bus, taker = LocalBus(), Taker()
    taker.refuses = ValueError("this fits in no column")
    await bus.subscribe("use", ["customer.added.v1"], taker)

    published = await bus.publish([ADDED, FAILED])

    assert published.held == {FAILED.id}
    assert published.refused == {ADDED.id: "ValueError: this fits in no column"}


async def test_of_an_event_that_cannot_be_stored_now_nothing_is_known() -> None:
    bus, taker = LocalBus(), Taker()
    taker.refuses = MyCRMError("database_unavailable", Kind.UNAVAILABLE)
    await bus.subscribe("use", ["customer.added.v1"], taker)

    assert await bus.publish([ADDED]) == Published()
    taker.refuses = None
    assert (await bus.publish([ADDED])).held == {ADDED.id}


async def test_a_bus_that_stops_takes_nothing_more() -> None:
    bus, taker = LocalBus(), Taker()
    await bus.subscribe("use", ["customer.added.v1"], taker)
    await bus.stop_receiving()

    assert await bus.publish([ADDED]) == Published()
    assert taker.taken == []
    await bus.close()


async def test_two_consumers_of_one_name_are_a_bug() -> None:
    bus = LocalBus()
    await bus.subscribe("use", [], Taker())

    with pytest.raises(MyCRMError, match="consumer_twice"):
        await bus.subscribe("use", [], Taker())
