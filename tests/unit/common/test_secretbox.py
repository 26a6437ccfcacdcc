"""Credentials at rest."""

import base64
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mycrm_common.errors import Kind, MyCRMError, StartError
from mycrm_common.secretbox import SecretBox, key_from

KEY = "a key of more than thirty-two characters"
BOX = SecretBox(KEY)


@given(st.text(), st.text(max_size=80))
def test_what_is_sealed_opens_under_its_name(text: str, name: str) -> None:
    text, name = (part.encode("utf-8", "replace").decode() for part in (text, name))

    assert SecretBox(KEY).open(BOX.seal(text, name=name), name=name) == text


def test_the_same_text_is_sealed_differently_each_time_and_shows_nothing() -> None:
    first, second = (BOX.seal("hunter2", name="mailbox") for _ in range(2))

    assert first != second
    assert b"hunter2" not in base64.b64decode(first.removeprefix("v1:"))


@pytest.mark.parametrize(
    ("box", "name"),
    [(BOX, "shop"), (SecretBox(KEY + "!"), "mailbox")],
    ids=["another name", "another key"],
)
def test_it_opens_neither_under_another_name_nor_with_another_key(box: SecretBox, name: str) -> None:
    sealed = BOX.seal("hunter2", name="mailbox")

    with pytest.raises(MyCRMError) as caught:
        box.open(sealed, name=name)

    assert (caught.value.code, caught.value.kind) == ("secret_unreadable", Kind.UNAVAILABLE)
    assert "hunter2" not in str(caught.value)


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_changed_byte_is_noticed(place: int, change: int) -> None:
    raw = bytearray(base64.b64decode(BOX.seal("hunter2", name="mailbox").removeprefix("v1:")))
    raw[place % len(raw)] ^= change

    with pytest.raises(MyCRMError, match="secret_unreadable"):
        BOX.open("v1:" + base64.b64encode(raw).decode(), name="mailbox")


@pytest.mark.parametrize("sealed", ["", "v1:", "v1:AAAA", "v1:ä", "v2:" + "A" * 60, "plain text"])
def test_what_was_never_sealed_is_unreadable(sealed: str) -> None:
    with pytest.raises(MyCRMError, match="secret_unreadable"):
        BOX.open(sealed, name="mailbox")


def test_without_a_setting_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    key = key_from(None, tmp_path)

    assert len(key) >= 32
    assert key_from(None, tmp_path) == key
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600
    assert key_from(KEY, tmp_path) == KEY


def test_a_key_file_that_cannot_be_read_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "secret.key").mkdir()
    with pytest.raises(StartError) as caught:
        key_from(None, tmp_path)

    assert caught.value.code == "data_dir_unusable"


def test_a_short_key_stops_the_start_and_is_not_repeated() -> None:
    with pytest.raises(StartError) as caught:
        key_from("hunter2", Path("nowhere"))

    assert caught.value.code == "secret_key_short"
    assert "hunter2" not in str(caught.value)


def test_first_starts_at_once_agree_on_one_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    really = secrets.token_urlsafe

    def slowly(size: int) -> str:
        time.sleep(0.05)  # So that all have seen that there is no key yet.
        return really(size)

    monkeypatch.setattr(secrets, "token_urlsafe", slowly)
    with ThreadPoolExecutor(8) as starts:
        keys = set(starts.map(lambda _: key_from(None, tmp_path), range(8)))

    assert keys == {key_from(None, tmp_path)}


@pytest.mark.parametrize("content", [b"", b"short", b"\xff\xfe\x00"])
def test_a_file_without_a_key_stops_the_start(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret.key").write_bytes(content)

    with pytest.raises(StartError) as caught:
        key_from(None, tmp_path)

    assert caught.value.values["reason"] == "it holds no key"
