"""What MyCRM keeps of a mail: the everyday shapes, and one of each oddity."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest

from mycrm_mail_fetcher.domain.mail import Address, Mark, Recipient
from tests.unit.mail_fetcher.domain.letters import ARRIVED, a_mail, read, shown


def test_an_everyday_mail_is_read_whole() -> None:
    mail = read(
        a_mail(
            "From: =?gb2312?B?1cXI/Q==?= <Zhang@Example.CN>",
            'To: "Li, Si" <li@example.com>, b@example.com',
            "Cc: c@example.com",
            "Bcc: d@example.com",
            "Subject: =?utf-8?B?5oql5Lu3?=",
            "Date: Tue, 05 Mar 2024 14:03:22 +0800",
            "Message-ID: <1@example.cn>",
            body="Hello\n\nSee you",
        )
    )
    assert mail.sender == Address(name="张三", email="Zhang@example.cn")
    assert mail.recipients == (
        Recipient(role="to", name="Li, Si", email="li@example.com"),
        Recipient(role="to", name="", email="b@example.com"),
        Recipient(role="cc", name="", email="c@example.com"),
        Recipient(role="bcc", name="", email="d@example.com"),
    )
    assert (mail.subject, mail.message_id) == ("报价", "1@example.cn")
    assert mail.date == datetime(2024, 3, 5, 6, 3, 22, tzinfo=UTC)
    assert mail.html == "Hello<br>\n<br>\nSee you"
    assert (mail.bounce, mail.attachments, mail.mark, mail.references) == (None, (), Mark.NONE, ())


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("gb2312", "gbk", "朱镕基的報價，頭髮"),
        ("big5", "big5hkscs", "報價單附上"),
        ("utf-8", "utf-8", "新年快乐🎉"),
        ("x-no-such", "gb18030", "您好，附件是报价单"),
        ("iso-8859-1", "cp1252", "Grüße aus München €"),
    ],
)
@pytest.mark.parametrize("encoding", ["8bit", "base64", "quoted-printable"])
def test_text_in_the_charsets_of_the_trade_is_read(label: str, codec: str, text: str, encoding: str) -> None:
    raw = text.encode(codec)
    if encoding == "base64":
        body = b64encode(raw)
    else:
        body = raw if encoding == "8bit" else b"".join(b"=%02X" % byte for byte in raw)
    mail = a_mail(
        f"Content-Type: text/plain; charset={label}", f"Content-Transfer-Encoding: {encoding}", body=body
    )
    assert shown(mail) == text


def test_raw_8_bit_headers_are_read() -> None:
    mail = read(a_mail("From: 王小明 <w@x.example>".encode("gbk"), "Subject: 报价单".encode("gbk")))
    assert (mail.sender.name, mail.subject) == ("王小明", "报价单")


def test_a_mail_without_from_date_and_subject_is_read() -> None:
    mail = read(a_mail("To: a@x.example"))
    assert (mail.sender, mail.subject, mail.date) == (Address(name="", email=""), "", ARRIVED)


def test_sender_stands_in_only_for_a_missing_from() -> None:
    assert read(a_mail("Sender: s@x.example")).sender.email == "s@x.example"
    assert read(a_mail("From: f@x.example", "Sender: s@x.example")).sender.email == "f@x.example"
    assert read(a_mail("From: Name Only", "Sender: s@x.example")).sender.email == "s@x.example"
    assert read(a_mail("From: Name Only")).sender == Address(name="Name Only", email="")


def test_several_authors_are_all_known() -> None:
    mail = read(a_mail("From: a@x.example, B <b@x.example>"))
    assert mail.sender.email == "a@x.example"
    assert mail.other_senders == (Address(name="B", email="b@x.example"),)


def test_an_arrival_in_another_zone_is_stored_in_utc() -> None:
    shanghai = ARRIVED.astimezone(tz=None) + timedelta(0)
    assert read(a_mail("To: a@x.example"), arrived=shanghai).date.tzinfo is UTC


@pytest.mark.parametrize(
    ("field", "automatic"),
    [
        ("Auto-Submitted: auto-replied", True),
        ("Auto-Submitted: auto-generated (vacation)", True),
        ("Auto-Submitted: no", False),
        ("X-Autoreply: yes", True),
        ("Precedence: auto_reply", True),
        ("Subject: 自动回复: 报价", True),
        ("Subject: Re: 报价", False),
    ],
)
def test_answers_of_machines_are_known(field: str, *, automatic: bool) -> None:
    assert read(a_mail(field)).mark is (Mark.AUTO if automatic else Mark.NONE)


@pytest.mark.parametrize(
    ("field", "is_list"),
    [
        ("List-Id: <l.x.example>", True),
        ("List-Unsubscribe: <mailto:u@x.example>", True),
        ("Precedence: bulk", True),
        ("Precedence: first-class", False),
    ],
)
def test_mail_to_many_is_known(field: str, *, is_list: bool) -> None:
    assert read(a_mail(field)).mark is (Mark.LIST if is_list else Mark.NONE)


def test_a_machine_that_answers_through_a_list_is_a_machine() -> None:
    assert read(a_mail("List-Id: <l.x.example>", "Auto-Submitted: auto-replied")).mark is Mark.AUTO


class TestConversation:
    def test_the_mails_before_it_are_named_once_the_oldest_first(self) -> None:
        mail = read(
            a_mail(
                "In-Reply-To: <c@x> (sent today)", "References: <a@x>\r\n <b@x> < c@x >", "References: <d@x>"
            )
        )
        assert mail.references == ("a@x", "b@x", "c@x", "d@x")

    def test_of_a_long_line_the_first_and_the_last_are_kept(self) -> None:
        mail = read(
            a_mail("References: " + " ".join(f"<{n}@x>" for n in range(1000)), "In-Reply-To: <last@x>")
        )
        assert (mail.references[0], mail.references[-1], len(mail.references)) == ("0@x", "last@x", 50)

    @pytest.mark.parametrize("value", ["", "your mail of Monday", "<>", "<<>>", "<" + "a" * 2000 + ">"])
    def test_what_is_no_id_is_passed_over(self, value: str) -> None:
        assert read(a_mail(f"In-Reply-To: {value}")).references == ()


def test_the_digest_follows_the_text_not_its_transport() -> None:
    plain = a_mail("Content-Type: text/plain; charset=utf-8", body="报价\n单")
    packed = a_mail(
        "Content-Type: text/plain; charset=gbk", "Content-Transfer-Encoding: base64",
        body=b64encode("报价\r\n单".encode("gbk")),
    )  # fmt: skip
    assert read(plain).text_digest == read(packed).text_digest
    assert read(plain).text_digest != read(a_mail(body="other")).text_digest
    assert len(read(plain).text_digest) == 32
