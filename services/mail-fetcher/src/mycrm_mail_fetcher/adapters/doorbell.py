"""Rings when something happens in INBOX: a connection of its own that waits there and does nothing else.

A bell must not miss what comes while nobody listens. Between two waits the server remembers it, and tells it when
the next one begins; after a new connection the folder's numbers are compared with those of the one before. When in
doubt it rings, for a look too many finds nothing, and one too few lets a mail wait.
"""

from mycrm_mail_fetcher.adapters.line import LastingLine
from mycrm_mail_fetcher.ports import FolderStatus, MailAccount, MailServer, RemoteFolder

INBOX = RemoteFolder(name="INBOX", wire_name="INBOX", special_use="", selectable=True)


class InboxBell:
    """Listens to one INBOX at a time."""

    def __init__(self, server: MailServer) -> None:
        self._line = LastingLine(server)
        self._seen: tuple[MailAccount, FolderStatus] | None = None

    async def wait(self, account: MailAccount, *, seconds: float) -> bool:
        """Whether something happened in this INBOX within the time, or since it was last listened to."""
        try:
            session = await self._line.session(account)
            if self._line.is_fresh:
                before, self._seen = self._seen, (account, await session.open(INBOX))
                if before != self._seen:
                    return True
            return await session.idle(seconds=seconds)
        except BaseException:
            await self._line.drop()
            raise

    async def hang_up(self) -> None:
        """Listen no more."""
        await self._line.hang_up()
