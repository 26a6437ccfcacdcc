"""From bytes to a message."""

from datetime import timedelta

from mycrm_mail_fetcher.adapters.reading_here import ThreadReader
from mycrm_mail_fetcher.domain.classify import MessageType, Ours
from mycrm_mail_fetcher.ports import MailHead
from mycrm_mail_fetcher.ports.ledger import MessageAddress, NewMessage
from mycrm_mail_fetcher.ports.reading import FetchedMail, Outcome, Unreadable
from tests.support.fake_imap import NOON
from tests.unit.mail_fetcher.usecases.letters import OURS, letter

HTML = b'<p>Hi<script>alert(1)</script><img src="https://example.net/a.png"></p>'


async def outcomes(*raws: bytes, ours: Ours = OURS) -> list[Outcome]:
    """What becomes of mails that came at noon."""
    mails = [
        FetchedMail(head=MailHead(uid=uid, internal_date=NOON, size=len(raw), header=b""), raw=raw)
        for uid, raw in enumerate(raws, start=1)
    ]
    return await ThreadReader().read(mails, ours=ours)


async def read(*raws: bytes, ours: Ours = OURS) -> list[NewMessage]:
    """The messages that such mails make."""
    return [message for message in await outcomes(*raws, ours=ours) if isinstance(message, NewMessage)]


async def test_a_mail_has_its_sender_by_name_and_by_key() -> None:
    (message,) = await read(letter("one", sender="=?utf-8?b?5p2O?= <Li@Example.COM>"))
    assert (message.sender, message.sender_address) == ("李", "li@example.com")
    assert message.addresses == (
        MessageAddress(role="from", address="Li@example.com", key="li@example.com"),
        MessageAddress(role="to", address="sales@example.cn", key="sales@example.cn"),
    )
    assert (message.type, message.subject, message.message_id) == (
        MessageType.RECEIVE, "one", "one@example.com",
    )  # fmt: skip


async def test_a_sender_without_a_name_is_called_by_the_address() -> None:
    (message,) = await read(letter("one", sender="li@example.com"))
    assert message.sender == "li@example.com"


async def test_what_we_sent_is_told_from_what_we_got() -> None:
    (message,) = await read(letter("one", sender="Sales <SALES@example.cn>"))
    assert message.type is MessageType.SENDTO


async def test_a_notice_of_the_admin_is_a_system_message() -> None:
    ours = Ours(addresses=frozenset(), admin_name="系统管理员")
    (message,) = await read(letter("one", sender="系统管理员 <root@example.cn>"), ours=ours)
    assert message.type is MessageType.SYSTEM


async def test_html_is_stored_safe_with_its_images_counted() -> None:
    raw = letter("one").replace(b"Subject:", b"Content-Type: text/html\r\nSubject:").replace(b"hello", HTML)
    (message,) = await read(raw)
    assert "script" not in message.content
    assert message.blocked_images == 1


async def test_the_date_is_that_of_arrival_where_the_mail_has_none() -> None:
    dated = letter("two").replace(b"Subject:", b"Date: Sat, 28 Feb 2026 20:00:00 +0800\r\nSubject:")
    without, with_date = await read(letter("one"), dated)
    assert (without.date, with_date.date) == (NOON, NOON - timedelta(days=1))


async def test_a_mail_without_bytes_cannot_be_read() -> None:
    one, two, three = await outcomes(letter("one"), b"", letter("two"))
    assert isinstance(one, NewMessage)
    assert isinstance(two, Unreadable)
    assert two.code == "mail_unreadable"
    assert isinstance(three, NewMessage)
