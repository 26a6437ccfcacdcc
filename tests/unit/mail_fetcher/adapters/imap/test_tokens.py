"""Tokens of tidy answers and of untidy ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mycrm_mail_fetcher.adapters.imap.framing import Answer
from mycrm_mail_fetcher.adapters.imap.tokens import DEEPEST, Atom, Token, tokens


def read(*texts: bytes, literals: tuple[bytes, ...] = ()) -> list[Token]:
    return tokens(Answer(texts, literals))


def test_lists_strings_numbers_and_nothing_are_told_apart() -> None:
    found = read(b'* LIST (\\Sent \\Marked) NIL "a \\"b\\" \\\\c" 12 "NIL" ()')
    assert found == [b"LIST", [b"\\Sent", b"\\Marked"], None, b'a "b" \\c', b"12", b"NIL", []]
    assert [isinstance(token, Atom) for token in found] == [True, False, False, False, True, False, False]


def test_an_answer_without_its_star_is_the_same_answer() -> None:
    assert read(b"* 5 FETCH (UID 1)") == read(b"5 FETCH (UID 1)") == [b"5", b"FETCH", [b"UID", b"1"]]


def test_a_literal_stands_where_it_was_whatever_is_in_it() -> None:
    found = read(b"* 5 FETCH (BODY[TEXT] ", b" UID 7)", literals=(b'* ") (NIL',))
    assert found[2] == [b"BODY[TEXT]", b'* ") (NIL', b"UID", b"7"]


def test_the_name_of_a_section_is_one_token() -> None:
    found = read(b"* 5 FETCH (BODY[HEADER.FIELDS (DATE FROM)]<0> x FLAGS ([Gmail]/Sent $[ b])")
    assert found[2] == [
        b"BODY[HEADER.FIELDS (DATE FROM)]<0>",
        b"x",
        b"FLAGS",
        [b"[Gmail]/Sent", b"$[", b"b]"],
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"* 5 FETCH (UID 19436 )", [b"5", b"FETCH", [b"UID", b"19436"]]),
        (b"* 5 FETCH  ( UID  1\t)  ", [b"5", b"FETCH", [b"UID", b"1"]]),
        (b"* 5 FETCH (UID 1", [b"5", b"FETCH", [b"UID", b"1"]]),
        (b"* 5 FETCH (UID 1))) X", [b"5", b"FETCH", [b"UID", b"1"], b"X"]),
        (b'* 5 FETCH (UID 1 X "a (b', [b"5", b"FETCH", [b"UID", b"1", b"X", b"a (b"]]),
        (b'* X "ends in \\', [b"X", b"ends in "]),
        (b"* 5 FETCH (BODY[TEXT UID 1)", [b"5", b"FETCH", [b"BODY[TEXT UID 1)"]]),
        (b"* X a\0b", [b"X", b"a", b"b"]),
        (b'* X"a"(b)c', [b"X", b"a", [b"b"], b"c"]),
        (b"", []),
    ],
)
def test_untidy_answers_are_read_as_far_as_they_go(text: bytes, expected: list[Token]) -> None:
    assert read(text) == expected


def test_what_is_nested_too_deep_is_flattened_and_what_follows_is_not_lost() -> None:
    levels = DEEPEST * 3
    found = read(b"* X " + b"(" * levels + b"inside" + b")" * levels + b" (UID 1)")
    assert found[0] == b"X"
    assert found[2] == [b"UID", b"1"]


@given(st.binary(max_size=200), st.lists(st.binary(max_size=5), max_size=3))
def test_no_bytes_are_an_error(text: bytes, literals: list[bytes]) -> None:
    read(*[text] * (len(literals) + 1), literals=tuple(literals))


def _written(token: Token) -> bytes:
    if token is None:
        return b"NIL"
    if isinstance(token, list):
        return b"(" + b" ".join(_written(inner) for inner in token) + b")"
    if isinstance(token, Atom):
        return bytes(token)
    return b'"' + token.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


_atoms = (
    st.from_regex(rb"[A-Za-z0-9\\$._+-]+", fullmatch=True)
    .filter(lambda word: word.upper() != b"NIL")
    .map(Atom)
)
_leaves = st.none() | _atoms | st.binary(max_size=20)
_trees: st.SearchStrategy[list[Token]] = st.lists(
    st.recursive(_leaves, lambda inner: st.lists(inner, max_size=4), max_leaves=20), max_size=6
)


@given(_trees)
def test_what_is_written_by_the_book_is_read_as_it_was_meant(tree: list[Token]) -> None:
    assert read(b" ".join([b"*", *map(_written, tree)])) == tree
