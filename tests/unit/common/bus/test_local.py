"""The bus inside one process."""

import asyncio

import pytest

from mycrm_common.bus.local import LocalBus
from mycrm_common.errors import MyCRMError
from mycrm_common.events.customers import CustomerAdded, CustomerDeleted, CustomerUpdated
from tests.support.events import sealed

ADDED = sealed(CustomerAdded(customer_id=1, email="a@example.com", version=1))
UPDATED = sealed(CustomerUpdated(customer_id=1, email="a@example.com", version=2))
DELETED = sealed(CustomerDeleted(customer_id=1, email="a@example.com", version=2))


class Taker:
    """Takes bodies, or refuses them."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.taken: list[bytes] = []
        self.refuses = refuses

    async def __call__(self, body: bytes) -> None:
        await asyncio.sleep(0)
        if self.refuses:
            raise OSError("the disk is full")
        self.taken.append(body)


async def test_an_event_is_held_when_every_consumer_of_its_type_has_it() -> None:
    bus = LocalBus()
    both, one = Taker(), Taker()
    await bus.subscribe("both", ["customer.added.v1", "customer.deleted.v1"], both)
    await bus.subscribe("one", ["customer.deleted.v1"], one)

    assert await bus.publish([ADDED, DELETED]) == {ADDED.id, DELETED.id}
    assert both.taken == [ADDED.body, DELETED.body]
    assert one.taken == [DELETED.body]


async def test_an_event_for_the_feed_alone_needs_no_consumer() -> None:
    assert await LocalBus().publish([ADDED]) == {ADDED.id}


async def test_an_event_whose_consumer_does_not_run_here_is_not_held() -> None:
    assert await LocalBus().publish([UPDATED, ADDED]) == {ADDED.id}


async def test_an_event_that_one_consumer_could_not_take_is_not_held() -> None:
    bus, taker = LocalBus(), Taker(refuses=True)
    await bus.subscribe("use", ["customer.added.v1"], taker)

    with pytest.raises(OSError, match="disk is full"):
        await bus.publish([ADDED])
    taker.refuses = False
    assert await bus.publish([ADDED]) == {ADDED.id}


async def test_a_bus_that_stops_takes_nothing_more() -> None:
    bus, taker = LocalBus(), Taker()
    await bus.subscribe("use", ["customer.added.v1"], taker)
    await bus.stop_receiving()

    assert await bus.publish([ADDED]) == frozenset()
    assert taker.taken == []
    await bus.close()


async def test_two_consumers_of_one_name_are_a_bug() -> None:
    bus = LocalBus()
    await bus.subscribe("use", [], Taker())

    with pytest.raises(MyCRMError, match="consumer_twice"):
        await bus.subscribe("use", [], Taker())
