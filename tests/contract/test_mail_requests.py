"""What people ask of the mailbox, on both databases and in memory; and mail that follows an address."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from mycrm_common.crash import CrashPoints
from mycrm_common.db.engine import Database
from mycrm_common.db.tables.customers import customers
from mycrm_common.db.tables.mailboxes import mailbox_tasks
from mycrm_common.db.tables.mailboxes import mailboxes as mailbox_table
from mycrm_common.db.tables.messages import messages, msg_addrs
from mycrm_common.db.tables.requests import requests as request_table
from mycrm_common.db.tables.settings import config, secrets
from mycrm_common.db.unit_of_work import SqlUnits
from mycrm_common.events.customers import CustomerUpdated
from mycrm_common.keys import email_key
from mycrm_common.work import ReadingRoom, UnitOfWork
from mycrm_mail_fetcher.ports.ledger import Mailboxes
from mycrm_mail_fetcher.ports.requests import Answer, FolderSeen, MailSettings, Tasks, Verb
from mycrm_mail_fetcher.store import addresses, mailboxes, requests, settings, tasks
from mycrm_mail_fetcher.usecases.move_addresses import move_addresses
from tests.support.clock import FakeClock
from tests.support.memory_ledger import MemoryLedger
from tests.support.memory_tasks import MemoryMailboxes, MemoryTasks

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LEASE = timedelta(minutes=3)


@dataclass(kw_only=True)
class Desk:
    """Where requests are taken over, in memory or in a database."""

    tasks: Tasks
    mailboxes: Mailboxes
    unit: UnitOfWork
    reading: ReadingRoom
    clock: FakeClock


def unit_of(database: Database, service: str, clock: FakeClock | None = None) -> UnitOfWork:
    return SqlUnits(database, service=service, clock=clock or FakeClock(), crash=CrashPoints())


@pytest.fixture(params=["memory", "database"])
def desk(request: pytest.FixtureRequest, database: Database) -> Desk:
    clock = FakeClock()
    if request.param == "memory":
        memory = MemoryLedger(clock)
        return Desk(
            tasks=MemoryTasks(),
            mailboxes=MemoryMailboxes(),
            unit=memory.unit,
            reading=memory.reading,
            clock=clock,
        )
    return Desk(
        tasks=tasks,
        mailboxes=mailboxes,
        unit=unit_of(database, "mail-fetcher", clock),
        reading=database.reading,
        clock=clock,
    )


async def claimed(desk: Desk, verb: Verb = Verb.TEST) -> tuple[str, int] | None:
    async with desk.unit() as work:
        task = await desk.tasks.claim(work, verb, owner="me", lease=LEASE)
    return (task.request_id, task.attempts) if task else None


async def put(desk: Desk, *request_ids: str, verb: Verb = Verb.TEST) -> None:
    async with desk.unit() as work:
        for request_id in request_ids:
            await desk.tasks.put(work, request_id, verb=verb)


async def test_a_task_is_claimed_by_one_and_comes_back_when_its_claim_runs_out(desk: Desk) -> None:
    await put(desk, "a")
    assert await claimed(desk) == ("a", 1)
    assert await claimed(desk) is None
    desk.clock.advance(minutes=3)
    assert await claimed(desk) == ("a", 2)


async def test_tasks_are_claimed_in_their_order_and_by_their_kind(desk: Desk) -> None:
    await put(desk, "a", "b")
    await put(desk, "c", verb=Verb.SYNC)
    assert [await claimed(desk), await claimed(desk), await claimed(desk)] == [("a", 1), ("b", 1), None]
    assert await claimed(desk, Verb.SYNC) == ("c", 1)


async def test_a_request_is_taken_over_and_answered_once(desk: Desk) -> None:
    await put(desk, "a")
    await put(desk, "a")
    async with desk.unit() as work:
        assert await desk.tasks.answer(work, "a", Answer())
        assert not await desk.tasks.answer(work, "a", Answer(code="another"))
        assert not await desk.tasks.answer(work, "unknown", Answer())
    assert await claimed(desk) is None
    await put(desk, "a")
    assert await claimed(desk) is None


async def test_what_is_open_and_due_can_be_seen_without_writing(desk: Desk) -> None:
    await put(desk, "a", "b", verb=Verb.SYNC)
    async with desk.reading() as reading:
        assert await desk.tasks.open_ids(reading, Verb.SYNC) == ["a", "b"]
        assert await desk.tasks.next_due(reading, Verb.SYNC) == desk.clock.now()
        assert await desk.tasks.next_due(reading, Verb.TEST) is None
    async with desk.unit() as work:
        await desk.tasks.answer(work, "a", Answer())
    async with desk.reading() as reading:
        assert await desk.tasks.open_ids(reading, Verb.SYNC) == ["b"]


async def test_old_answers_are_forgotten_and_what_waits_is_not(desk: Desk) -> None:
    await put(desk, "old", "waits")
    async with desk.unit() as work:
        await desk.tasks.answer(work, "old", Answer())
    desk.clock.advance(days=8)
    await put(desk, "new")
    async with desk.unit() as work:
        await desk.tasks.answer(work, "new", Answer())
        await desk.tasks.clean(work, before=work.at - timedelta(days=7))

    assert await claimed(desk) == ("waits", 1)
    await put(desk, "old", "new")
    assert await claimed(desk) == ("old", 1), "it had been forgotten"
    assert await claimed(desk) is None


async def test_how_a_mailbox_is_doing_is_kept(desk: Desk) -> None:
    async with desk.unit() as work:
        assert await desk.mailboxes.reason_of(work, "ours") is None
        await desk.mailboxes.note_failed(work, "ours", code="mailbox_unreachable", detail="x" * 2_000)
        assert await desk.mailboxes.reason_of(work, "ours") == "mailbox_unreachable"
        await desk.mailboxes.note_synced(work, "ours")
        assert await desk.mailboxes.reason_of(work, "ours") == ""
        assert await desk.mailboxes.reason_of(work, "another") is None


async def test_a_failure_leaves_the_date_of_the_last_good_look(database: Database) -> None:
    clock = FakeClock()
    unit = unit_of(database, "mail-fetcher", clock)
    async with unit() as work:
        await mailboxes.note_synced(work, "ours")
    later = clock.advance(minutes=1)
    async with unit() as work:
        await mailboxes.note_failed(work, "ours", code="mailbox_unreachable", detail="")
    async with database.reading() as reading:
        row = (await reading.connection.execute(select(mailbox_table))).one()
    assert (row.state, row.synced_at, row.tried_at) == ("failed", later - timedelta(minutes=1), later)


async def test_an_answer_is_written_as_the_api_reads_it(database: Database) -> None:
    seen = (FolderSeen(name="客户", messages=3, excluded=True),)
    async with unit_of(database, "mail-fetcher")() as work:
        await tasks.put(work, "a", verb=Verb.TEST)
        await tasks.answer(work, "a", Answer(folders=seen))
    async with database.reading() as reading:
        told = (await reading.connection.execute(select(mailbox_tasks.c.answer))).scalar_one()
    assert told == (
        '{"ok": true, "code": "", "detail": "", '
        '"folders": [{"name": "客户", "messages": 3, "excluded": true}]}'
    )


async def test_settings_that_nobody_entered_have_their_defaults(database: Database) -> None:
    async with database.reading() as reading:
        assert await settings.mail_settings(reading) == MailSettings(
            host="",
            port=993,
            username="",
            sealed_password=None,
            monitor_mail_days=10,
            mail_reserved_days=365,
        )


async def test_settings_are_read_whatever_somebody_wrote_into_the_table(database: Database) -> None:
    said = {
        "mail_host": " imap.example.cn ",
        "mail_port": "1143",
        "mail_username": "sales@example.cn",
        "monitor_mail_days": "99999999",
        "mail_reserved_days": "soon",
    }
    async with unit_of(database, "api")() as work:
        rows = [{"parameter": name, "value": value} for name, value in said.items()]
        await work.connection.execute(insert(config), rows)
        sealed = {"name": "mail_password", "sealed": "v1:?", "updated_at": work.at}
        await work.connection.execute(insert(secrets).values(**sealed))
    async with database.reading() as reading:
        assert await settings.mail_settings(reading) == MailSettings(
            host="imap.example.cn",
            port=1143,
            username="sales@example.cn",
            sealed_password="v1:?",
            monitor_mail_days=3650,
            mail_reserved_days=365,
        )


async def test_a_request_is_read_as_the_api_wrote_it(database: Database) -> None:
    async with unit_of(database, "api")() as work:
        await work.connection.execute(
            insert(request_table).values(
                id="a",
                noun="mailbox",
                verb="test",
                parameters='{"mail_host": "imap.example.cn"}',
                sealed="v1:?",
                state="open",
                created_at=work.at,
            )
        )
    async with database.reading() as reading:
        found = await requests.by_id(reading, "a")
        assert await requests.by_id(reading, "b") is None
    assert found
    assert (found.parameters, found.sealed) == ({"mail_host": "imap.example.cn"}, "v1:?")


class Post:
    """A database with customers, and mail at addresses."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.fetcher = unit_of(database, "mail-fetcher")

    async def mail_at(self, *at: str) -> None:
        """One message that shows at these addresses."""
        async with self.fetcher() as work:
            values = {"sender": "", "date": NOON, "type": "receive", "subject": "", "content": ""}
            more = {"message_id": "", "sender_address": "", "attachments": "[]", "blocked_images": 0}
            added = await work.connection.execute(insert(messages).values(**values, **more, stored_at=NOON))
            assert added.inserted_primary_key
            number = added.inserted_primary_key[0]
            rows = [
                {"msg_id": number, "address": one, "address_key": email_key(one), "role": "to", "date": NOON}
                for one in at
            ]
            await work.connection.execute(insert(msg_addrs), rows)

    async def customer(self, customer_id: int, email: str) -> None:
        """A customer as api keeps it."""
        texts = dict.fromkeys(("name", "company", "country", "address", "phone", "website", "comment"), "")
        texts |= {"last_checked_log": "", "name_key": "", "company_key": ""}
        async with unit_of(self.database, "api")() as work:
            await work.connection.execute(
                insert(customers).values(
                    id=customer_id,
                    email=email,
                    email_key=email_key(email),
                    importance=0,
                    valid=2,
                    version=1,
                    created_at=NOON,
                    updated_at=NOON,
                    **texts,
                )
            )

    async def move(self, previous: str | None, email: str, *, version: int) -> None:
        """Hear of customer 1's change."""
        event = CustomerUpdated(
            customer_id=1, email=email, previous_email=previous, version=version, changed=("email",)
        )
        await move_addresses(event, addresses=addresses, unit=self.fetcher)

    async def shown(self) -> list[tuple[str, str]]:
        """All addresses with their keys, in the order of the rows."""
        async with self.database.reading() as reading:
            rows = await reading.connection.execute(
                select(msg_addrs.c.address, msg_addrs.c.address_key).order_by(msg_addrs.c.id)
            )
        return [(row.address, row.address_key) for row in rows]


