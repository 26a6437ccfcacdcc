"""Commands as bytes: nothing that is put into one gets out of its place."""

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mycrm_mail_fetcher.adapters.imap import commands
from mycrm_mail_fetcher.adapters.imap.framing import Answer
from mycrm_mail_fetcher.adapters.imap.tokens import Token, tokens

UIDS = st.sets(st.integers(1, (1 << 32) - 1), max_size=600)


def members(uid_set: bytes) -> list[int]:
    found: list[int] = []
    for part in uid_set.decode().split(","):
        first, _, last = part.partition(":")
        found += range(int(first), int(last or first) + 1)
    return found


def arguments(command: commands.Command) -> list[Token]:
    """What a server understands, when literals are put back into their places."""
    texts, literals = [], []
    text, *further = command.pieces
    for piece in further:
        announced = re.search(rb"\{(\d+)\}\Z", text)
        assert announced
        size = int(announced[1])
        texts.append(text[: announced.start()])
        literals.append(piece[:size])
        text = piece[size:]
    return tokens(Answer((*texts, text), tuple(literals)))


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    st.text(st.characters(codec="utf-8", exclude_characters="\0")),
)
def test_any_user_and_password_arrive_as_two_words(username: str, password: str) -> None:
    command = commands.login(username=username, password=password)
    assert arguments(command) == [b"LOGIN", username.encode(), password.encode()]


@given(st.binary().filter(lambda raw: b"\0" not in raw))
def test_any_folder_name_arrives_as_one_word(raw: bytes) -> None:
    name = raw.decode("latin-1")
    assert arguments(commands.examine(name)) == [b"EXAMINE", raw]
    assert arguments(commands.status(name))[:2] == [b"STATUS", raw]
    assert arguments(commands.list_one(name)) == [b"LIST", b"", raw]


@given(st.text())
def test_only_the_first_piece_of_a_line_can_reach_the_server_unasked(text: str) -> None:
    name = text.replace("\0", "").encode().decode("latin-1")
    assert not set(commands.examine(name).pieces[0]) & set(b"\r\n\0")


def test_a_nul_is_refused() -> None:
    with pytest.raises(ValueError, match="NUL"):
        commands.login(username="li", password="a\0b")


def test_what_cannot_be_printed_is_not_quoted() -> None:
    with pytest.raises(ValueError, match="ASCII"):
        commands.quoted("é".encode())


def test_a_command_shows_its_name_and_not_its_words() -> None:
    assert "secret" not in repr(commands.login(username="li", password="secret"))


@given(UIDS.filter(bool))
def test_a_set_of_uids_ascends_and_holds_exactly_them(uids: set[int]) -> None:
    uid_set = commands.uid_set(uids)
    assert uid_set.count(b",") < len(uids)
    if max(uids) - min(uids) < 5000:
        assert members(uid_set) == sorted(uids)
    starts = [int(part.split(b":")[0]) for part in uid_set.split(b",")]
    assert starts == sorted(starts)


def test_neighbours_are_joined() -> None:
    assert commands.uid_set([7, 3, 1, 2, 9, 8, 20, 2]) == b"1:3,7:9,20"


@given(UIDS)
def test_batches_are_short_enough_for_every_server(uids: set[int]) -> None:
    batches = list(commands.batches(uids))
    assert [uid for batch in batches for uid in batch] == sorted(uids)
    for batch in batches:
        assert len(batch) <= 200
        assert len(commands.fetch_uids(batch, b"(UID BODY.PEEK[HEADER])").pieces[0]) < 4096


def test_the_longest_possible_batch_is_short_enough() -> None:
    worst = range((1 << 32) - 1, (1 << 32) - 1 - 400, -2)
    command = commands.fetch_uids(worst, b"(UID INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER])")
    assert len(list(commands.batches(worst))) == 1
    assert len(command.pieces[0]) < 4096


def test_a_search_names_the_day_in_english_and_no_charset() -> None:
    day = dt.date(2026, 10, 5)
    assert commands.search(day, above=0, in_ranges=False).pieces == (b"UID SEARCH SINCE 05-Oct-2026",)
    assert commands.search(day, above=41, in_ranges=False).pieces == (
        b"UID SEARCH UID 42:* SINCE 05-Oct-2026",
    )


def test_no_command_can_change_anything() -> None:
    sent = [
        commands.examine("INBOX"),
        commands.status("INBOX"),
        commands.search(dt.date(2026, 1, 1), above=0, in_ranges=True),
        commands.search_uids([1]),
        commands.list_folders(with_special_use=True),
        commands.list_one("INBOX"),
        commands.identify(),
    ]
    assert {command.name for command in sent} == {"EXAMINE", "STATUS", "SEARCH", "LIST", "ID"}
