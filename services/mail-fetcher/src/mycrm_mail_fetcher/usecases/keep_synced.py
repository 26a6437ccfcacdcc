"""One beat of the job that keeps the ledger up with the mailbox.

It reads the settings each time, so whoever changed them need only wake it. After failures it waits (see
`domain.pace`), except for other settings and for people who ask.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from mycrm_common.clock import Clock
from mycrm_common.errors import MyCRMError
from mycrm_common.secretbox import SecretBox
from mycrm_mail_fetcher.domain.classify import Ours
from mycrm_mail_fetcher.domain.pace import Pace
from mycrm_mail_fetcher.ports import MailAccount
from mycrm_mail_fetcher.ports.ledger import Mailboxes, PassOutcome
from mycrm_mail_fetcher.ports.looking import Rules
from mycrm_mail_fetcher.ports.requests import MailSettings, SettingsStore, Tasks, Verb
from mycrm_mail_fetcher.usecases.note_outcome import note_outcome
from mycrm_mail_fetcher.usecases.open_account import mailbox_name, open_account
from mycrm_mail_fetcher.usecases.sync_mailbox import Means, sync_mailbox

_NOT_CONFIGURED = "mailbox_not_configured"
_BETWEEN_COMPARISONS = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Keeper:
    """What the beat is done with; `addresses` are ours, the login where there are none."""

    means: Means
    settings: SettingsStore
    mailboxes: Mailboxes
    tasks: Tasks
    box: SecretBox
    clock: Clock
    luck: Callable[[], float]
    ca_file: Path | None
    addresses: frozenset[str]
    admin_name: str
    interval: timedelta


@dataclass(kw_only=True)
class Memory:
    """What is remembered from beat to beat; a restart may forget it."""

    pace: Pace = field(default_factory=Pace)
    said_idle: bool = False


async def keep_synced(memory: Memory, *, keeper: Keeper) -> None:
    """Look at the mailbox unless it is better to wait, and make known what came of it."""
    async with keeper.means.ledger.reading() as reading:
        settings = await keeper.settings.mail_settings(reading)
        asked = await keeper.tasks.open_ids(reading, Verb.SYNC)
    mailbox = mailbox_name(settings)
    try:
        account = open_account(settings, box=keeper.box, ca_file=keeper.ca_file)
    except MyCRMError as error:
        await _say_idle(error, mailbox, asked, memory, keeper)
        return
    memory.said_idle = False
    if asked or memory.pace.allows(account, at=keeper.clock.now()):
        await _look(account, settings, asked, memory, keeper)


async def _say_idle(
    error: MyCRMError, mailbox: str, asked: Sequence[str], memory: Memory, keeper: Keeper
) -> None:
    if not memory.said_idle:
        keeper.means.log.info("mailbox.idle", reason=error.detail)
    memory.said_idle = True
    await keeper.means.line.drop()
    if error.code == _NOT_CONFIGURED:
        mailbox = ""  # Nothing is wrong with a mailbox that nobody has named yet.
    if asked or mailbox:
        outcome = PassOutcome(code=error.code, detail=error.detail)
        await _note(outcome, mailbox, asked, keeper)


async def _look(
    account: MailAccount, settings: MailSettings, asked: Sequence[str], memory: Memory, keeper: Keeper
) -> None:
    now = keeper.clock.now()
    mailbox = mailbox_name(settings)
    try:
        outcome = await sync_mailbox(
            account,
            mailbox=mailbox,
            rules=_rules(settings, now, keeper, compares=bool(asked)),
            means=keeper.means,
        )
    except BaseException:
        # Broken off at some point nobody knows: the line may be in the middle of an answer.
        await keeper.means.line.drop()
        raise
    if outcome.code:
        memory.pace = memory.pace.after_failure(
            account,
            code=outcome.code,
            at=keeper.clock.now(),
            base=keeper.interval,
            luck=keeper.luck(),
            detail=outcome.detail,
        )
    else:
        memory.pace = Pace()
    if await _note(outcome, mailbox, asked, keeper):
        _say(outcome, mailbox, keeper)


async def _note(outcome: PassOutcome, mailbox: str, asked: Sequence[str], keeper: Keeper) -> bool:
    return await note_outcome(
        outcome,
        mailbox=mailbox,
        asked=asked,
        mailboxes=keeper.mailboxes,
        tasks=keeper.tasks,
        unit=keeper.means.ledger.unit,
    )


def _say(outcome: PassOutcome, mailbox: str, keeper: Keeper) -> None:
    log, counts = keeper.means.log, outcome.counts
    if outcome.code:
        log.warning("mailbox.failed", mailbox=mailbox, code=outcome.code, detail=outcome.detail)
    else:
        log.info("mailbox.synced", mailbox=mailbox, stored=counts.stored, held=counts.held)


def _rules(settings: MailSettings, now: datetime, keeper: Keeper, *, compares: bool) -> Rules:
    # Mail older than what is reserved would be stored now and removed at once.
    days = min(settings.monitor_mail_days, settings.mail_reserved_days)
    ours = Ours(addresses=keeper.addresses or frozenset({settings.username}), admin_name=keeper.admin_name)
    return Rules(
        ours=ours,
        window_from=now - timedelta(days=days),
        reserved_from=now - timedelta(days=settings.mail_reserved_days),
        # Who asks for a look wants to be sure.
        compare_before=now if compares else now - _BETWEEN_COMPARISONS,
    )
