"""Places for copies, one of each kind, on real servers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from mycrm_backup.targets.ftp import FtpPlace
from mycrm_backup.targets.opening import Place, TargetOpener
from mycrm_backup.targets.sftp import SftpPlace
from tests.support.certificates import Authority
from tests.support.ftp import FtpServer, ftp_server
from tests.support.sftp import SftpServer, sftp_server


@dataclass(frozen=True, kw_only=True)
class Ground:
    """A place for copies; `root` is where it is on this machine, `prefix` what its paths begin with."""

    place: Place
    root: Path
    prefix: str
    port: int = 0

    def opener(self) -> TargetOpener:
        """Opens it, with no key that was trusted at run time."""
        return TargetOpener(place=self.place, trusted=nobody)

    def through(self, port: int) -> TargetOpener:
        """Opens it through a proxy on another port."""
        assert not isinstance(self.place, Path)
        return TargetOpener(place=replace(self.place, port=port), trusted=nobody)

    def file(self, name: str) -> Path:
        """A file of the place, as this machine sees it."""
        return self.root / name


async def nobody(_: str) -> str:
    """Trust no host."""
    return ""


@asynccontextmanager
async def ground(kind: str, folder: Path, authority: Authority) -> AsyncIterator[Ground]:
    """A place of that kind."""
    if kind == "folder":
        yield Ground(place=folder / "copies", root=folder / "copies", prefix="/")
    elif kind == "sftp":
        async with sftp_server() as server:
            place = sftp_place(server)
            yield Ground(place=place, root=server.home, prefix=f"{server.home}/", port=server.port)
    else:
        certificate = authority.issue(folder) if kind == "ftps" else None
        async with ftp_server(certificate=certificate) as ftp:
            made = ftp_place(ftp, authority=authority if certificate else None)
            yield Ground(place=made, root=ftp.home, prefix="/", port=ftp.port)


def sftp_place(server: SftpServer) -> SftpPlace:
    """The server, trusted."""
    return SftpPlace(
        host=server.host,
        port=server.port,
        user=server.username,
        private_key=server.private_key,
        host_key=server.host_key,
    )


def ftp_place(server: FtpServer, *, authority: Authority | None) -> FtpPlace:
    """The server, over TLS where there is an authority."""
    return FtpPlace(
        host=server.host,
        port=server.port,
        user=server.username,
        password=server.password,
        is_secure=authority is not None,
        ca_file=authority.file if authority else None,
    )
