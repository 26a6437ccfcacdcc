"""BODYSTRUCTURE as servers write it, well and badly: a structure where it is certain, none where it is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mycrm_mail_fetcher.adapters.imap.answers import fetched_items
from mycrm_mail_fetcher.adapters.imap.framing import Answer
from mycrm_mail_fetcher.adapters.imap.structures import DEEPEST, MOST_PARTS, structure
from mycrm_mail_fetcher.domain.structure import Structure

TEXT = b'("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "7BIT" 12 1 NIL NIL NIL NIL)'
HTML = b'("text" "html" NIL NIL NIL "quoted-printable" 99 3)'
ENVELOPE = b"(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)"


def told(written: bytes, *literals: bytes) -> Structure | None:
    """The structure in an answer; each {} in the text stands for a literal."""
    texts = (b"* 7 FETCH (UID 9 BODYSTRUCTURE " + written + b" RFC822.SIZE 5)").split(b"{}")
    ((uid, items),) = fetched_items(Answer(tuple(texts), literals))
    assert uid == 9
    return structure(items.get(b"BODYSTRUCTURE"))


def certain(written: bytes, *literals: bytes) -> Structure:
    found = told(written, *literals)
    assert found is not None
    return found


def outline(written: bytes) -> list[str]:
    return [f"{part.section} {part.content_type}" for part in certain(written).walk()]


def test_a_single_part_is_told_with_all_that_matters() -> None:
    written = (
        b'("Text" "HTML" ("CharSet" "GB2312" "Name" "a.html") "<1@example.com>" "a description" "Base64" 1234 17'
        b' NIL ("ATTACHMENT" ("FileName" "=?gbk?b?xOM=?=")) ("en" "zh") NIL)'
    )
    assert certain(written) == Structure(
        section="1",
        content_type="text/html",
        type_parameters=((b"charset", b"GB2312"), (b"name", b"a.html")),
        content_id=b"<1@example.com>",
        encoding="base64",
        size=1234,
        disposition="attachment",
        disposition_parameters=((b"filename", b"=?gbk?b?xOM=?="),),
    )


def test_a_multipart_numbers_its_parts_and_may_say_nothing_else_of_itself() -> None:
    assert outline(b"(" + TEXT + HTML + b' "ALTERNATIVE")') == [
        " multipart/alternative",
        "1 text/plain",
        "2 text/html",
    ]


def test_a_multipart_tells_its_parameters_and_its_disposition() -> None:
    found = certain(b"(" + TEXT + b' "mixed" ("boundary" "x(y" "type" NIL) ("inline" NIL) NIL NIL)')
    assert found.type_parameters == ((b"boundary", b"x(y"), (b"type", b""))
    assert found.disposition == "inline"


def test_multiparts_inside_multiparts() -> None:
    inner = b"(" + TEXT + HTML + b' "alternative" NIL NIL NIL)'
    assert outline(b"((" + inner + TEXT + b' "related")' + TEXT + b' "mixed")') == [
        " multipart/mixed",
        "1 multipart/related",
        "1.1 multipart/alternative",
        "1.1.1 text/plain",
        "1.1.2 text/html",
        "1.2 text/plain",
        "2 text/plain",
    ]


def mail(inner: bytes) -> bytes:
    return b'("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 500 ' + ENVELOPE + b" " + inner + b" 20 NIL NIL NIL NIL)"


def test_mails_inside_mails_number_anew_below_their_own_number() -> None:
    both = b"(" + TEXT + HTML + b' "alternative")'
    assert outline(b"(" + TEXT + mail(both) + mail(mail(HTML)) + b' "mixed")') == [
        " multipart/mixed",
        "1 text/plain",
        "2 message/rfc822",
        "2.TEXT multipart/alternative",
        "2.1 text/plain",
        "2.2 text/html",
        "3 message/rfc822",
        "3.1 message/rfc822",
        "3.1.1 text/html",
    ]
    assert outline(mail(both)) == [
        "1 message/rfc822",
        "1.TEXT multipart/alternative",
        "1.1 text/plain",
        "1.2 text/html",
    ]


def test_the_disposition_of_a_mail_inside_a_mail_stands_behind_its_own() -> None:
    inner = b'("text" "plain" NIL NIL NIL "7bit" 3 1 NIL ("inline" NIL) NIL NIL)'
    outer = b'("message" "rfc822" NIL NIL NIL "7bit" 9 %s %s 1 NIL ("attachment" ("filename" "a.eml")))'
    found = certain(outer % (ENVELOPE, inner))
    assert (found.disposition, found.children[0].disposition) == ("attachment", "inline")


def test_literals_may_stand_for_any_string() -> None:
    found = certain(b'("text" {} ("name" {}) NIL {} "7bit" 3 1)', b"plain", b'a ("b" {3}\r\n.txt', b")))")
    assert found.content_type == "text/plain"
    assert found.type_parameters == ((b"name", b'a ("b" {3}\r\n.txt'),)


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(b'("TEXT" "PLAIN" NIL NIL NIL NIL 12 NIL)', id="nothing but a type and a size"),
        pytest.param(b'("TEXT" "PLAIN" () NIL NIL "7BIT" 12 1)', id="no parameters in brackets"),
        pytest.param(b'("TEXT" "PLAIN" "utf-8" NIL NIL "7BIT" 12 1)', id="a string for parameters (Domino)"),
        pytest.param(b'("TEXT" "PLAIN" ("charset") NIL NIL "7BIT" 12 1)', id="half a parameter"),
        pytest.param(b'("TEXT" "PLAIN" NIL NIL NIL "7BIT" "12" "1")', id="numbers in quotation marks"),
        pytest.param(b'("TEXT" "PLAIN" NIL NIL NIL "7BIT" 12 -1)', id="minus one lines"),
        pytest.param(b'("TEXT" "PLAIN" NIL NIL NIL "7BIT" 12)', id="no lines at all"),
        pytest.param(b'( "TEXT"  "PLAIN" NIL NIL NIL "7BIT" 12 1 )', id="blanks beside the brackets (QQ)"),
        pytest.param(
            b'("TEXT" "PLAIN " NIL NIL NIL "7BIT" 12 1 NIL NIL NIL NIL NIL NIL)', id="more than there is"
        ),
    ],
)
def test_odd_ways_to_write_a_plain_text_are_one(odd: bytes) -> None:
    found = certain(odd)
    assert (found.section, found.content_type, found.size, found.disposition) == ("1", "text/plain", 12, "")


@pytest.mark.parametrize(
    "rest",
    [
        b'NIL ("attachment" NIL) NIL NIL',
        b'("attachment" NIL)',
        b'"attachment"',
        b'NIL "ATTACHMENT" NIL',
        b'"d41d8cd98f00b204e9800998ecf8427e" ("Attachment" ("filename")) "en"',
    ],
)
def test_an_attachment_is_one_wherever_the_server_says_so(rest: bytes) -> None:
    assert certain(b'("image" "png" NIL NIL NIL "base64" 12 ' + rest + b")").disposition == "attachment"


def test_a_mail_inside_that_gmail_cannot_read_is_a_file() -> None:
    found = certain(b'("MESSAGE" "RFC822" ("NAME" "a.eml") NIL NIL "7BIT" 99 NIL ("ATTACHMENT" NIL) NIL)')
    assert (found.disposition, found.children) == ("attachment", ())


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(b"NIL", id="nothing"),
        pytest.param(b"()", id="an empty mail"),
        pytest.param(b'"text"', id="a word"),
        pytest.param(b"(" + TEXT + b"() " + b'"mixed")', id="an empty part"),
        pytest.param(b'(NIL "mixed" ("boundary" "x") NIL NIL)', id="a multipart of nothing (Exchange)"),
        pytest.param(b'("mixed" ("boundary" "x") NIL NIL)', id="a multipart of nothing (QQ)"),
        pytest.param(b"(" + TEXT + b")", id="a multipart without a name"),
        pytest.param(b"(" + TEXT + b' ("mixed"))', id="a name in brackets"),
        pytest.param(b"(" + TEXT + b" NIL)", id="a multipart without a type"),
        pytest.param(b'(NIL NIL NIL NIL NIL "7BIT" 12 1)', id="a part without a type"),
        pytest.param(b'("TEXT" NIL NIL NIL NIL "7BIT" 12 1)', id="half a type"),
        pytest.param(b'("TEXT" "PLAIN; x" NIL NIL NIL "7BIT" 12 1)', id="a type that is none"),
        pytest.param(b'("TEXT" "PLAIN" NIL NIL NIL "7BIT" -1 1)', id="minus one bytes"),
        pytest.param(b'("TEXT" "PLAIN" NIL NIL NIL "7BIT" NIL NIL)', id="no size"),
        pytest.param(
            b'("TEXT" "PLAIN" NIL NIL "7BIT" 12 1)', id="a field less, so that nothing stands in its place"
        ),
        pytest.param(b'("TEXT" "PLAIN" NIL NIL NIL ("7BIT") 12 1)', id="an encoding in brackets"),
        pytest.param(
            b'("TEXT" "PLAIN" NIL NIL NIL "7BIT" ' + b"9" * 40 + b" 1)", id="a size beyond any sense"
        ),
        pytest.param(b'("TEXT" "PLAIN" NIL NIL NIL "7BIT" 12 1', id="a bracket too few"),
        pytest.param(TEXT + b")", id="a bracket too many"),
        pytest.param(b"(" * (DEEPEST + 1) + TEXT + b' "mixed")' * (DEEPEST + 1), id="too deep"),
        pytest.param(b"(" * 5000 + TEXT + b' "mixed")' * 5000, id="far too deep"),
        pytest.param(b"(" + TEXT * MOST_PARTS + b' "mixed")', id="too many"),
    ],
)
def test_what_is_not_certain_is_no_structure(written: bytes) -> None:
    assert told(written) is None


def test_the_largest_and_deepest_that_is_taken() -> None:
    assert len(certain(b"(" + TEXT * (MOST_PARTS - 1) + b' "mixed")').children) == MOST_PARTS - 1
    assert len(outline(b"(" * DEEPEST + TEXT + b' "mixed")' * DEEPEST)) == DEEPEST + 1


def test_a_quotation_mark_without_end_is_no_structure_but_the_answer_counts() -> None:
    ((uid, items),) = fetched_items(Answer((b'* 7 FETCH (UID 9 RFC822.SIZE 5 BODYSTRUCTURE ("text" "pla',)))
    assert (uid, items) == (9, {b"UID": b"9", b"RFC822.SIZE": b"5"})


words = st.sampled_from(
    [
        b"(",
        b")",
        b"NIL",
        b'"TEXT"',
        b'"mixed"',
        b'"rfc822"',
        b'"MESSAGE"',
        b"12",
        b'"a(',
        b"-1",
        b"{}",
        TEXT,
        HTML,
    ]
)


@given(st.lists(words, max_size=40))
def test_any_words_are_a_structure_or_none(written: list[bytes]) -> None:
    text = b"* 7 FETCH (UID 9 BODYSTRUCTURE " + b" ".join(written)
    for _, items in fetched_items(Answer((text,))):
        found = structure(items.get(b"BODYSTRUCTURE"))
        assert found is None or all(part.content_type for part in found.walk())
