"""A description that is understood by its shape says what it says when it is read word by word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mycrm_mail_fetcher.adapters.imap.answers import fetched_items
from mycrm_mail_fetcher.adapters.imap.framing import Answer
from mycrm_mail_fetcher.adapters.imap.shapes import Description, described
from mycrm_mail_fetcher.adapters.imap.structures import structure
from mycrm_mail_fetcher.adapters.imap.tokens import tokens_and_soundness
from mycrm_mail_fetcher.domain.structure import Structure

PLAIN = b'("text" "plain" ("charset" "utf-8") NIL NIL "base64" %d 65 NIL NIL NIL NIL)'
PAIR = b'(%b%b "alternative" ("boundary" "%b") NIL NIL NIL)'
NAMED = (
    b'("application" "pdf" ("name" "%b") NIL NIL "base64" %d NIL ("attachment" ("filename" "%b")) NIL NIL)'
)


def word_by_word(told: bytes) -> Structure | None:
    found, is_sound = tokens_and_soundness(Answer((told,)))
    return structure(found[0]) if is_sound and len(found) == 1 else None


@pytest.mark.parametrize("size", [0, 1, 4820, 900_000_000_001, 9_999_999_999_999])
@pytest.mark.parametrize("boundary", [b"alt", b"900000000001", b'" "', b"a 12 b", b'\\"', b""])
def test_sizes_and_boundaries_are_those_of_this_mail(size: int, boundary: bytes) -> None:
    for told in (PLAIN % size, PAIR % (PLAIN % 1, PLAIN % size, boundary)):
        assert described(Description(told)) == word_by_word(told)


@pytest.mark.parametrize(
    "name", [b"offer.pdf", b"offer 12 of 2026.pdf", b"9000000 12 ", b'\\"boundary\\" \\"x\\" 7 ']
)
def test_a_number_in_a_name_is_no_size(name: bytes) -> None:
    for number in (12, 13):
        told = NAMED % (name.replace(b"12", b"%d" % number), 7, name.replace(b"12", b"%d" % number))
        assert described(Description(told)) == word_by_word(told)


@given(
    st.lists(
        st.sampled_from(
            [b"(", b")", b" ", b'"', b"\\", b"12", b" 7 ", b" 8)", b'"boundary" "x"', b"NIL", b"TEXT", b'"a"']
        )
        | st.sampled_from([PLAIN % 3, PAIR % (PLAIN % 4, PLAIN % 5, b"b"), NAMED % (b"n", 6, b"n")]),
        max_size=12,
    ).map(b"".join)
)
def test_whatever_is_told_means_the_same(told: bytes) -> None:
    assert described(Description(told)) == word_by_word(told)
    assert described(Description(b"(" + told + b' "mixed")')) == word_by_word(b"(" + told + b' "mixed")')


HEADS = [
    b'* 7 FETCH (UID 9 INTERNALDATE "14-Nov-2026 01:37:16 +0000" RFC822.SIZE 10184 BODYSTRUCTURE %b BODY[HEADER] ',
    b'* 7 FETCH (BODYSTRUCTURE %b INTERNALDATE "14-Nov-2026 01:37:16 +0000" RFC822.SIZE 10184 UID 9 BODY[HEADER] ',
    b'* 7 fetch (uid 9  INTERNALDATE "14-Nov-2026 01:37:16 +0000" RFC822.SIZE 10184 BODYSTRUCTURE %b BODY[HEADER] ',
]


@pytest.mark.parametrize("told", HEADS)
def test_a_head_says_the_same_in_any_order(told: bytes) -> None:
    written = PAIR % (PLAIN % 1, PLAIN % 2, b"alt")
    ((uid, items),) = fetched_items(Answer((told % written, b")"), (b"Subject: x\r\n\r\n",)))
    assert (uid, described(items.pop(b"BODYSTRUCTURE"))) == (9, word_by_word(written))
    assert items == {
        b"UID": b"9",
        b"INTERNALDATE": b"14-Nov-2026 01:37:16 +0000",
        b"RFC822.SIZE": b"10184",
        b"BODY[HEADER]": b"Subject: x\r\n\r\n",
    }


@pytest.mark.parametrize("blanks", [b"", b" "])
def test_sections_go_by_their_names(blanks: bytes) -> None:
    texts = (b"* 7 FETCH (UID 9 BODY[1]<0> ", b" BODY[2.MIME] ", b"%b)" % blanks)
    assert list(fetched_items(Answer(texts, (b"one", b"two")))) == [
        (9, {b"UID": b"9", b"BODY[1]<0>": b"one", b"BODY[2.MIME]": b"two"})
    ]
