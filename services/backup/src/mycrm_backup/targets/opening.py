"""The place that the settings name: a URL, or a folder."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from mycrm_backup.ports import Target
from mycrm_backup.targets.folder import FolderTarget
from mycrm_backup.targets.ftp import FtpPlace, ftp_target
from mycrm_backup.targets.sftp import SftpPlace, host_key_of, sftp_target
from mycrm_common.errors import Kind, MyCRMError

TrustedKey = Callable[[str], Awaitable[str]]
Place = Path | FtpPlace | SftpPlace


@dataclass(frozen=True, kw_only=True)
class Access:
    """What lets us in, besides the URL."""

    password: str | None = field(default=None, repr=False)
    private_key: str | None = field(default=None, repr=False)
    host_key: str = ""
    ca_file: Path | None = None


@dataclass(frozen=True, kw_only=True)
class TargetOpener:
    """Opens the place; `trusted` gives the key by which a host was trusted at run time."""

    place: Place
    trusted: TrustedKey

    @property
    def told(self) -> str:
        """The place for people, without secrets."""
        if isinstance(self.place, Path):
            return str(self.place)
        scheme = "sftp" if isinstance(self.place, SftpPlace) else "ftps" if self.place.is_secure else "ftp"
        return f"{scheme}://{self.place.user}@{self.place.host}:{self.place.port}"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Target]:
        """Connect, until the block ends."""
        if isinstance(self.place, Path):
            yield FolderTarget(self.place)
        elif isinstance(self.place, FtpPlace):
            async with ftp_target(self.place) as ftp:
                yield ftp
        else:
            key = self.place.host_key or await self.trusted(self.place.known_as)
            async with sftp_target(replace(self.place, host_key=key)) as sftp:
                yield sftp


@dataclass(frozen=True, kw_only=True)
class ShownKeys:
    """Asks the place's host for its key."""

    place: Place

    async def shown(self) -> tuple[str, str, str]:
        """The host, the key that it shows, and the key's fingerprint."""
        if not isinstance(self.place, SftpPlace):
            raise MyCRMError("backup_host_keyless", Kind.CONFLICT, "only SFTP hosts have keys")
        key, fingerprint = await host_key_of(self.place)
        return self.place.known_as, key, fingerprint


def place_of(url: str, *, default: Path, access: Access) -> Place:
    """Read the setting, or raise `backup_url_invalid` without repeating a password."""
    if not url:
        return default
    if "://" not in url:
        return Path(url).expanduser()
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _invalid("its port is no number, or its host no name") from None
    if parts.scheme == "file" and not parts.netloc and parts.path:
        return Path(unquote(parts.path))
    if parts.scheme not in {"ftp", "ftps", "sftp"}:
        raise _invalid("it is neither ftp://, ftps://, sftp:// nor a folder")
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise _invalid("it is user@host:port; folders belong into MYCRM_BACKUP_REMOTE_FILE")
    return _server(parts, port=port, access=access)


def _server(parts: SplitResult, *, port: int | None, access: Access) -> FtpPlace | SftpPlace:
    host, user = str(parts.hostname), unquote(parts.username or "")
    password = unquote(parts.password) if parts.password else access.password
    if parts.scheme == "sftp":
        return SftpPlace(
            host=host,
            port=port or 22,
            user=user,
            password=password,
            private_key=access.private_key,
            host_key=access.host_key.strip(),
        )
    is_secure = parts.scheme == "ftps"
    return FtpPlace(
        host=host,
        port=port or 21,
        user=user,
        password=password or "",
        is_secure=is_secure,
        ca_file=access.ca_file,
    )


def _invalid(reason: str) -> MyCRMError:
    return MyCRMError("backup_url_invalid", Kind.INVALID, reason)
