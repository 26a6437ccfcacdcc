"""The one lasting connection: kept between looks, thrown away after any doubt."""

from contextlib import AsyncExitStack

from mycrm_common.errors import MyCRMError
from mycrm_mail_fetcher.ports import ImapSession, MailAccount, MailServer


class LastingLine:
    """Keeps one session for one account."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._kept: tuple[MailAccount, ImapSession, AsyncExitStack] | None = None
        self.is_fresh = False

    async def session(self, account: MailAccount) -> ImapSession:
        """The session that is kept for this account, or a new one."""
        if self._kept is not None and self._kept[0] == account:
            self.is_fresh = False
            return self._kept[1]
        await self.hang_up()
        stack = AsyncExitStack()
        session = await stack.enter_async_context(self._server.connect(account))
        self._kept, self.is_fresh = (account, session, stack), True
        return session

    async def drop(self) -> None:
        """Throw the session away, without a word; the next one is new."""
        if self._kept is None:
            return
        (_, _, stack), self._kept = self._kept, None
        doubt = ConnectionAbortedError("the session is in doubt")
        try:
            # Leaving with an error is what tells the session not to say goodbye on a line that may be dead.
            await stack.__aexit__(type(doubt), doubt, None)
        except ConnectionAbortedError:
            pass

    async def hang_up(self) -> None:
        """End the session politely."""
        if self._kept is None:
            return
        (_, _, stack), self._kept = self._kept, None
        try:
            await stack.aclose()
        except MyCRMError:
            pass  # Whatever went wrong with the goodbye, the line is closed.
