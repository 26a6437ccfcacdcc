"""Mail-fetcher, put together: what reads the mailbox, what answers people, and what listens to the others."""

import random
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.events.backups import BackupFailed
from mycrm_common.events.customers import CustomerUpdated
from mycrm_common.events.mailboxes import (
    MailboxCopyRequested,
    MailboxRetryRequested,
    MailboxSyncRequested,
    MailboxTestRequested,
)
from mycrm_common.events.settings import SettingsChanged
from mycrm_common.runner import Part
from mycrm_common.runtime import ServiceRuntime
from mycrm_common.service import Job, Service, Subscription, Wake
from mycrm_common.work import UnitOfWork
from mycrm_mail_fetcher.adapters.doorbell import InboxBell
from mycrm_mail_fetcher.adapters.grants import SealedGrants
from mycrm_mail_fetcher.adapters.imap.server import ImapServer
from mycrm_mail_fetcher.adapters.line import LastingLine
from mycrm_mail_fetcher.adapters.oauth import OAuthTokens
from mycrm_mail_fetcher.adapters.reading_process import ReadingProcess
from mycrm_mail_fetcher.ports import Doorbell, MailLine
from mycrm_mail_fetcher.ports.ledger import Ledger
from mycrm_mail_fetcher.ports.reading import MailReader
from mycrm_mail_fetcher.ports.requests import Verb
from mycrm_mail_fetcher.settings import MailFetcherSettings
from mycrm_mail_fetcher.store import (
    addresses,
    copies,
    folders,
    grants,
    locations,
    mailboxes,
    messages,
    requests,
    tasks,
)
from mycrm_mail_fetcher.store import settings as stored_settings
from mycrm_mail_fetcher.usecases.answer_requests import Examiner, answer_requests
from mycrm_mail_fetcher.usecases.copy_mail import Copier
from mycrm_mail_fetcher.usecases.expire_messages import keep_tidy
from mycrm_mail_fetcher.usecases.keep_synced import Keeper, Memory, keep_synced
from mycrm_mail_fetcher.usecases.move_addresses import move_addresses
from mycrm_mail_fetcher.usecases.open_account import mailbox_name
from mycrm_mail_fetcher.usecases.report_backup import report_backup
from mycrm_mail_fetcher.usecases.sync_mailbox import Means
from mycrm_mail_fetcher.usecases.take_request import Asked, take_request
from mycrm_mail_fetcher.usecases.watch_inbox import Vigil, Watcher, watch_inbox

NAME = "mail-fetcher"
_ANSWER_SECONDS = 15.0
_WATCH_SECONDS = 15.0
_EXPIRY_SECONDS = 3600.0
_MAILBOX_SETTINGS = {"monitor_mail_days", "mail_reserved_days"}
_BETWEEN_FOLDERS = re.compile(r"[,，]")
_BETWEEN_ADDRESSES = re.compile(r"[,，;；、\s]")


def part() -> Part:
    """Return this service for a runner."""
    return Part(name=NAME, build=build, settings=MailFetcherSettings)


@asynccontextmanager
async def build(runtime: ServiceRuntime, settings: MailFetcherSettings) -> AsyncIterator[Service]:
    """Open the service."""
    server = ImapServer(tokens=_tokens(runtime))
    line = LastingLine(server)
    mails = ReadingProcess()
    keeper = _keeper(runtime, settings, line=line, mails=mails)
    examiner = Examiner(
        requests=requests,
        settings=stored_settings,
        server=server,
        box=runtime.box,
        ca_file=settings.mailbox_ca_file,
        excluded=_excluded(settings),
        reading=runtime.reading,
        folders=folders,
        copier=Copier(server=server, copies=copies, unit=runtime.unit),
    )
    wakes = _Wakes(looking=Wake(), watching=Wake(), answering=Wake(), expiring=Wake())
    memory, bell = Memory(), InboxBell(server)
    watcher = _watcher(runtime, settings, bell=bell, memory=memory, wakes=wakes)
    watching = Job(
        name="watch inbox",
        beat=partial(watch_inbox, Vigil(), watcher=watcher),
        seconds=_WATCH_SECONDS,
        lease="mail-fetcher.watch",
    )
    try:
        yield Service(
            name=NAME,
            subscriptions=_subscriptions(wakes),
            jobs=(
                *_jobs(runtime, settings, keeper=keeper, memory=memory, examiner=examiner, wakes=wakes),
                watching,
            ),
            pings={"mailbox": partial(_ping, runtime)},
        )
    finally:
        # Each is closed whatever becomes of the others.
        async with AsyncExitStack() as closing:
            for close in (mails.close, line.hang_up, bell.hang_up):
                closing.push_async_callback(close)


@dataclass(frozen=True, kw_only=True)
class _Wakes:
    """What makes the jobs look before their time."""

    looking: Wake
    watching: Wake
    answering: Wake
    expiring: Wake


