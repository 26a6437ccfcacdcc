"""Every kind of place keeps copies in the same way; each on a real server."""

import os
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mycrm_backup.domain.retention import AgeBy
from mycrm_backup.ports import Pieces
from mycrm_backup.targets.opening import TargetOpener
from mycrm_common.errors import Kind, MyCRMError
from tests.contract.backup_places import Ground, ground
from tests.support.certificates import Authority
from tests.support.tcp_proxy import TcpProxy, tcp_proxy

FTP, FTPS, SFTP = (
    pytest.param("ftp", marks=pytest.mark.servers("pure-ftpd")),
    pytest.param("ftps", marks=pytest.mark.servers("pure-ftpd")),
    pytest.param("sftp", marks=pytest.mark.servers("sshd")),
)
PIECE = os.urandom(300_000)


@pytest.fixture(params=["folder", FTP, FTPS, SFTP])
async def here(request: pytest.FixtureRequest, tmp_path: Path, authority: Authority) -> AsyncIterator[Ground]:
    """A place of each kind."""
    async with ground(request.param, tmp_path, authority) as made:
        yield made


@pytest.fixture(params=[FTP, FTPS, SFTP])
async def there(
    request: pytest.FixtureRequest, tmp_path: Path, authority: Authority
) -> AsyncIterator[Ground]:
    """A place of each kind that is reached over the network."""
    async with ground(request.param, tmp_path, authority) as made:
        yield made


async def _pieces(pieces: Iterable[bytes], *, fails: bool = False) -> Pieces:
    for piece in pieces:
        yield piece
    if fails:
        raise MyCRMError("backup_dump_short", Kind.UNAVAILABLE)


def _below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


async def test_a_file_is_put_and_read_again_byte_by_byte(here: Ground) -> None:
    name = "客户 备份/a b/mycrm 'x\" 20260203.zip"
    async with here.opener().open() as target:
        size = await target.put(here.prefix + name, _pieces([PIECE, b"", b"end"] * 3))

        back = b"".join([piece async for piece in target.get(here.prefix + name)])
        files, folders = await target.files(here.prefix + "客户 备份/a b")

    assert back == (PIECE + b"end") * 3
    assert size == len(back) == here.file(name).stat().st_size
    assert [(file.path, file.size) for file in files] == [(here.prefix + name, size)]
    assert list(folders) == []
    assert _below(here.root) == [name]


async def test_an_empty_file_is_a_file(here: Ground) -> None:
    async with here.opener().open() as target:
        assert await target.put(here.prefix + "empty.zip", _pieces([])) == 0

    assert here.file("empty.zip").read_bytes() == b""


async def test_a_file_that_is_put_again_takes_the_place_of_the_first(here: Ground) -> None:
    async with here.opener().open() as target:
        await target.put(here.prefix + "x/copy.zip", _pieces([b"first, and longer"]))
        await target.put(here.prefix + "x/copy.zip", _pieces([b"second"]))

    assert here.file("x/copy.zip").read_bytes() == b"second"
    assert _below(here.root) == ["x/copy.zip"]


async def test_what_breaks_off_leaves_nothing_and_takes_nothing_away(here: Ground) -> None:
    async with here.opener().open() as target:
        await target.put(here.prefix + "copy.zip", _pieces([b"the good one"]))
        with pytest.raises(MyCRMError, match="backup_dump_short"):
            await target.put(here.prefix + "copy.zip", _pieces([PIECE, PIECE], fails=True))

    assert here.file("copy.zip").read_bytes() == b"the good one"
    assert _below(here.root) == ["copy.zip"]


async def test_folders_and_files_are_told_apart(here: Ground) -> None:
    async with here.opener().open() as target:
        await target.put(here.prefix + "a/2026/one.zip", _pieces([b"1"]))
        await target.put(here.prefix + "a/two.zip", _pieces([b"2"]))

        files, folders = await target.files(here.prefix + "a")

    assert [file.path for file in files] == [here.prefix + "a/two.zip"]
    assert list(folders) == [here.prefix + "a/2026"]


async def test_a_folder_that_is_not_there_is_empty(here: Ground) -> None:
    async with here.opener().open() as target:
        assert await target.files(here.prefix + "never made") == ([], [])


async def test_what_is_removed_is_gone_and_the_second_time_too(here: Ground) -> None:
    async with here.opener().open() as target:
        await target.put(here.prefix + "a b.zip", _pieces([b"x"]))
        await target.remove(here.prefix + "a b.zip")
        await target.remove(here.prefix + "a b.zip")

    assert _below(here.root) == []


async def test_a_file_that_is_missing_is_told(here: Ground) -> None:
    async with here.opener().open() as target:
        with pytest.raises(MyCRMError, match="backup_file_missing"):
            [piece async for piece in target.get(here.prefix + "missing.zip")]


async def test_the_time_of_a_file_is_the_servers(here: Ground) -> None:
    async with here.opener().open() as target:
        await target.put(here.prefix + "old.zip", _pieces([b"x"]))
        os.utime(here.file("old.zip"), (1_600_000_000, 1_600_000_000))

        files, _ = await target.files(here.prefix)

    [old] = [file for file in files if file.path.endswith("old.zip")]
    assert old.modified_at == datetime.fromtimestamp(1_600_000_000, UTC)


async def test_only_ftp_takes_the_age_from_the_server(here: Ground) -> None:
    async with here.opener().open() as target:
        assert (target.age_by is AgeBy.TIME) == target.place.startswith("ftp")


@pytest.mark.parametrize("after", [0, 100, 200_000])
async def test_a_line_that_is_cut_at_any_byte_leaves_the_old_copy(there: Ground, after: int) -> None:
    async with there.opener().open() as target:
        await target.put(there.prefix + "copy.zip", _pieces([b"the good one"]))
    async with tcp_proxy("127.0.0.1", there.port) as proxy:
        proxy.up.cut_after = after or None

        with pytest.raises(MyCRMError) as failed:
            await _put(there.through(proxy.port), there.prefix + "copy.zip", _slow([PIECE] * 8, proxy))

    assert failed.value.code.startswith("backup_")
    assert there.file("copy.zip").read_bytes() == b"the good one"
    assert not [name for name in _below(there.root) if name not in {"copy.zip", "copy.zip.part"}]


async def _put(opener: TargetOpener, path: str, pieces: Pieces) -> None:
    async with opener.open() as target:
        await target.put(path, pieces)


async def _slow(pieces: list[bytes], proxy: TcpProxy) -> Pieces:
    for piece in pieces[:-1]:
        yield piece
    # FTP's data goes past the proxy: at the latest now the line on which it is directed breaks.
    proxy.cut()
    yield pieces[-1]
