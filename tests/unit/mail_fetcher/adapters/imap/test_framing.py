"""Whole answers out of any pieces, and never more than there is room for."""

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mycrm_mail_fetcher.adapters.imap.framing import OVERHEAD, Answer, Framer, ProtocolViolationError, Room

STREAM = (
    b"* OK hello {3}\r\n"
    b"* 1 FETCH (UID 1 BODY[HEADER] {6}\r\na\r\n{2} X {0}\r\n Y ~{3+}\r\n)))\r\n"
    b"\r\n"
    b"* LIST () NIL {5}\r\n* b (\r\n"
    b"+ go on {9}\r\n"
    b"A1 OK done {4}\r\n"
)
ANSWERS = [
    Answer((b"* OK hello {3}",)),
    Answer((b"* 1 FETCH (UID 1 BODY[HEADER] ", b" X ", b" Y ", b""), (b"a\r\n{2}", b"", b")))")),
    Answer((b"",)),
    Answer((b"* LIST () NIL ", b""), (b"* b (",)),
    Answer((b"+ go on {9}",)),
    Answer((b"A1 OK done {4}",)),
]


def framed(chunks: Iterable[bytes], room: Room | None = None) -> list[Answer]:
    framer = Framer(room or Room())
    return [answer for chunk in chunks for answer in framer.feed(chunk)]


def pieces(data: bytes, cuts: Iterable[int]) -> list[bytes]:
    edges = [0, *sorted(cuts), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


@given(st.lists(st.integers(0, len(STREAM)), max_size=20))
def test_answers_do_not_depend_on_how_the_stream_is_cut(cuts: list[int]) -> None:
    assert framed(pieces(STREAM, cuts)) == ANSWERS


def test_answers_in_single_bytes_are_the_same_answers() -> None:
    assert framed(STREAM[index : index + 1] for index in range(len(STREAM))) == ANSWERS


def test_an_unfinished_answer_is_not_clean() -> None:
    framer = Framer(Room())
    assert framer.clean
    for unfinished in (b"* OK", b" hello\r\n* LIST {5}\r\n", b"12345"):
        list(framer.feed(unfinished))
        assert not framer.clean
    assert list(framer.feed(b"\r\n")) == [Answer((b"* LIST ", b""), (b"12345",))]
    assert framer.clean


def test_a_long_literal_is_kept_up_to_its_room_and_read_over_beyond() -> None:
    stream = b"* 1 FETCH ({10}\r\n0123456789 {3}\r\nabc)\r\nA1 OK\r\n"
    for size in (1, 7, len(stream)):
        chunks = pieces(stream, range(0, len(stream), size))
        assert framed(chunks, Room(literal=4)) == [
            Answer((b"* 1 FETCH (", b" ", b")"), (b"0123", b"abc")),
            Answer((b"A1 OK",)),
        ]


@pytest.mark.parametrize(
    ("stream", "room"),
    [
        (b"* " + b"x" * 100, Room(line=99)),
        (b"* " + b"x" * 100 + b"\r\n", Room(line=99)),
        (b"* 1 FETCH {101}\r\n", Room(literal_refused=100)),
        (b"* 1 FETCH {99999999999999999999}\r\n", Room()),
        (b"* 1 EXISTS\r\n" * 11, Room(total=100 + 10 * OVERHEAD)),
        (b"* 1 FETCH {60}\r\n" + b"x" * 60 + b" {60}\r\n" + b"x" * 60, Room(total=100 + 2 * OVERHEAD)),
        (b"*\r\n" * 1000, Room(total=100_000)),
    ],
)
def test_more_than_there_is_room_for_is_refused(stream: bytes, room: Room) -> None:
    with pytest.raises(ProtocolViolationError):
        framed([stream], room)


def test_each_command_has_its_own_account() -> None:
    room = Room(total=20 + OVERHEAD)
    framer = Framer(room)
    for _ in range(10):
        framer.allow(room)
        assert len(list(framer.feed(b"* 1234567 EXISTS\r\n"))) == 1


def test_what_was_read_over_costs_no_room() -> None:
    stream = b"* 1 FETCH {1000}\r\n" + b"x" * 1000 + b"\r\n"
    assert len(framed([stream], Room(literal=10, total=50 + 2 * OVERHEAD))) == 1


CUTTING = Room(line=200, line_refused=2000)


def test_a_long_line_is_cut_in_its_middle_and_what_follows_is_whole() -> None:
    stream = b"* 1 FETCH (" + b"x" * 1500 + b" BODY[] {5}\r\nab\r\nc)\r\n* 2 EXISTS\r\n"
    for size in (1, 7, 199, len(stream)):
        long, short = framed(pieces(stream, range(0, len(stream), size)), CUTTING)
        assert long.is_cut
        assert not short.is_cut
        assert long.texts[0].startswith(b"* 1 FETCH (xxx")
        assert long.texts[0].endswith(b"xxx BODY[] ")
        assert len(long.texts[0]) <= 200 + 64
        assert (long.texts[1:], long.literals) == ((b")",), (b"ab\r\nc",))
        assert short == Answer((b"* 2 EXISTS",))


@pytest.mark.parametrize("end", [b"", b"\r\n"])
def test_a_line_that_is_far_too_long_is_refused_even_if_it_could_be_cut(end: bytes) -> None:
    stream = b"* " + b"x" * 2500 + end
    for size in (1, 100, 199, 1000, len(stream)):
        with pytest.raises(ProtocolViolationError, match="longer than 2000"):
            framed(pieces(stream, range(0, len(stream), size)), CUTTING)


def test_a_line_of_just_the_length_is_not_cut() -> None:
    line = b"* " + b"x" * 198
    assert framed([line + b"\r\n"], CUTTING) == [Answer((line,))]
