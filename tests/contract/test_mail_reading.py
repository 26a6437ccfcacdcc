"""What every reader of mails promises: an answer for each mail, in their order, whatever the mails hold."""

from collections.abc import AsyncIterator

import pytest

from mycrm_mail_fetcher.adapters.reading_here import ThreadReader
from mycrm_mail_fetcher.adapters.reading_process import ReadingProcess
from mycrm_mail_fetcher.domain.classify import MessageType, Ours
from mycrm_mail_fetcher.domain.mail import Attachment, BouncedRecipient, Mark
from mycrm_mail_fetcher.domain.structure import Structure
from mycrm_mail_fetcher.ports import MailHead
from mycrm_mail_fetcher.ports.ledger import MessageAddress, NewMessage
from mycrm_mail_fetcher.ports.reading import FetchedMail, MailReader, Unreadable, WholeWanted
from tests.support.fake_imap import NOON
from tests.support.mailbox_letters import ADMIN_NAME, OWN_ADDRESS
from tests.support.mailbox_maker import make_mailbox
from tests.unit.mail_fetcher.adapters.test_html_cost import BOMBS
from tests.unit.mail_fetcher.domain.letters import a_mail, a_multipart, a_part

OURS = Ours(addresses=frozenset({OWN_ADDRESS}), admin_name=ADMIN_NAME)
HEADER = b"From: Li <li@example.com>\r\nSubject: parts\r\nMessage-ID: <1@example.com>\r\n"
PAGE = Structure(section="1", content_type="text/html", type_parameters=((b"charset", b"utf-8"),), size=60)


@pytest.fixture(params=["process", "thread"])
async def reader(request: pytest.FixtureRequest) -> AsyncIterator[MailReader]:
    if request.param == "thread":
        yield ThreadReader()
        return
    process = ReadingProcess()
    yield process
    await process.close()


def whole(raw: bytes, *, uid: int = 1) -> FetchedMail:
    head = MailHead(uid=uid, internal_date=NOON, size=len(raw), header=b"")
    return FetchedMail(head=head, raw=raw)


def in_parts(structure: Structure | None, header: bytes, **sections: bytes) -> FetchedMail:
    head = MailHead(uid=1, internal_date=NOON, size=9, header=header + b"\r\n", structure=structure)
    return FetchedMail(head=head, sections={name[1:]: raw for name, raw in sections.items()})


async def test_nothing_comes_of_nothing(reader: MailReader) -> None:
    assert await reader.read([], ours=OURS) == []


async def test_every_field_of_a_message_is_filled(reader: MailReader) -> None:
    raw = a_mail(
        "From: =?utf-8?b?5p2O?= <Li@Example.COM>", f"To: {OWN_ADDRESS}", "Subject: 报价 😀",
        "Message-ID: <2@x.example>", "References: <0@x.example> <1@x.example>",
        "List-Id: <l.x.example>", "Date: Sat, 28 Feb 2026 20:00:00 +0800",
        a_multipart(
            "mixed",
            a_part("text/html; charset=utf-8", '<p>您好<script>x</script><img src="https://x.example/a.png"></p>'),
            a_part('application/pdf; name="a.pdf"', "xyz", "Content-Disposition: attachment"),
        ).decode(),
        body="",
    )  # fmt: skip
    (message,) = await reader.read([whole(raw)], ours=OURS)
    assert isinstance(message, NewMessage)
    assert len(message.content_key) == 32
    assert message == NewMessage(
        content_key=message.content_key,
        message_id="2@x.example",
        sender="李",
        sender_address="li@example.com",
        date=NOON.replace(day=28, month=2),
        type=MessageType.RECEIVE,
        subject="报价 😀",
        content='<p>您好<img data-remote-src="https://x.example/a.png"></p>',
        attachments=(Attachment(name="a.pdf", content_type="application/pdf", size=3),),
        blocked_images=1,
        addresses=(
            MessageAddress(role="from", address="Li@example.com", key="li@example.com"),
            MessageAddress(role="to", address=OWN_ADDRESS, key=OWN_ADDRESS),
        ),
        mark=Mark.LIST,
        is_answer=False,
        references=("0@x.example", "1@x.example"),
        bounced=(),
    )


