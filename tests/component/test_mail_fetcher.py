"""Mail-fetcher on a real Dovecot and a real database, through its real build."""

import re
from collections import Counter
from collections.abc import AsyncIterator, Collection
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, delete, func, select, update

from mycrm_common.db.tables.mailboxes import folders, locations, mailboxes, uid_runs
from mycrm_common.db.tables.messages import messages, msg_addrs
from mycrm_common.errors import MyCRMError
from mycrm_common.events.mailboxes import MailboxFailed, MailboxSynced
from mycrm_common.events.messages import MessageStored
from mycrm_mail_fetcher.service import NAME
from tests.component.mail_fetcher_service import MailFetcher, mail_fetcher
from tests.support.certificates import make_authority
from tests.support.dovecot import DovecotServer
from tests.support.made_mail import MadeMail, MadeMailbox
from tests.support.mailbox_letters import ADMIN_NAME, OWN_ADDRESS
from tests.support.mailbox_maker import make_mailbox

pytestmark = pytest.mark.servers("dovecot")
LETTER = (
    b"From: Li <li@example.com>\r\nTo: sales@example.cn\r\nSubject: %s\r\nMessage-ID: <%s@x>\r\n\r\n%s\r\n"
)


@pytest.fixture
async def fetcher(tmp_path: Path, dovecot_server: DovecotServer) -> AsyncIterator[MailFetcher]:
    """The service, told of the test's own mailbox."""
    async with mail_fetcher(
        tmp_path, mailbox_ca_file=dovecot_server.ca_file, mailbox_admin=ADMIN_NAME
    ) as built:
        await built.connect(dovecot_server)
        yield built


def present() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the server knows only the real present


def letter(name: str, text: str = "hello") -> bytes:
    return LETTER % (name.encode(), name.encode(), text.encode())


async def addresses_of(fetcher: MailFetcher) -> dict[int, set[str]]:
    rows = await fetcher.rows(select(msg_addrs.c.msg_id, msg_addrs.c.address_key))
    found: dict[int, set[str]] = {}
    for row in rows:
        found.setdefault(row.msg_id, set()).add(row.address_key)
    return found


async def places(fetcher: MailFetcher) -> dict[str, Counter[str]]:
    """For each folder how many mails are in which state, for which reason."""
    rows = await fetcher.rows(
        select(folders.c.name, locations.c.state, locations.c.reason).join(
            locations,
            (locations.c.folder_id == folders.c.id) & (locations.c.uid_validity == folders.c.uid_validity),
        )
    )
    found: dict[str, Counter[str]] = {}
    for row in rows:
        found.setdefault(row.name, Counter())[f"{row.state} {row.reason}".strip()] += 1
    runs = await fetcher.rows(
        select(folders.c.name, uid_runs).join(
            uid_runs,
            (uid_runs.c.folder_id == folders.c.id) & (uid_runs.c.uid_validity == folders.c.uid_validity),
        )
    )
    for run in runs:
        count = run.last_uid - run.first_uid + 1
        found.setdefault(run.name, Counter())[f"ignored {run.reason}"] += count
    return found


async def mailbox_row(fetcher: MailFetcher) -> Row[Any]:
    (row,) = await fetcher.rows(select(mailboxes))
    return row


async def flags(server: DovecotServer, names: Collection[str]) -> dict[str, dict[int, frozenset[str]]]:
    return {name: await server.flags(name) for name in names}


def assert_complete(mailbox: MadeMailbox, stored: Collection[Row[Any]]) -> None:
    by_id = {f"<{row.message_id}>": row for row in stored}
    assert by_id.keys() == {mail.message_id for mail in mailbox.distinct_mails}
    for mail in mailbox.distinct_mails:
        assert_same(mail, by_id[mail.message_id])


def assert_same(mail: MadeMail, row: Row[Any]) -> None:
    assert row.type == mail.direction, mail.kind
    assert row.subject == mail.subject, mail.kind
    assert row.date == mail.internal_date, mail.kind
    shown = unescape(re.sub("<[^>]*>", "", row.content))
    for paragraph in mail.paragraphs:
        assert paragraph in shown, (mail.kind, mail.subject)


