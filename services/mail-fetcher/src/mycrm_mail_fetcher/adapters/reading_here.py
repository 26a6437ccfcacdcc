"""Reading in a thread of this process: for tests, and where no process can be started.

It has no limit of time or memory, so it is not what a mailbox of strangers' mail is read with.
"""

import asyncio
from collections.abc import Sequence

from mycrm_mail_fetcher.adapters.html import sanitise
from mycrm_mail_fetcher.adapters.reading import read_fetched
from mycrm_mail_fetcher.domain.classify import Ours
from mycrm_mail_fetcher.ports.reading import FetchedMail, Outcome


class ThreadReader:
    """Reads mails in a thread."""

    async def get_ready(self) -> None:
        """Do nothing: there is always a thread."""

    async def read(self, mails: Sequence[FetchedMail], *, ours: Ours) -> list[Outcome]:
        """What became of each mail, in their order."""
        return await asyncio.to_thread(
            lambda: [read_fetched(mail, ours=ours, sanitise=sanitise) for mail in mails]
        )
