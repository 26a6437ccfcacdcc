"""Keeps the newest refresh tokens in memory."""

from mycrm_mail_fetcher.ports.tokens import Grant


class MemoryGrants:
    """Stands in for the table of refresh tokens."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    async def newest(self, grant: Grant) -> str:
        """The newest of this grant, or its own."""
        return self.kept.get(grant.key, grant.refresh_token)

    async def keep(self, grant: Grant, *, refresh_token: str) -> None:
        """Remember a newer one."""
        self.kept[grant.key] = refresh_token
