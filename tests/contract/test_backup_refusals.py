"""What is wrong with a place is told by its name, before anything was sent there."""

from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest

from mycrm_backup.ports import Pieces
from mycrm_backup.targets.opening import Place, TargetOpener
from mycrm_common.errors import MyCRMError
from tests.contract.backup_places import ftp_place, nobody, sftp_place
from tests.support.certificates import Authority, make_authority
from tests.support.ftp import ftp_server
from tests.support.ports import free_port
from tests.support.sftp import sftp_server


async def _pieces(read: list[int]) -> Pieces:
    read.append(1)
    yield b"a copy"


async def _refusal(place: Place, path: str = "/x/copy.zip") -> tuple[str, list[int]]:
    """Return why a place refuses, and whether anything of the copy was read for it."""
    read: list[int] = []
    with pytest.raises(MyCRMError) as failed:
        async with TargetOpener(place=place, trusted=nobody).open() as target:
            await target.put(path, _pieces(read))
    return failed.value.code, read


@pytest.mark.servers("sshd")
async def test_a_host_with_another_key_than_the_trusted_one_is_sent_nothing() -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
    async with sftp_server() as server:
        place = sftp_place(server)

        assert await _refusal(replace(place, host_key=other)) == ("backup_host_changed", [])
        assert await _refusal(replace(place, host_key="")) == ("backup_host_unknown", [])
        assert list(server.home.iterdir()) == []


@pytest.mark.servers("sshd")
async def test_a_wrong_key_or_account_is_told() -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()
    async with sftp_server() as server:
        place = sftp_place(server)

        assert await _refusal(replace(place, private_key=other)) == ("backup_login_refused", [])
        assert await _refusal(replace(place, private_key="no key")) == ("backup_key_unreadable", [])


@pytest.mark.servers("pure-ftpd")
async def test_an_expired_certificate_is_refused(tmp_path: Path, authority: Authority) -> None:
    async with ftp_server(certificate=authority.issue_expired(tmp_path)) as server:
        place = ftp_place(server, authority=authority)

        assert await _refusal(place) == ("backup_certificate_untrusted", [])
        assert list(server.home.iterdir()) == []


@pytest.mark.servers("pure-ftpd")
async def test_a_certificate_of_a_stranger_or_for_another_host_is_refused(
    tmp_path: Path, authority: Authority
) -> None:
    (tmp_path / "stranger").mkdir()
    stranger = make_authority(tmp_path / "stranger", name="somebody else")
    elsewhere = authority.issue(tmp_path, names=("elsewhere.example.com",))
    async with ftp_server(certificate=stranger.issue(tmp_path / "stranger")) as server:
        assert await _refusal(ftp_place(server, authority=authority)) == ("backup_certificate_untrusted", [])
    async with ftp_server(certificate=elsewhere) as server:
        assert await _refusal(ftp_place(server, authority=authority)) == ("backup_certificate_untrusted", [])


@pytest.mark.servers("pure-ftpd")
async def test_a_server_without_tls_never_sees_the_password(authority: Authority) -> None:
    async with ftp_server() as server:
        assert await _refusal(ftp_place(server, authority=authority)) == ("backup_tls_refused", [])


@pytest.mark.servers("pure-ftpd")
async def test_a_wrong_password_is_told() -> None:
    async with ftp_server() as server:
        place = replace(ftp_place(server, authority=None), password="wrong")

        assert await _refusal(place) == ("backup_login_refused", [])


@pytest.mark.servers("pure-ftpd")
async def test_a_server_that_renames_nothing_keeps_no_false_file() -> None:
    async with ftp_server(options=("--norename",)) as server:
        code, _ = await _refusal(ftp_place(server, authority=None), "/copy.zip")

        assert code == "backup_rename_refused"
        assert not (server.home / "copy.zip").exists()


@pytest.mark.servers("pure-ftpd")
async def test_a_folder_without_rights_is_told() -> None:
    async with ftp_server() as server:
        server.home.chmod(0o555)
        code, read = await _refusal(ftp_place(server, authority=None), "/copy.zip")

    assert (code, read) == ("backup_target_forbidden", [])


async def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "copies").write_text("no folder")

    assert await _refusal(tmp_path / "copies") == ("backup_target_unreachable", [])


@pytest.mark.parametrize("scheme", ["ftp", "sftp"])
async def test_nobody_at_the_address_is_told(scheme: str) -> None:
    from mycrm_backup.targets.opening import Access, place_of

    access = Access(host_key=asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode())
    place = place_of(f"{scheme}://me@127.0.0.1:{free_port()}", default=Path("/nowhere"), access=access)

    assert await _refusal(place) == ("backup_target_unreachable", [])