async def test_a_mailbox_is_stored_completely_and_only_once(
    fetcher: MailFetcher, dovecot_server: DovecotServer
) -> None:
    mailbox = make_mailbox(500, newest_at=present())
    await dovecot_server.deliver_all(mailbox)
    before = await flags(dovecot_server, mailbox.per_folder)

    await fetcher.look()
    stored = await fetcher.rows(select(messages))
    assert_complete(mailbox, stored)
    shown = await addresses_of(fetcher)
    ids = {f"<{row.message_id}>": row.id for row in stored}
    for mail in mailbox.distinct_mails:
        assert mail.shown_at <= shown[ids[mail.message_id]], mail.kind
    assert {name: counts["stored"] for name, counts in (await places(fetcher)).items()} == mailbox.per_folder
    told = [event for event in await fetcher.told(MessageStored) if isinstance(event, MessageStored)]
    assert sorted(event.message_id for event in told) == sorted(ids.values())
    assert {event.message_id: set(event.addresses) for event in told} == shown
    assert {(event.message_id, event.type, event.date) for event in told} == {
        (row.id, row.type, row.date) for row in stored
    }

    await fetcher.look()
    await lose_validity(fetcher)
    await fetcher.look()
    assert {name: counts["stored"] for name, counts in (await places(fetcher)).items()} == mailbox.per_folder
    await lose_folders(fetcher)
    await fetcher.look()
    assert {name: counts["stored"] for name, counts in (await places(fetcher)).items()} == mailbox.per_folder
    assert await fetcher.rows(select(messages)) == stored
    assert len(await fetcher.told(MessageStored)) == len(stored)
    assert len(await fetcher.told(MailboxSynced)) == 1
    assert await flags(dovecot_server, mailbox.per_folder) == before


async def lose_validity(fetcher: MailFetcher) -> None:
    """As if the server had renumbered every folder."""
    async with fetcher.runtime.unit_for(NAME)() as work:
        await work.connection.execute(update(folders).values(uid_validity=folders.c.uid_validity - 1))
        await work.connection.execute(update(locations).values(uid_validity=locations.c.uid_validity - 1))


async def lose_folders(fetcher: MailFetcher) -> None:
    async with fetcher.runtime.unit_for(NAME)() as work:
        await work.connection.execute(delete(folders))


@pytest.mark.servers("mariadb")
async def test_a_mailbox_is_stored_completely_in_mariadb(
    tmp_path: Path, dovecot_server: DovecotServer, mariadb_url: str
) -> None:
    mailbox = make_mailbox(120, seed=2, newest_at=present())
    await dovecot_server.deliver_all(mailbox)
    async with mail_fetcher(
        tmp_path,
        database_url=mariadb_url,
        mailbox_ca_file=dovecot_server.ca_file,
        mailbox_admin=ADMIN_NAME,
    ) as fetcher:
        await fetcher.connect(dovecot_server)
        await fetcher.look()
        await lose_validity(fetcher)
        await fetcher.look()
        assert_complete(mailbox, await fetcher.rows(select(messages)))
        assert len(await fetcher.told(MessageStored)) == mailbox.distinct


async def test_a_folder_that_was_made_again_is_read_again_without_doubles(
    fetcher: MailFetcher, dovecot_server: DovecotServer
) -> None:
    for name in ("one", "two"):
        await dovecot_server.deliver("Archive", letter(name))
    await fetcher.look()
    await dovecot_server.account.delete_folder("Archive")
    for name in ("three", "two"):
        await dovecot_server.deliver("Archive", letter(name))
    await fetcher.look()
    rows = await fetcher.rows(select(messages.c.subject))
    assert sorted(row.subject for row in rows) == ["one", "three", "two"]
    assert (await places(fetcher))["Archive"] == {"stored": 2}


async def test_new_mail_is_found_at_the_next_look_and_a_moved_one_is_no_news(
    fetcher: MailFetcher, dovecot_server: DovecotServer
) -> None:
    uid = await dovecot_server.deliver("INBOX", letter("one"))
    await fetcher.look()
    await dovecot_server.create_folder("Archive")
    await dovecot_server.account.move([uid], source="INBOX", destination="Archive")
    await dovecot_server.deliver("INBOX", letter("two"))
    await fetcher.look()
    rows = await fetcher.rows(select(messages.c.subject))
    assert [row.subject for row in rows] == ["one", "two"]
    assert len(await fetcher.told(MessageStored)) == 2
    assert (await places(fetcher))["Archive"] == {"stored": 1}