def _jobs(
    runtime: ServiceRuntime,
    settings: MailFetcherSettings,
    *,
    keeper: Keeper,
    memory: Memory,
    examiner: Examiner,
    wakes: _Wakes,
) -> tuple[Job, ...]:
    tidying = partial(
        keep_tidy,
        settings=stored_settings,
        ledger=keeper.means.ledger,
        copies=copies,
        tasks=tasks,
        clock=runtime.clock,
        log=runtime.log,
    )
    answering = partial(
        answer_requests,
        examiner,
        tasks=tasks,
        unit=runtime.unit,
        clock=runtime.clock,
        owner=runtime.process,
    )
    return (
        Job(
            name="sync",
            beat=partial(keep_synced, memory, keeper=keeper),
            seconds=settings.fetch_interval_seconds,
            wake=wakes.looking,
            lease="mail-fetcher.sync",
        ),
        Job(name="answer requests", beat=answering, seconds=_ANSWER_SECONDS, wake=wakes.answering),
        Job(
            name="expire",
            beat=tidying,
            seconds=_EXPIRY_SECONDS,
            wake=wakes.expiring,
            lease="mail-fetcher.expire",
        ),
    )


def _keeper(
    runtime: ServiceRuntime, settings: MailFetcherSettings, *, line: MailLine, mails: MailReader
) -> Keeper:
    ledger = Ledger(
        folders=folders, messages=messages, locations=locations, reading=runtime.reading, unit=runtime.unit
    )
    means = Means(
        line=line,
        ledger=ledger,
        mails=mails,
        excluded=_excluded(settings),
        crash=runtime.crash,
        log=runtime.log,
    )
    return Keeper(
        means=means,
        settings=stored_settings,
        mailboxes=mailboxes,
        tasks=tasks,
        box=runtime.box,
        clock=runtime.clock,
        luck=random.random,
        ca_file=settings.mailbox_ca_file,
        addresses=frozenset(_BETWEEN_ADDRESSES.split(settings.mailbox_address)) - {""},
        admin_name=settings.mailbox_admin,
        interval=timedelta(seconds=settings.fetch_interval_seconds),
    )


def _tokens(runtime: ServiceRuntime) -> OAuthTokens:
    keeper = SealedGrants(grants=grants, reading=runtime.reading, unit=runtime.unit, box=runtime.box)
    return OAuthTokens(clock=runtime.clock, keeper=keeper)


def _watcher(
    runtime: ServiceRuntime, settings: MailFetcherSettings, *, bell: Doorbell, memory: Memory, wakes: _Wakes
) -> Watcher:
    return Watcher(
        bell=bell,
        settings=stored_settings,
        reading=runtime.reading,
        box=runtime.box,
        ca_file=settings.mailbox_ca_file,
        changed=wakes.watching,
        looking=wakes.looking,
        is_let_in=lambda account: memory.pace.account != account or not memory.pace.failures,
        clock=runtime.clock,
        luck=random.random,
        log=runtime.log,
    )


def _subscriptions(wakes: _Wakes) -> tuple[Subscription, ...]:
    async def take(event: Asked, unit: UnitOfWork) -> None:
        verb = await take_request(event, tasks=tasks, requests=requests, locations=locations, unit=unit)
        (wakes.looking if verb is Verb.SYNC else wakes.answering).nudge()

    async def look_again(event: SettingsChanged, unit: UnitOfWork) -> None:
        del unit  # Nothing is written: the settings are read at each look.
        if any(name.startswith("mail_") or name in _MAILBOX_SETTINGS for name in event.names):
            wakes.looking.nudge()
            wakes.watching.nudge()
        if "mail_reserved_days" in event.names:
            wakes.expiring.nudge()

    return (
        Subscription(
            use="requests",
            events=(MailboxTestRequested, MailboxSyncRequested, MailboxRetryRequested, MailboxCopyRequested),
            handle=take,
        ),
        Subscription(
            use="addresses",
            events=(CustomerUpdated,),
            handle=lambda event, unit: move_addresses(event, addresses=addresses, unit=unit),
        ),
        Subscription(use="settings", events=(SettingsChanged,), handle=look_again),
        Subscription(
            use="reports",
            events=(BackupFailed,),
            handle=lambda event, unit: report_backup(event, messages=messages, unit=unit),
        ),
    )


def _excluded(settings: MailFetcherSettings) -> tuple[str, ...]:
    names = _BETWEEN_FOLDERS.split(settings.mailbox_exclude)
    return tuple(name.strip() for name in names if name.strip())


async def _ping(runtime: ServiceRuntime) -> None:
    """Raise what the last look at the mailbox has met."""
    async with runtime.reading() as reading:
        mailbox = mailbox_name(await stored_settings.mail_settings(reading))
        reason = await mailboxes.reason_of(reading, mailbox)
    if reason:
        raise MyCRMError(reason, Kind.UNAVAILABLE)
