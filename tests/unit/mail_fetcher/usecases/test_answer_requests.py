"""Settings are tried before anybody relies on them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.events.mailboxes import (
    MailboxCopyRequested,
    MailboxRequestAnswered,
    MailboxRetryRequested,
    MailboxSyncRequested,
    MailboxTestRequested,
)
from mycrm_common.work import Reading
from mycrm_mail_fetcher.ports.ledger import PlaceState
from mycrm_mail_fetcher.ports.requests import Answer, FolderSeen, MailboxRequest, Verb
from mycrm_mail_fetcher.usecases.answer_requests import Examiner, answer_requests
from mycrm_mail_fetcher.usecases.copy_mail import MOST, Copier
from mycrm_mail_fetcher.usecases.take_request import Asked, take_request
from tests.support.fake_imap import PASSWORD
from tests.support.memory_tasks import MemoryCopies
from tests.unit.mail_fetcher.usecases.desk import Desk
from tests.unit.mail_fetcher.usecases.letters import letter


@dataclass
class Written:
    """The requests that api has written."""

    rows: dict[str, MailboxRequest] = field(default_factory=dict)

    async def by_id(self, _: Reading, request_id: str) -> MailboxRequest | None:
        return self.rows.get(request_id)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def written() -> Written:
    return Written()


async def take(asked: Asked, desk: Desk, written: Written) -> Verb:
    return await take_request(
        asked,
        tasks=desk.tasks,
        requests=written,
        locations=desk.ledger.locations,
        unit=desk.ledger.unit,
    )


async def answer(
    desk: Desk, written: Written, copies: MemoryCopies | None = None, *, most_bytes: int = MOST
) -> None:
    examiner = Examiner(
        requests=written,
        settings=desk.settings,
        server=desk.server,
        box=desk.box,
        ca_file=None,
        excluded=("Drafts",),
        reading=desk.ledger.reading,
        folders=desk.ledger.folders,
        copier=Copier(
            server=desk.server, copies=copies or MemoryCopies(), unit=desk.ledger.unit, most_bytes=most_bytes
        ),
    )
    await answer_requests(examiner, tasks=desk.tasks, unit=desk.ledger.unit, clock=desk.clock, owner="me")


async def answer_to(
    desk: Desk, written: Written, *, password: str | None = None, said: Mapping[str, Any] | None = None
) -> Answer | None:
    """Ask with these settings and return what is answered."""
    typed = json.dumps({"mail_password": password})
    sealed = desk.box.seal(typed, name="request:a") if password else None
    parameters = {"stored_secrets": [] if password else ["mail_password"]} | dict(said or {})
    written.rows["a"] = MailboxRequest(id="a", parameters=parameters, sealed=sealed)
    await take(MailboxTestRequested(request_id="a"), desk, written)
    await answer(desk, written)
    return desk.tasks.rows["a"].answer


async def test_good_settings_are_answered_with_the_folders(desk: Desk, written: Written) -> None:
    desk.server.deliver("Archive", letter("one"))
    desk.server.deliver("Drafts", letter("one"))
    desk.server.deliver("Drafts", letter("two"))
    found = await answer_to(desk, written, password=PASSWORD)
    assert found == Answer(
        folders=(
            FolderSeen(name="INBOX", messages=0, excluded=False),
            FolderSeen(name="Archive", messages=1, excluded=False),
            FolderSeen(name="Drafts", messages=2, excluded=True),
        )
    )
    assert found.ok
    assert desk.told(MailboxRequestAnswered) == [MailboxRequestAnswered(request_id="a", ok=True)]
    assert desk.server.open_sessions == set()


async def test_without_a_password_the_stored_one_is_tried(desk: Desk, written: Written) -> None:
    found = await answer_to(desk, written, said={"mail_host": "mail.example.cn", "mail_port": 143})
    assert found
    assert found.ok


async def test_what_is_asked_wins_over_what_is_stored(desk: Desk, written: Written) -> None:
    found = await answer_to(desk, written, said={"mail_username": "wang@example.cn"})
    assert found
    assert found.code == "mailbox_login_refused"
    assert (await answer_to(Desk(), Written(), password="wrong")) == Answer(
        code="mailbox_login_refused", detail="authentication failed"
    )


async def test_a_password_sealed_for_another_request_is_not_used(desk: Desk, written: Written) -> None:
    sealed = desk.box.seal(PASSWORD, name="request:b")
    written.rows["a"] = MailboxRequest(id="a", parameters={}, sealed=sealed)
    await take(MailboxTestRequested(request_id="a"), desk, written)
    await answer(desk, written)
    found = desk.tasks.rows["a"].answer
    assert found
    assert found.code == "secret_unreadable"


async def test_with_nothing_stored_and_nothing_asked_there_is_nothing_to_try(
    desk: Desk, written: Written
) -> None:
    desk.settings.present = desk.access(password=None)
    found = await answer_to(desk, written)
    assert found
    assert found.code == "mailbox_not_configured"
    assert desk.server.connections == 0


async def test_a_server_that_is_away_is_answered_too(desk: Desk, written: Written) -> None:
    desk.server.error = MyCRMError("mailbox_unreachable", Kind.UNAVAILABLE, "nobody answers")
    assert await answer_to(desk, written) == Answer(code="mailbox_unreachable", detail="nobody answers")


async def test_a_request_that_nobody_wrote_is_answered(desk: Desk, written: Written) -> None:
    await take(MailboxTestRequested(request_id="a"), desk, written)
    await answer(desk, written)
    found = desk.tasks.rows["a"].answer
    assert found
    assert found.code == "request_missing"


async def test_a_task_that_has_cost_five_lives_is_given_up(desk: Desk, written: Written) -> None:
    parameters = {"stored_secrets": ["mail_password"]}
    written.rows["a"] = MailboxRequest(id="a", parameters=parameters, sealed=None)
    await take(MailboxTestRequested(request_id="a"), desk, written)
    desk.server.error = RuntimeError("the process dies")
    for _ in range(5):
        with pytest.raises(RuntimeError):
            await answer(desk, written)
        await answer(desk, written)  # It is claimed: nothing is done.
        desk.clock.advance(minutes=3)
    await answer(desk, written)
    found = desk.tasks.rows["a"].answer
    assert found
    assert found.code == "request_given_up"
    assert desk.server.connections == 5


async def test_a_wish_for_a_look_is_left_to_the_keeper(desk: Desk, written: Written) -> None:
    verb = await take(MailboxSyncRequested(request_id="a"), desk, written)
    await answer(desk, written)
    assert verb is Verb.SYNC
    assert desk.tasks.rows["a"].answer is None


async def test_the_bytes_of_a_mail_are_kept_for_whoever_asked(desk: Desk, written: Written) -> None:
    raw = letter("long", text="x" * 1_300_000)
    desk.server.deliver("INBOX", raw)
    await desk.beat()
    copies = MemoryCopies()
    written.rows["a"] = MailboxRequest(id="a", parameters={"folder_id": 1, "uid": 1}, sealed=None)
    await take(MailboxCopyRequested(request_id="a"), desk, written)
    await answer(desk, written, copies)
    assert desk.tasks.rows["a"].answer == Answer()
    assert [len(piece) for piece in copies.rows["a"]] == [524_288, 524_288, len(raw) - 1_048_576]
    assert b"".join(copies.rows["a"]) == raw


async def test_a_mail_that_is_too_large_is_refused_and_not_cut(desk: Desk, written: Written) -> None:
    raw = letter("long", text="x" * 1_300_000)
    desk.server.deliver("INBOX", raw)
    await desk.beat()
    written.rows["a"] = MailboxRequest(id="a", parameters={"folder_id": 1, "uid": 1}, sealed=None)
    for most_bytes, code in ((len(raw) - 1, "mail_too_large"), (len(raw), "")):
        desk.tasks.rows.clear()
        copies = MemoryCopies()
        await take(MailboxCopyRequested(request_id="a"), desk, written)
        await answer(desk, written, copies, most_bytes=most_bytes)
        said = desk.tasks.rows["a"].answer
        assert said is not None
        assert (said.code, b"".join(copies.rows.get("a", []))) == (code, b"" if code else raw)


@pytest.mark.parametrize("parameters", [{"folder_id": 1, "uid": 9}, {"folder_id": 9, "uid": 1}])
async def test_who_asks_for_a_mail_that_is_gone_is_told_so(
    desk: Desk, written: Written, parameters: Mapping[str, Any]
) -> None:
    desk.server.deliver("INBOX", letter("one"))
    await desk.beat()
    written.rows["a"] = MailboxRequest(id="a", parameters=parameters, sealed=None)
    await take(MailboxCopyRequested(request_id="a"), desk, written)
    await answer(desk, written)
    said = desk.tasks.rows["a"].answer
    assert said is not None
    assert said.code == "mail_gone"


async def test_a_mail_is_not_taken_for_another_one_after_renumbering(desk: Desk, written: Written) -> None:
    desk.server.deliver("INBOX", letter("one"))
    await desk.beat()
    desk.server.renumber("INBOX")
    written.rows["a"] = MailboxRequest(id="a", parameters={"folder_id": 1, "uid": 1}, sealed=None)
    await take(MailboxCopyRequested(request_id="a"), desk, written)
    await answer(desk, written)
    said = desk.tasks.rows["a"].answer
    assert said is not None
    assert said.code == "mail_gone"


async def test_held_mail_that_people_ask_for_is_read_again(desk: Desk, written: Written) -> None:
    uid = desk.server.deliver("INBOX", letter("one"))
    desk.server.folders["INBOX"].withheld = {uid}
    for number in range(6):
        await desk.ask(f"look {number}")
        await desk.beat()
    desk.server.folders["INBOX"].withheld = set()
    await desk.ask("another")
    await desk.beat()
    assert desk.ledger.places_of("INBOX")[uid].state is PlaceState.HELD
    written.rows["a"] = MailboxRequest(id="a", parameters={"folder_id": 1, "uid": uid}, sealed=None)
    assert await take(MailboxRetryRequested(request_id="a"), desk, written) is Verb.SYNC
    await desk.beat()
    assert desk.ledger.places_of("INBOX")[uid].state is PlaceState.STORED
