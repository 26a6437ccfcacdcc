"""Access to a mailbox without its password: the provider gives tokens that last an hour, to whoever holds a grant."""

from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Protocol

from mycrm_common.work import Reading, Work


class Provider(StrEnum):
    """Who gives the tokens."""

    GOOGLE = "google"
    MICROSOFT = "microsoft"
    MICROSOFT_CHINA = "microsoft-cn"


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """What tokens are asked for with.

    Without a refresh token the application asks in its own name (Microsoft only). `tenant` is the directory at
    Microsoft, `common` where the application may be used from any.
    """

    provider: Provider
    client_id: str
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    tenant: str = "common"

    @property
    def key(self) -> str:
        """A name for this grant that tells nobody what it is."""
        parts = (self.provider, self.client_id, self.client_secret, self.refresh_token, self.tenant)
        return sha256("\0".join(parts).encode()).hexdigest()


class Tokens(Protocol):
    """Gives tokens."""

    async def token(self, grant: Grant, *, refused: str = "") -> str:
        """A token that is good for a minute at least, and is not the one that was `refused`.

        `mailbox_login_refused` where the provider does not honour the grant, `mailbox_unreachable` where it cannot be
        asked.
        """
        ...


class GrantKeeper(Protocol):
    """Keeps the newest refresh token of a grant: Microsoft's last ninety days, and each answer brings another one."""

    async def newest(self, grant: Grant) -> str:
        """The newest refresh token that came of this grant; its own where there was none."""
        ...

    async def keep(self, grant: Grant, *, refresh_token: str) -> None:
        """Remember a newer one."""
        ...


class RenewedGrants(Protocol):
    """The sealed refresh tokens in the database."""

    async def newest(self, reading: Reading, grant_key: str) -> str | None:
        """The newest refresh token of this grant, sealed."""
        ...

    async def keep(self, work: Work, grant_key: str, *, sealed: str) -> None:
        """Keep a newer one, and forget those that are worthless by their age."""
        ...