async def test_mail_from_before_the_window_is_ignored_until_the_window_is_widened(
    fetcher: MailFetcher, dovecot_server: DovecotServer
) -> None:
    for name, days in (("today", 0), ("edge", 10.2), ("older", 30), ("oldest", 90)):
        await dovecot_server.deliver(
            "INBOX", letter(name), internal_date=present() - timedelta(days=days, minutes=1)
        )
    await fetcher.look()
    assert [row.subject for row in await fetcher.rows(select(messages))] == ["today"]
    assert (await places(fetcher))["INBOX"] == {"stored": 1, "ignored outside_window": 3}
    await fetcher.connect(dovecot_server, monitor_mail_days=60)
    await fetcher.look()
    assert {row.subject for row in await fetcher.rows(select(messages))} == {"today", "edge", "older"}
    await fetcher.connect(dovecot_server, monitor_mail_days=365, mail_reserved_days=60)
    await fetcher.look()
    assert {row.subject for row in await fetcher.rows(select(messages))} == {"today", "edge", "older"}


async def test_excluded_folders_are_counted_and_left_aside(
    tmp_path: Path, dovecot_server: DovecotServer
) -> None:
    await dovecot_server.deliver("INBOX", letter("one"))
    await dovecot_server.deliver("草稿箱", letter("draft"))
    await dovecot_server.deliver("客户/垃圾", letter("rubbish"))
    async with mail_fetcher(
        tmp_path, mailbox_ca_file=dovecot_server.ca_file, mailbox_exclude="Drafts, 客户/垃圾"
    ) as fetcher:
        await fetcher.connect(dovecot_server)
        await fetcher.look()
        rows = await fetcher.rows(select(folders.c.name, folders.c.excluded, folders.c.seen_messages))
        assert {(row.name, row.excluded, row.seen_messages) for row in rows if row.excluded} == {
            ("草稿箱", "rule", 1),
            ("客户/垃圾", "rule", 1),
        }
        assert [row.subject for row in await fetcher.rows(select(messages))] == ["one"]
        await dovecot_server.account.delete_folder("客户/垃圾")
        await fetcher.look()
        (row,) = await fetcher.rows(select(folders.c.excluded).where(folders.c.name == "客户/垃圾"))
        assert row.excluded == "gone"


async def test_a_mail_that_cannot_be_read_is_held_and_keeps_nobody_waiting(
    fetcher: MailFetcher, dovecot_server: DovecotServer
) -> None:
    await dovecot_server.deliver("INBOX", letter("before"))
    uid = await dovecot_server.deliver("INBOX", b"\r\n")
    await dovecot_server.deliver("INBOX", letter("after"))
    await fetcher.look()
    assert {row.subject for row in await fetcher.rows(select(messages))} == {"before", "after"}
    (held,) = await fetcher.rows(select(locations).where(locations.c.state == "held"))
    assert (held.uid, held.reason, held.message_id) == (uid, "mail_unreadable", None)
    assert held.detail


