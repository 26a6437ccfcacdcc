"""When the mailbox is looked at, and who hears of it."""

import pytest

from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.events.mailboxes import MailboxFailed, MailboxRequestAnswered, MailboxSynced
from mycrm_common.secretbox import SecretBox
from mycrm_mail_fetcher.ports.requests import Answer
from tests.unit.mail_fetcher.usecases.desk import Desk
from tests.unit.mail_fetcher.usecases.letters import MAILBOX, letter, subjects

AWAY = MyCRMError("mailbox_unreachable", Kind.UNAVAILABLE, "nobody answers")


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_the_first_look_is_told_with_its_counts(desk: Desk) -> None:
    desk.server.deliver("INBOX", letter("one"))
    desk.server.deliver("INBOX", b"\r\n")
    await desk.beat()
    assert desk.told(MailboxSynced) == [
        MailboxSynced(mailbox=MAILBOX, at=desk.clock.now(), folders=1, stored=1, ignored=0, held=1)
    ]
    assert [line.action for line in desk.logged()] == ["mailbox.synced"]


async def test_a_look_that_finds_nothing_is_not_told(desk: Desk) -> None:
    await desk.beat()
    for _ in range(3):
        await desk.beat()
    assert len(desk.told(MailboxSynced)) == 1
    desk.server.deliver("INBOX", letter("one"))
    await desk.beat()
    assert len(desk.told(MailboxSynced)) == 2


async def test_a_failure_is_told_once_per_reason_and_so_is_its_end(desk: Desk) -> None:
    desk.server.error = AWAY
    for _ in range(3):
        await desk.beat()
        desk.clock.advance(minutes=10)
    desk.server.error = MyCRMError("mailbox_tls_required", Kind.INVALID)
    await desk.beat()
    desk.clock.advance(minutes=10)
    desk.server.error = None
    await desk.beat()
    assert [event.reason for event in desk.told(MailboxFailed)] == [
        "mailbox_unreachable",
        "mailbox_tls_required",
    ]
    assert len(desk.told(MailboxSynced)) == 1
    assert [line.action for line in desk.logged()] == ["mailbox.failed", "mailbox.failed", "mailbox.synced"]


async def test_after_a_failure_the_next_try_waits(desk: Desk) -> None:
    desk.server.error = AWAY
    for _ in range(3):
        await desk.beat()
        desk.clock.advance(seconds=30)
    assert desk.server.connections == 1
    desk.clock.advance(seconds=30)
    await desk.beat()
    assert desk.server.connections == 2


async def test_a_refused_password_is_knocked_with_three_times_and_then_rarely(desk: Desk) -> None:
    desk.luck = 0.0
    desk.settings.present = desk.access(password="wrong")
    for _ in range(14):
        await desk.beat()
        desk.clock.advance(minutes=1)
    assert desk.server.connections == 3
    desk.clock.advance(minutes=5)
    await desk.beat()
    assert desk.server.connections == 4


async def test_another_password_is_tried_at_once(desk: Desk) -> None:
    desk.luck = 0.0
    desk.settings.present = desk.access(password="wrong")
    for _ in range(5):
        await desk.beat()
    desk.settings.present = desk.access()
    desk.server.deliver("INBOX", letter("one"))
    await desk.beat()
    assert subjects(desk.ledger) == ["one"]


async def test_a_person_who_asks_does_not_wait_and_gets_the_outcome(desk: Desk) -> None:
    desk.server.error = AWAY
    await desk.beat()
    await desk.ask("a")
    await desk.beat()
    desk.server.error = None
    await desk.ask("b")
    await desk.beat()
    assert [row.answer for row in desk.tasks.rows.values()] == [
        Answer(code="mailbox_unreachable", detail="nobody answers"),
        Answer(),
    ]
    assert desk.told(MailboxRequestAnswered) == [
        MailboxRequestAnswered(request_id="a", ok=False),
        MailboxRequestAnswered(request_id="b", ok=True),
    ]


async def test_without_settings_it_says_so_once_and_waits(desk: Desk) -> None:
    desk.settings.present = desk.access(password=None)
    for _ in range(3):
        await desk.beat()
    assert [line.text for line in desk.logged()] == ["reason=no mailbox is configured"]
    assert desk.server.connections == 0
    assert desk.told(MailboxFailed) == []
    assert desk.mailboxes.rows == {}


async def test_who_asks_without_settings_is_told_what_is_missing(desk: Desk) -> None:
    desk.settings.present = desk.access(host="")
    await desk.ask("a")
    await desk.beat()
    answer = desk.tasks.rows["a"].answer
    assert answer
    assert answer.code == "mailbox_not_configured"


async def test_settings_that_are_removed_end_the_connection(desk: Desk) -> None:
    await desk.beat()
    assert len(desk.server.open_sessions) == 1
    desk.settings.present = desk.access(password=None)
    await desk.beat()
    assert desk.server.open_sessions == set()


async def test_a_password_sealed_with_another_key_is_a_failure_to_be_seen(desk: Desk) -> None:
    desk.box = SecretBox("another key".ljust(32, "!"))
    for _ in range(3):
        await desk.beat()
    assert [event.reason for event in desk.told(MailboxFailed)] == ["secret_unreadable"]
    assert desk.server.connections == 0


async def test_an_error_that_is_not_the_mailboxs_ends_the_line_and_is_raised(desk: Desk) -> None:
    desk.server.deliver("INBOX", letter("one"))
    desk.server.folders["INBOX"].error = MyCRMError("database_unavailable", Kind.UNAVAILABLE)
    with pytest.raises(MyCRMError, match="database_unavailable"):
        await desk.beat()
    assert desk.server.open_sessions == set()
