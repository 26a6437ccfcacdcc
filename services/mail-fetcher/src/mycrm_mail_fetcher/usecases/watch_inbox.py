"""Watches INBOX, so that new mail is looked at within a second or two and not at the next round.

The bell only wakes the look at the mailbox, which finds out by itself what is new; where the bell fails or the
server has none, the rounds go on as ever. So nobody is told of its troubles but the log, and it does not knock
where the look is not let in either.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from mycrm_common.clock import Clock
from mycrm_common.errors import MyCRMError
from mycrm_common.logs import Logger
from mycrm_common.secretbox import SecretBox
from mycrm_common.service import Wake
from mycrm_common.tasks import TaskNursery
from mycrm_common.work import ReadingRoom
from mycrm_mail_fetcher.domain.pace import Pace
from mycrm_mail_fetcher.ports import Doorbell, MailAccount
from mycrm_mail_fetcher.ports.requests import SettingsStore
from mycrm_mail_fetcher.usecases.open_account import open_account

_NO_IDLE: Final = "mailbox_no_idle"
_WITHOUT_IDLE: Final = timedelta(hours=1)
_FIRST_REST: Final = timedelta(seconds=1)
_LONGEST_WAIT: Final = (
    540.0  # Servers may end what is silent for half an hour; some routers forget it in ten minutes.
)
_BETWEEN_QUESTIONS: Final = 60.0


@dataclass(frozen=True, kw_only=True)
class Watcher:
    """What the watch is kept with: `changed` wakes it for other settings, `looking` is what it wakes.

    `is_let_in` says whether the last look at this account succeeded. After a ring it takes a breath, so that a
    hundred mails that come together make a few looks.
    """

    bell: Doorbell
    settings: SettingsStore
    reading: ReadingRoom
    box: SecretBox
    ca_file: Path | None
    changed: Wake
    looking: Wake
    is_let_in: Callable[[MailAccount], bool]
    clock: Clock
    luck: Callable[[], float]
    log: Logger
    breath_seconds: float = 1.0


@dataclass(kw_only=True)
class Vigil:
    """What is remembered while watching."""

    pace: Pace = field(default_factory=Pace)
    said: str = ""


async def watch_inbox(vigil: Vigil, *, watcher: Watcher) -> None:
    """Watch until cancelled."""
    while True:
        await _watch(vigil, watcher)


async def _watch(vigil: Vigil, watcher: Watcher) -> None:
    try:
        account = await _account(watcher)
    except MyCRMError:
        await watcher.bell.hang_up()
        await watcher.changed.wait(_BETWEEN_QUESTIONS)
        return
    rest = vigil.pace.rest(account, at=watcher.clock.now()).total_seconds()
    if rest or not watcher.is_let_in(account):
        await watcher.changed.wait(rest or _BETWEEN_QUESTIONS)
        return
    try:
        rang = await _listen(account, watcher)
    except MyCRMError as error:
        _give_up_for_now(error, account, vigil, watcher)
        return
    vigil.pace, vigil.said = Pace(), ""
    if rang:
        watcher.looking.nudge()
    await asyncio.sleep(watcher.breath_seconds)


async def _account(watcher: Watcher) -> MailAccount:
    async with watcher.reading() as reading:
        settings = await watcher.settings.mail_settings(reading)
    return open_account(settings, box=watcher.box, ca_file=watcher.ca_file)


async def _listen(account: MailAccount, watcher: Watcher) -> bool:
    """Whether the bell rang; other settings end the listening."""
    seconds = _LONGEST_WAIT * (1 - watcher.luck() / 4)
    nursery = TaskNursery()
    try:
        ringing = nursery.start(watcher.bell.wait(account, seconds=seconds), name="bell")
        changing = nursery.start(watcher.changed.wait(2 * seconds), name="settings")
        await asyncio.wait((ringing, changing), return_when=asyncio.FIRST_COMPLETED)
        return ringing.done() and bool(await ringing)
    finally:
        await nursery.close()


def _give_up_for_now(error: MyCRMError, account: MailAccount, vigil: Vigil, watcher: Watcher) -> None:
    now = watcher.clock.now()
    vigil.pace = vigil.pace.after_failure(
        account, code=error.code, at=now, base=_FIRST_REST, luck=watcher.luck(), detail=error.detail
    )
    if error.code == _NO_IDLE:
        vigil.pace = replace(vigil.pace, not_before=now + _WITHOUT_IDLE)
    if vigil.said != error.code:
        watcher.log.info("mailbox.unwatched", code=error.code, detail=error.detail)
    vigil.said = error.code
