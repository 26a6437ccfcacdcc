"""Encrypted copies: whoever has the key restores them, nobody else, and any size takes the same memory."""

import asyncio
import subprocess
import sys
from collections.abc import Iterable
from contextlib import aclosing
from pathlib import Path

import pyrage  # type: ignore[import-untyped] # it brings no types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mycrm_backup.adapters.age import AgeCipher
from mycrm_backup.ports import Pieces
from mycrm_common.errors import Kind, MyCRMError


def _key() -> tuple[str, str]:
    """A new key: its public half, and its secret half."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity.to_public()), str(identity)


async def _pieces(pieces: Iterable[bytes], *, fails: bool = False) -> Pieces:
    for piece in pieces:
        yield piece
    if fails:
        raise MyCRMError("backup_dump_short", Kind.UNAVAILABLE)


async def _sealed(cipher: AgeCipher, pieces: Pieces) -> bytes:
    async with aclosing(cipher.sealed(pieces)) as sealed:
        return b"".join([piece async for piece in sealed])


@given(st.lists(st.binary(max_size=200_000), max_size=6))
def test_what_was_encrypted_comes_back_byte_by_byte(pieces: list[bytes]) -> None:
    public, secret = _key()
    cipher = AgeCipher(recipients=public, identity="")

    sealed = asyncio.run(_sealed(cipher, _pieces(pieces)))

    assert pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(secret)]) == b"".join(pieces)


async def test_without_recipients_nothing_is_changed() -> None:
    cipher = AgeCipher(recipients="", identity="")

    assert not cipher.seals
    assert await _sealed(cipher, _pieces([b"a", b"b"])) == b"ab"


async def test_each_of_several_recipients_opens_it_and_nobody_else(tmp_path: Path) -> None:
    (one, first), (two, second), (_, stranger) = _key(), _key(), _key()
    sealed = tmp_path / "sealed"
    sealed.write_bytes(await _sealed(AgeCipher(recipients=f"{one}, {two}", identity=""), _pieces([b"x"])))

    for secret in (first, f"# created: today\n# public key: {two}\n{second}\n"):
        await AgeCipher(recipients="", identity=secret).unsealed(sealed, tmp_path / "open")
        assert (tmp_path / "open").read_bytes() == b"x"
        assert (tmp_path / "open").stat().st_mode & 0o777 == 0o600
    with pytest.raises(MyCRMError, match="backup_key_wrong"):
        await AgeCipher(recipients="", identity=stranger).unsealed(sealed, tmp_path / "open")
    with pytest.raises(MyCRMError, match="backup_key_missing"):
        await AgeCipher(recipients=one, identity="").unsealed(sealed, tmp_path / "open")


@pytest.mark.parametrize("place", [-1, -70_000, 250])
async def test_bytes_that_were_changed_are_found(tmp_path: Path, place: int) -> None:
    public, secret = _key()
    sealed = bytearray(await _sealed(AgeCipher(recipients=public, identity=""), _pieces([bytes(200_000)])))
    sealed[place] ^= 1
    (tmp_path / "sealed").write_bytes(sealed)

    with pytest.raises(MyCRMError, match=r"backup_copy_damaged|backup_key_wrong"):
        await AgeCipher(recipients="", identity=secret).unsealed(tmp_path / "sealed", tmp_path / "open")


async def test_a_copy_that_was_cut_is_no_copy(tmp_path: Path) -> None:
    public, secret = _key()
    sealed = await _sealed(AgeCipher(recipients=public, identity=""), _pieces([bytes(200_000)]))
    (tmp_path / "sealed").write_bytes(sealed[:-1])

    with pytest.raises(MyCRMError, match="backup_copy_damaged"):
        await AgeCipher(recipients="", identity=secret).unsealed(tmp_path / "sealed", tmp_path / "open")


async def test_a_dump_that_breaks_off_is_told_and_not_taken_for_whole() -> None:
    cipher = AgeCipher(recipients=_key()[0], identity="")

    with pytest.raises(MyCRMError, match="backup_dump_short"):
        await _sealed(cipher, _pieces([bytes(1 << 20)] * 8, fails=True))


async def test_a_reader_who_leaves_early_ends_all_of_it() -> None:
    cipher = AgeCipher(recipients=_key()[0], identity="")
    ended = asyncio.Event()

    async def endless() -> Pieces:
        try:
            while True:
                yield bytes(1 << 20)
                await asyncio.sleep(0)
        finally:
            ended.set()

    async with aclosing(cipher.sealed(endless())) as sealed:
        assert await anext(sealed)

    assert ended.is_set()


async def test_waiting_for_a_dump_can_be_given_up() -> None:
    cipher = AgeCipher(recipients=_key()[0], identity="")

    async def stuck() -> Pieces:
        await asyncio.Event().wait()
        yield b""

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await _sealed(cipher, stuck())


@pytest.mark.parametrize(
    ("recipients", "identity"), [("age1nonsense", ""), ("ssh-ed25519 AAAA", ""), ("", "AGE-SECRET-KEY-1NO")]
)
def test_what_is_no_key_is_told_at_once_and_never_repeated(recipients: str, identity: str) -> None:
    with pytest.raises(MyCRMError, match="backup_key_unreadable") as refused:
        AgeCipher(recipients=recipients, identity=identity)

    assert "1NO" not in refused.value.detail


def test_a_copy_of_any_size_takes_the_same_memory() -> None:
    assert _most_memory(megabytes=400) - _most_memory(megabytes=4) < 24 << 10


def _most_memory(*, megabytes: int) -> int:
    """Return how many KB a process of its own took at most to encrypt that much."""
    ended = subprocess.run(
        [sys.executable, "-m", __spec__.name, str(megabytes)], capture_output=True, text=True, check=True
    )
    return int(ended.stdout)


async def _encrypt(megabytes: int) -> None:
    cipher, size = AgeCipher(recipients=_key()[0], identity=""), 0
    pieces = (bytes(1 << 20) for _ in range(megabytes))
    async with aclosing(cipher.sealed(_pieces(pieces))) as sealed:
        async for piece in sealed:
            size += len(piece)
    assert size > megabytes << 20


if __name__ == "__main__":
    asyncio.run(_encrypt(int(sys.argv[1])))
    # The most of this program alone: what getrusage tells is at least what its parent had.
    told = Path("/proc/self/status").read_text(encoding="ascii")
    sys.stdout.write(told.partition("VmHWM:")[2].split()[0])
