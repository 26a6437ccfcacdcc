"""What has no room left: a queue of the broker, the disk under the database."""

import json
from pathlib import Path
from typing import Any

import pytest

from mycrm_common.events.customers import CustomerUpdated
from tests.contract.household import Household, updated
from tests.faults.small_disk import Quota, SmallDisk, Tmpfs, integrity, namespaces_are_allowed, sql
from tests.support.embedded import EmbeddedCRM, embedded_crm
from tests.support.rabbitmq import RabbitMQServer
from tests.support.waiting import eventually

EVENTS, ROOM = 40, 5
COMMENT = "a long comment " * 3_000
NEEDS_MOUNTS = pytest.mark.skipif(
    not namespaces_are_allowed(),
    reason="this account may not mount anything; the quota is tested all the same",
)
DISKS = [pytest.param(Quota(), id="quota"), pytest.param(Tmpfs(), id="tmpfs", marks=NEEDS_MOUNTS)]


@pytest.mark.servers("rabbitmq", "mariadb")
async def test_what_a_full_queue_refuses_is_tried_again_later_and_all_of_it_arrives_once(
    household: Household, rabbitmq_server: RabbitMQServer
) -> None:
    """Row 9: the broker answers nack, because the queue takes no more than a few events."""
    absent = household.begin()
    await absent.consume("use", CustomerUpdated)
    await household.end(absent)
    vhost = household.bus_url.rpartition("/")[2]
    policy = json.dumps({"max-length": ROOM})
    await rabbitmq_server.ctl("set_policy", "--vhost", vhost, "--apply-to", "queues", "small", ".*", policy)
    process = household.begin()

    # One by one: a quorum queue counts behind the publisher's back, and lets a burst through.
    for number in range(EVENTS):
        await process.tell(updated(number))
        await process.relay_all()

    await eventually(household.logged("bus.refused"), what="a refusal")
    refused = [row for row in await process.told() if row.state == "new"]
    assert 0 < len(refused) < EVENTS
    assert {(row.claimed_by, row.seq) for row in refused} == {(None, None)}
    assert all(row.available_at > household.clock.now() and row.last_error for row in refused)
    tries = [row.attempts for row in await process.told()]
    await process.relay_all()
    assert [row.attempts for row in await process.told()] == tries, "tried again before its time"

    await process.consume("use", CustomerUpdated)

    async def all_done() -> bool:
        household.clock.advance(seconds=30)
        await process.relay_all()
        return len(await process.effects()) == EVENTS

    await eventually(all_done, what="every event", seconds=60)
    assert set((await process.effects()).values()) == {1}
    assert {row.state for row in await process.told()} == {"sent"}


class Book:
    """What was asked of a CRM and what it answered."""

    def __init__(self, crm: EmbeddedCRM) -> None:
        self.crm, self.kept, self.refused = crm, set[str](), set[str]()
        self._number = 0

    async def add(self) -> tuple[int, Any]:
        """Add one more customer, of some size."""
        self._number += 1
        email = f"buyer{self._number}@example.com"
        status, said = await self.crm.answer("POST", "/customers", {"email": email, "comment": COMMENT})
        (self.kept if status == 201 else self.refused).add(email)
        return status, said

    async def add_until_full(self) -> Any:
        """Return the first refusal."""
        for _ in range(400):
            status, said = await self.add()
            if status != 201:
                return said
        raise AssertionError("the disk never became full")

    async def add_refused(self) -> bool:
        """Try what was refused again, and tell whether all of it is there."""
        for email in sorted(self.refused):
            status, _ = await self.crm.answer("POST", "/customers", {"email": email, "comment": COMMENT})
            if status == 201:
                self.refused.remove(email)
                self.kept.add(email)
        return not self.refused

    async def listed(self) -> set[str]:
        """What a person sees."""
        page = await self.crm.ask("GET", "/customers?limit=200")
        seen = {str(item["email"]) for item in page["items"]}
        while page["next_cursor"]:
            page = await self.crm.ask("GET", f"/customers?limit=200&cursor={page['next_cursor']}")
            seen |= {str(item["email"]) for item in page["items"]}
        return seen


@pytest.mark.parametrize("disk", DISKS)
async def test_a_full_disk_is_told_harms_nothing_and_is_forgotten_when_there_is_room(
    disk: SmallDisk, tmp_path: Path
) -> None:
    """Row 23: people read on, a write says why it cannot be, and nothing is half there."""
    async with embedded_crm(tmp_path, module=disk.module, arguments=disk.arguments(tmp_path)) as crm:
        await crm.set_up()
        book = Book(crm)
        await book.add()
        # Seen long ago: the next request wants to write that down, and must not fail for it.
        sql(disk, crm, "UPDATE sessions SET seen_at = '2020-01-01 00:00:00.000000'")
        disk.fill(crm)

        problem = await book.add_until_full()
        assert (problem["status"], problem["code"]) == (507, "storage_full")
        assert "disk" in problem["detail"]
        assert [(await book.add())[0] for _ in range(5)] == [507] * 5
        assert await book.listed() == book.kept
        assert integrity(disk, crm) == "ok"

        disk.make_room(crm)
        await crm.child.until(book.add_refused, what="what was refused before")
        assert await book.listed() == book.kept
        assert integrity(disk, crm) == "ok"
        assert await crm.child.stop() == 0, crm.child.output()
        assert "Traceback" not in crm.child.output(), crm.child.output()


async def test_a_process_that_dies_on_a_full_disk_comes_back_with_all_that_it_promised(
    tmp_path: Path,
) -> None:
    """Row 23: and whoever kills it, because nothing works, makes nothing worse."""
    disk = Quota()
    async with embedded_crm(tmp_path) as crm:
        await crm.set_up()
        book = Book(crm)
        await book.add()
        disk.fill(crm)
        await book.add_until_full()

        crm.child.kill()
        crm.restart()
        await crm.ready()
        assert integrity(disk, crm) == "ok"
        assert await book.listed() == book.kept
        await crm.child.until(book.add_refused, what="what was refused before")
