"""Deletes stored mail that is past its time, in small bites; the mailbox itself is never touched.

The uids of what is deleted count as removed, so that no look takes the same mail again. Small bites keep the
writer free for others.
"""

from datetime import datetime, timedelta
from typing import Final

from mycrm_common.clock import Clock
from mycrm_common.logs import Logger
from mycrm_mail_fetcher.ports.ledger import Ledger
from mycrm_mail_fetcher.ports.requests import Copies, SettingsStore, Tasks

BITE: Final = 500
_COPIES_LAST: Final = timedelta(hours=1)
_ANSWERS_LAST: Final = timedelta(days=7)


async def keep_tidy(
    *, settings: SettingsStore, ledger: Ledger, copies: Copies, tasks: Tasks, clock: Clock, log: Logger
) -> None:
    """Delete what is past its time by the present settings, copies that nobody fetched, and old answers."""
    async with ledger.unit() as work:
        await copies.clean(work, before=work.at - _COPIES_LAST)
        await tasks.clean(work, before=work.at - _ANSWERS_LAST)
    async with ledger.reading() as reading:
        days = (await settings.mail_settings(reading)).mail_reserved_days
    removed = await expire_messages(clock.now() - timedelta(days=days), ledger=ledger)
    if removed:
        log.info("messages.expired", removed=removed, days=days)


async def expire_messages(before: datetime, *, ledger: Ledger) -> int:
    """Delete mail dated before the moment and return how many."""
    removed = 0
    while True:
        async with ledger.unit() as work:
            taken = await ledger.messages.expire(work, before=before, limit=BITE)
        removed += taken
        if taken < BITE:
            return removed