@pytest.fixture
def post(database: Database) -> Post:
    return Post(database)


async def test_mail_follows_an_address_and_other_mail_stays(post: Post) -> None:
    await post.mail_at("Old@example.com", "else@example.com")
    await post.mail_at("old@EXAMPLE.com")
    await post.customer(1, "New@Example.com")
    await post.move("OLD@example.com", "New@Example.com", version=2)
    new, other = ("New@Example.com", "new@example.com"), ("else@example.com", "else@example.com")
    assert await post.shown() == [new, other, new]


async def test_a_change_that_was_carried_out_is_not_carried_out_again(post: Post) -> None:
    await post.mail_at("old@example.com")
    await post.move("old@example.com", "new@example.com", version=2)
    await post.mail_at("old@example.com")
    await post.move("old@example.com", "new@example.com", version=2)
    assert [key for _, key in await post.shown()] == ["new@example.com", "old@example.com"]


@pytest.mark.parametrize("order", [(2, 3), (3, 2)])
async def test_two_changes_end_at_the_last_address_in_whatever_order_they_come(
    post: Post, order: tuple[int, int]
) -> None:
    steps = {2: ("a@example.com", "b@example.com"), 3: ("b@example.com", "c@example.com")}
    await post.mail_at("a@example.com")
    await post.mail_at("b@example.com")
    await post.customer(1, "c@example.com")
    for version in order:
        previous, email = steps[version]
        await post.move(previous, email, version=version)
    assert [key for _, key in await post.shown()] == ["c@example.com", "c@example.com"]


async def test_a_change_of_other_fields_moves_nothing(post: Post) -> None:
    await post.mail_at("a@example.com")
    await post.move(None, "b@example.com", version=2)
    assert [key for _, key in await post.shown()] == ["a@example.com"]


async def test_another_spelling_of_the_same_address_moves_nothing(post: Post) -> None:
    await post.mail_at("a@example.com")
    await post.move("a@example.com", "A@Example.com", version=2)
    assert await post.shown() == [("a@example.com", "a@example.com")]
