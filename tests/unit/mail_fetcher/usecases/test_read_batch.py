"""From bytes to what is stored."""

from datetime import timedelta

import pytest

from mycrm_mail_fetcher.adapters.html import SafeHtml, sanitise
from mycrm_mail_fetcher.domain.classify import MessageType, Ours
from mycrm_mail_fetcher.ports import MailHead
from mycrm_mail_fetcher.ports.html import Sanitise
from mycrm_mail_fetcher.ports.ledger import MessageAddress, PlaceState
from mycrm_mail_fetcher.usecases.read_batch import FetchedMail, ReadBatch, read_batch
from tests.support.fake_imap import NOON
from tests.unit.mail_fetcher.usecases.letters import OURS, letter

HTML = b'<p>Hi<script>alert(1)</script><img src="https://example.net/a.png"></p>'


async def read(*raws: bytes, ours: Ours = OURS, with_: Sanitise = sanitise) -> ReadBatch:
    """Read mails that came at noon."""
    mails = [
        FetchedMail(
            head=MailHead(uid=uid, internal_date=NOON, size=len(raw), header=b""), raw=raw, truncated=False
        )
        for uid, raw in enumerate(raws, start=1)
    ]
    return await read_batch(mails, ours=ours, sanitise=with_)


async def test_nothing_is_read_from_nothing() -> None:
    batch = await read()
    assert (batch.places, batch.messages) == ((), ())


async def test_a_mail_has_its_sender_by_name_and_by_key() -> None:
    (message,) = (await read(letter("one", sender="=?utf-8?b?5p2O?= <Li@Example.COM>"))).messages
    assert (message.sender, message.sender_address) == ("李", "li@example.com")
    assert message.addresses == (
        MessageAddress(role="from", address="Li@example.com", key="li@example.com"),
        MessageAddress(role="to", address="sales@example.cn", key="sales@example.cn"),
    )
    assert (message.type, message.subject, message.message_id) == (
        MessageType.RECEIVE, "one", "one@example.com",
    )  # fmt: skip


async def test_a_sender_without_a_name_is_called_by_the_address() -> None:
    (message,) = (await read(letter("one", sender="li@example.com"))).messages
    assert message.sender == "li@example.com"


async def test_what_we_sent_is_told_from_what_we_got() -> None:
    (message,) = (await read(letter("one", sender="Sales <SALES@example.cn>"))).messages
    assert message.type is MessageType.SENDTO


async def test_a_notice_of_the_admin_is_a_system_message() -> None:
    ours = Ours(addresses=frozenset(), admin_name="系统管理员")
    (message,) = (await read(letter("one", sender="系统管理员 <root@example.cn>"), ours=ours)).messages
    assert message.type is MessageType.SYSTEM


async def test_html_is_stored_safe_with_its_images_counted() -> None:
    raw = letter("one").replace(b"Subject:", b"Content-Type: text/html\r\nSubject:").replace(b"hello", HTML)
    (message,) = (await read(raw)).messages
    assert "script" not in message.content
    assert message.blocked_images == 1


async def test_the_date_is_that_of_arrival_where_the_mail_has_none() -> None:
    dated = letter("two").replace(b"Subject:", b"Date: Sat, 28 Feb 2026 20:00:00 +0800\r\nSubject:")
    without, with_date = (await read(letter("one"), dated)).messages
    assert (without.date, with_date.date) == (NOON, NOON - timedelta(days=1))


async def test_a_mail_without_bytes_is_held() -> None:
    batch = await read(letter("one"), b"", letter("two"))
    assert [message.subject for message in batch.messages] == ["one", "two"]
    assert [place.state for place in batch.places] == [PlaceState.STORED, PlaceState.HELD, PlaceState.STORED]
    assert batch.places[1].reason == "mail_unreadable"


@pytest.mark.parametrize("error", [ValueError("odd"), RecursionError(), IndexError(3)])
async def test_whatever_reading_runs_into_holds_that_mail_alone(error: Exception) -> None:
    def moody(html: str, /) -> SafeHtml:
        if "two" in html:
            raise error
        return sanitise(html)

    batch = await read(*(letter(name, text=name) for name in ("one", "two", "three")), with_=moody)
    assert [message.subject for message in batch.messages] == ["one", "three"]
    held = batch.places[1]
    assert (held.uid, held.state, held.reason, held.content_key) == (
        2, PlaceState.HELD, "mail_unreadable", None,
    )  # fmt: skip
    assert held.detail.startswith(type(error).__name__)