async def test_a_bounce_names_whom_it_did_not_reach(reader: MailReader) -> None:
    status = "X: y\n\nFinal-Recipient: rfc822; gone@x.example\nAction: failed\nStatus: 5.1.1"
    raw = a_multipart("report", a_part("text/plain", "failed"), a_part("message/delivery-status", status))
    (message,) = await reader.read([whole(raw)], ours=OURS)
    assert isinstance(message, NewMessage)
    assert message.bounced == (BouncedRecipient(email="gone@x.example", status="5.1.1", diagnostic=""),)
    assert message.type is MessageType.SYSTEM


async def test_what_a_person_writes_to_us_is_an_answer(reader: MailReader) -> None:
    senders = ["buyer@x.example", OWN_ADDRESS, "noreply@x.example", "mailer-daemon@x.example", ""]
    mails = [whole(a_mail(f"From: {sender}", "To: us@example.cn")) for sender in senders]
    answers = [getattr(message, "is_answer", None) for message in await reader.read(mails, ours=OURS)]
    assert answers == [True, False, False, False, False]


async def test_answers_come_in_the_order_of_the_mails(reader: MailReader) -> None:
    mails = [whole(made.raw_bytes, uid=uid) for uid, made in enumerate(make_mailbox(300), start=1)]
    subjects = [getattr(message, "subject", None) for message in await reader.read(mails, ours=OURS)]
    assert subjects == [made.subject for made in make_mailbox(300)]


async def test_a_mail_without_bytes_is_unreadable_and_those_around_it_are_read(reader: MailReader) -> None:
    first, held, last = await reader.read([whole(a_mail()), whole(b"\r\n"), whole(a_mail())], ours=OURS)
    assert isinstance(first, NewMessage)
    assert isinstance(last, NewMessage)
    assert held == Unreadable(code="mail_unreadable", detail="the mail has no bytes")


async def test_a_mail_is_read_from_its_parts(reader: MailReader) -> None:
    body = "<p>您好，价格请看附件。</p><p>谢谢</p>".encode()
    header = HEADER + b"Content-Type: text/html; charset=utf-8\r\n"
    parts, full = await reader.read(
        [in_parts(PAGE, header, _1=body), whole(header + b"\r\n" + body)], ours=OURS
    )
    assert isinstance(parts, NewMessage)
    assert parts == full


@pytest.mark.parametrize(
    ("mail", "reason"),
    [
        (in_parts(None, HEADER), "description"),
        (in_parts(PAGE, HEADER, _1=b"x" * 60), "description"),
        (in_parts(PAGE, HEADER + b"Content-Type: text/html\r\n"), "part 1"),
        (in_parts(PAGE, HEADER + b"Content-Type: text/html\r\n", _1=b""), "part 1"),
        (in_parts(PAGE, HEADER + b"Content-Type: text/html\r\n", _1=b"x"), "part 1"),
        (in_parts(PAGE, b"", _1=b"x" * 60), "description"),
    ],
    ids=["no structure", "another type", "no section", "an empty section", "too little", "no header"],
)
async def test_where_the_sections_make_no_mail_the_whole_is_wanted(
    reader: MailReader, mail: FetchedMail, reason: str
) -> None:
    (outcome,) = await reader.read([mail], ours=OURS)
    assert isinstance(outcome, WholeWanted)
    assert reason in outcome.reason


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
async def test_a_bomb_is_read_or_held_and_the_next_mail_is_read(reader: MailReader, bomb: str) -> None:
    raw = a_part("text/html; charset=utf-8", bomb)
    outcome, after = await reader.read([whole(raw), whole(a_mail("Subject: after"))], ours=OURS)
    assert isinstance(outcome, NewMessage | Unreadable)
    assert getattr(after, "subject", None) == "after"


async def test_a_mail_of_ten_megabytes_is_read(reader: MailReader) -> None:
    text = ("字" * 30 + "\n") * 110_000
    (message,) = await reader.read([whole(a_part("text/plain; charset=utf-8", text))], ours=OURS)
    assert isinstance(message, NewMessage)
    assert "仅显示开头" in message.content or "其余内容未保存" in message.content
