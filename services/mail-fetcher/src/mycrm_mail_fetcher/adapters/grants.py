"""Keeps the newest refresh token in the database, sealed under the name of its grant."""

from mycrm_common.errors import MyCRMError
from mycrm_common.secretbox import SecretBox
from mycrm_common.work import ReadingRoom, UnitOfWork
from mycrm_mail_fetcher.ports.tokens import Grant, RenewedGrants


class SealedGrants:
    """What came after the refresh token that somebody entered."""

    def __init__(
        self, *, grants: RenewedGrants, reading: ReadingRoom, unit: UnitOfWork, box: SecretBox
    ) -> None:
        self._grants = grants
        self._reading = reading
        self._unit = unit
        self._box = box

    async def newest(self, grant: Grant) -> str:
        """The newest refresh token that came of this grant; its own where there was none, or none can be read."""
        async with self._reading() as reading:
            sealed = await self._grants.newest(reading, grant.key)
        if sealed is None:
            return grant.refresh_token
        try:
            return self._box.open(sealed, name=_name(grant))
        except MyCRMError:
            return grant.refresh_token

    async def keep(self, grant: Grant, *, refresh_token: str) -> None:
        """Remember a newer one."""
        sealed = self._box.seal(refresh_token, name=_name(grant))
        async with self._unit() as work:
            await self._grants.keep(work, grant.key, sealed=sealed)


def _name(grant: Grant) -> str:
    return f"grant:{grant.key}"
