"""What answers mean, keyed by what they say themselves."""

import datetime as dt

import pytest

from mycrm_mail_fetcher.adapters.imap import answers
from mycrm_mail_fetcher.adapters.imap.framing import Answer
from mycrm_mail_fetcher.domain.uid_sets import UidSet
from mycrm_mail_fetcher.ports import FolderStatus, RemoteFolder


def lines(*texts: bytes) -> list[Answer]:
    return [Answer((text,)) for text in texts]


def date_of(written: bytes) -> dt.datetime | None:
    return answers.internal_date({b"INTERNALDATE": written})


def test_capabilities_are_words_in_capitals() -> None:
    assert answers.capabilities(lines(b"* CAPABILITY imap4rev1 Id AUTH=PLAIN", b"* 3 EXISTS")) == {
        "IMAP4REV1",
        "ID",
        "AUTH=PLAIN",
    }


def test_a_folder_without_a_name_is_none() -> None:
    told = lines(b'* LIST () "/" NIL', b'* LIST () "/" ""', b'* LIST () "/"', b"* LIST", b"* 3 EXISTS")
    assert answers.folders(told) == []


def test_a_folder_keeps_its_wire_name_and_its_use() -> None:
    told = lines(
        b'* LIST (\\HasNoChildren \\Sent) "/" "&XfJT0ZAB-"',
        b'* list (\\NOSELECT) NIL 2026 ("CHILDINFO" ("SUBSCRIBED"))',
    )
    assert answers.folders(told) == [
        RemoteFolder(name="已发送", wire_name="&XfJT0ZAB-", special_use="sent", selectable=True),
        RemoteFolder(name="2026", wire_name="2026", special_use="", selectable=False),
    ]


def test_the_status_of_a_folder_is_three_numbers_in_any_order() -> None:
    told = Answer((b"* STATUS ", b" (UIDNEXT 9 UIDVALIDITY 7 MESSAGES 3)"), (b"odd ( name",))
    assert answers.folder_status([told]) == FolderStatus(messages=3, uid_next=9, uid_validity=7)


@pytest.mark.parametrize(
    "text", [b"* STATUS INBOX ()", b"* STATUS INBOX", b"* STATUS INBOX (MESSAGES 3)", b"* 3 EXISTS"]
)
def test_a_status_without_its_numbers_is_none(text: bytes) -> None:
    assert answers.folder_status(lines(text)) is None


def test_opening_tells_numbers_and_what_is_not_told_is_zero() -> None:
    told = lines(
        b"* FLAGS (\\Seen)", b"* 17 EXISTS", b"* OK [UIDVALIDITY 4294967295] ok", b"* OK [UNSEEN 3] x"
    )
    assert answers.opened_status(told) == FolderStatus(messages=17, uid_next=0, uid_validity=4294967295)


def test_a_search_may_be_answered_in_pieces_and_name_no_mail_number_zero() -> None:
    told = lines(b"* SEARCH 3 1", b"* SEARCH", b"* 9 EXISTS", b"* search 2 0 (MODSEQ 99)", b"* SEARCHED 5")
    assert answers.found_uids(told) == UidSet([1, 2, 3])


def test_items_of_one_mail_may_come_apart_and_news_about_others_in_between() -> None:
    told = lines(
        b"* 1 FETCH (UID 5 RFC822.SIZE 9)",
        b"* 2 FETCH (FLAGS (\\Seen))",
        b"* 3 EXPUNGE",
        b"5 FETCH (INTERNALDATE x UID 5)",
        b"* 1 FETCHED (UID 6)",
        b"* 1 FETCH (UID 0 RFC822.SIZE 1)",
        b"* 1 FETCH (UID x RFC822.SIZE 1)",
        b"* 1 FETCH NIL",
    )
    assert answers.fetched(told) == {5: {b"UID": b"5", b"RFC822.SIZE": b"9", b"INTERNALDATE": b"x"}}


def test_a_section_is_found_with_or_without_its_offset_and_nil_is_none() -> None:
    answer = Answer(
        (b"* 1 FETCH (UID 5 body[]<0> ", b' BODY[HEADER] "h" BODY[TEXT] NIL BODY[MIME] atom)'), (b"text",)
    )
    items = answers.fetched([answer])[5]
    assert answers.section(items, b"BODY[]", b"RFC822") == b"text"
    assert answers.section(items, b"BODY[HEADER]") == b"h"
    assert answers.section(items, b"BODY[TEXT]") is None
    assert answers.section(items, b"BODY[MIME]") is None
    assert answers.section(items, b"RFC822") is None


@pytest.mark.parametrize("written", [b"x", b"-1", b"9" * 5000, b""])
def test_a_size_that_is_no_number_is_none(written: bytes) -> None:
    assert answers.size({b"RFC822.SIZE": written}) is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (b"01-Mar-2026 08:00:00 +0800", "2026-03-01T00:00:00"),
        (b" 1-Mar-2026 08:00:00 +0800", "2026-03-01T00:00:00"),
        (b"1-mar-2026 8:00:00 +0800", "2026-03-01T00:00:00"),
        (b"28-Feb-2026 19:30:00 -0430", "2026-03-01T00:00:00"),
        (b"01-MAR-2026 00:00:00", "2026-03-01T00:00:00"),
        (b"01-Mar-2026 00:00:00 +9900", "2026-03-01T00:00:00"),
    ],
)
def test_dates_of_every_manner_are_read_as_utc(written: bytes, expected: str) -> None:
    assert date_of(written) == dt.datetime.fromisoformat(expected).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "written",
    [b"", b"NIL", b"31-Feb-2026 00:00:00 +0000", b"01-Foo-2026 00:00:00 +0000", b"01-Jan-0000 00:00:00 +0000",
     b"01-Jan-0001 00:00:00 +2300", b"01-Mar-2026 25:00:00 +0000", b"2026-03-01T00:00:00Z"],
)  # fmt: skip
def test_what_is_no_date_is_none(written: bytes) -> None:
    assert date_of(written) is None