async def test_of_a_huge_mail_the_beginning_is_stored(
    fetcher: MailFetcher, dovecot_server: DovecotServer
) -> None:
    line = b"x" * 76 + b"\r\n"
    await dovecot_server.deliver("INBOX", letter("huge") + line * (12 * 1024 * 1024 // len(line)))
    await dovecot_server.deliver("INBOX", letter("small"))
    await fetcher.look()
    contents = {row.subject: row.content for row in await fetcher.rows(select(messages))}
    assert contents.keys() == {"huge", "small"}
    assert "hello" in contents["huge"]
    assert "邮件过长" in contents["huge"]
    assert len(contents["huge"]) < 3_000_000


async def test_a_mail_to_ourselves_is_one_message_that_we_sent(
    fetcher: MailFetcher, dovecot_server: DovecotServer
) -> None:
    raw = letter("note").replace(b"Li <li@example.com>", f"Sales <{OWN_ADDRESS}>".encode())
    await dovecot_server.deliver("INBOX", b"Received: from here by there\r\n" + raw)
    await dovecot_server.deliver("Sent", raw)
    await fetcher.look()
    (row,) = await fetcher.rows(select(messages))
    assert (row.type, row.sender, row.sender_address) == ("sendto", "Sales", OWN_ADDRESS)
    (count,) = await fetcher.rows(select(func.count()).select_from(locations))
    assert count == (2,)


async def test_a_refused_password_is_told_once_and_is_over_with_the_right_one(
    fetcher: MailFetcher, dovecot_server: DovecotServer
) -> None:
    await dovecot_server.deliver("INBOX", letter("one"))
    for _ in range(2):
        await fetcher.connect(dovecot_server, mail_password="wrong")
        await fetcher.look()
        row = await mailbox_row(fetcher)
        assert (row.state, row.error_code, row.synced_at) == ("failed", "mailbox_login_refused", None)
        assert "wrong" not in row.error_detail
    await fetcher.connect(dovecot_server)
    await fetcher.look()
    row = await mailbox_row(fetcher)
    assert (row.state, row.error_code, row.error_detail) == ("synced", "", "")
    assert row.synced_at == row.tried_at
    failed, synced = await fetcher.told(MailboxFailed, MailboxSynced)
    assert isinstance(failed, MailboxFailed)
    assert isinstance(synced, MailboxSynced)
    assert (failed.reason, synced.stored) == ("mailbox_login_refused", 1)


@pytest.mark.parametrize("knows_somebody_else", [False, True])
async def test_an_untrusted_certificate_is_refused(
    tmp_path: Path, dovecot_server: DovecotServer, *, knows_somebody_else: bool
) -> None:
    stranger = make_authority(tmp_path, name="somebody else").file if knows_somebody_else else None
    async with mail_fetcher(tmp_path, mailbox_ca_file=stranger) as fetcher:
        await fetcher.connect(dovecot_server)
        await fetcher.look()
        assert (await mailbox_row(fetcher)).error_code == "mailbox_certificate_untrusted"


async def test_an_outage_between_two_looks_goes_unnoticed(
    fetcher: MailFetcher, dovecot_server: DovecotServer
) -> None:
    await fetcher.look()
    await dovecot_server.stop()
    await dovecot_server.start()
    await dovecot_server.deliver("INBOX", letter("one"))
    await fetcher.look()
    assert [row.subject for row in await fetcher.rows(select(messages))] == ["one"]
    assert (await mailbox_row(fetcher)).state == "synced"
    assert await fetcher.told(MailboxFailed) == []


async def test_an_outage_during_a_look_is_told_and_mended_by_the_next_one(
    fetcher: MailFetcher, dovecot_server: DovecotServer
) -> None:
    await dovecot_server.stop()
    await fetcher.look()
    assert (await mailbox_row(fetcher)).error_code == "mailbox_unreachable"
    await dovecot_server.start()
    await dovecot_server.deliver("INBOX", letter("one"))
    # A person who changes the settings does not wait for the next try.
    await fetcher.connect(dovecot_server, mail_host="localhost")
    await fetcher.look()
    await fetcher.connect(dovecot_server)
    await fetcher.look()
    assert [row.subject for row in await fetcher.rows(select(messages))] == ["one"]


async def test_one_connection_serves_all_looks(fetcher: MailFetcher, dovecot_server: DovecotServer) -> None:
    await fetcher.look()
    before = dovecot_server.log().count("Login: ")
    for _ in range(3):
        await fetcher.look()
    assert dovecot_server.log().count("Login: ") == before


async def test_without_a_mailbox_nothing_happens(tmp_path: Path) -> None:
    async with mail_fetcher(tmp_path) as fetcher:
        await fetcher.look()
        await fetcher.look()
        assert await fetcher.rows(select(mailboxes)) == []
        assert await fetcher.told(MailboxFailed, MailboxSynced) == []


async def test_mail_from_any_of_our_addresses_was_sent_by_us(
    tmp_path: Path, dovecot_server: DovecotServer
) -> None:
    for name, sender in (("alias", b"Info@Example.cn"), ("login", OWN_ADDRESS.encode())):
        await dovecot_server.deliver("INBOX", letter(name).replace(b"li@example.com", sender))
    async with mail_fetcher(
        tmp_path, mailbox_ca_file=dovecot_server.ca_file, mailbox_address="info@example.cn; li@example.cn"
    ) as fetcher:
        await fetcher.connect(dovecot_server)
        await fetcher.look()
        types = {row.subject: row.type for row in await fetcher.rows(select(messages))}
    assert types == {"alias": "sendto", "login": "receive"}


async def test_health_tells_what_the_last_look_met(
    fetcher: MailFetcher, dovecot_server: DovecotServer
) -> None:
    await fetcher.ping()
    await fetcher.connect(dovecot_server, mail_password="wrong")
    await fetcher.look()
    with pytest.raises(MyCRMError, match="mailbox_login_refused"):
        await fetcher.ping()
    await fetcher.connect(dovecot_server)
    await fetcher.look()
    await fetcher.ping()
