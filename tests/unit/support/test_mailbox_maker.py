"""The made mailbox is the truth of other tests, so it is held against the standard library's reader."""

import email
import email.message
import email.policy
from datetime import timedelta
from email.header import decode_header, make_header
from html.parser import HTMLParser

import pytest

from tests.support.made_mail import MadeMail, MadeMailbox
from tests.support.mailbox_maker import FOLDERS, SOME_DAY, make_mailbox

ODDITIES = {"to oneself", "bounce", "notice", "without date", "broken headers", "sent with a blind copy"}


@pytest.fixture(scope="module")
def mailbox() -> MadeMailbox:
    return make_mailbox(500, seed=7)


def test_the_same_seed_gives_the_same_mailbox_and_another_seed_another_one(mailbox: MadeMailbox) -> None:
    assert make_mailbox(500, seed=7) == mailbox
    assert make_mailbox(500, seed=8) != mailbox


def test_the_summary_adds_up(mailbox: MadeMailbox) -> None:
    assert len(mailbox) == sum(mailbox.per_folder.values()) == 500
    assert set(mailbox.per_folder) == set(FOLDERS)
    assert mailbox.distinct == 500 - 500 // 40 - 1
    assert sum(mailbox.per_direction.values()) == mailbox.distinct
    assert {mail.kind for mail in mailbox} == ODDITIES | {"received", "sent"}


def test_dates_differ_and_lie_in_the_days_before(mailbox: MadeMailbox) -> None:
    dates = [mail.internal_date for mail in mailbox.distinct_mails]
    assert len(set(dates)) == len(dates)
    assert dates == sorted(dates)
    assert SOME_DAY - timedelta(days=9) <= dates[0] < dates[-1] < SOME_DAY


def test_the_newest_sent_mail_counts_for_everybody_it_went_to(mailbox: MadeMailbox) -> None:
    for address, date in mailbox.newest_sent.items():
        sent = [mail for mail in mailbox.mails_of(address) if mail.direction == "sendto"]
        assert date == max(mail.internal_date for mail in sent)
    copied = {address for mail in mailbox for address in mail.also_to}
    assert copied <= set(mailbox.newest_sent) <= {customer.email for customer in mailbox.customers}


def test_every_script_and_shape_occurs(mailbox: MadeMailbox) -> None:
    everything = b"".join(mail.raw_bytes for mail in mailbox)
    for sign in (b"utf-8", b"gb2312", b"gb18030", b"big5", b"iso-8859-1", b"us-ascii"):
        assert b"charset=" + sign in everything
    for sign in (b"base64", b"quoted-printable", b"8bit"):
        assert b"Content-Transfer-Encoding: " + sign in everything
    for sign in (b"multipart/alternative", b"multipart/mixed", b"application/pdf", b"<script>"):
        assert sign in everything


def test_another_reader_finds_subject_date_and_text_as_told(mailbox: MadeMailbox) -> None:
    for mail in mailbox:
        parsed = email.message_from_bytes(mail.raw_bytes)
        assert parsed["Message-ID"].strip() == mail.message_id
        assert str(make_header(decode_header(parsed["Subject"]))) == mail.subject
        if mail.kind != "without date":
            assert email.utils.parsedate_to_datetime(parsed["Date"]) == mail.internal_date
        for paragraph in mail.paragraphs:
            assert paragraph in _text(parsed, mail)


def test_a_mailbox_without_room_for_the_oddities_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 20"):
        make_mailbox(19)


def _text(parsed: email.message.Message, mail: MadeMail) -> str:
    part = next(part for part in parsed.walk() if part.get_content_maintype() == "text")
    raw = part.get_payload(decode=True)
    assert isinstance(raw, bytes)
    label = part.get_content_charset() or "ascii"
    text = raw.decode("ascii" if mail.kind == "broken headers" else {"gb2312": "gbk"}.get(label, label))
    return _TextOf(text).text if part.get_content_subtype() == "html" else text


class _TextOf(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.text = ""
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.text += data
