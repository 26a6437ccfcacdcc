"""Mail-fetcher, put together: what reads the mailbox, what answers people, and what listens to the others."""

import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.events.customers import CustomerUpdated
from mycrm_common.events.mailboxes import MailboxSyncRequested, MailboxTestRequested
from mycrm_common.events.settings import SettingsChanged
from mycrm_common.runner import Part
from mycrm_common.runtime import ServiceRuntime
from mycrm_common.service import Job, Service, Subscription, Wake
from mycrm_common.work import UnitOfWork
from mycrm_mail_fetcher.adapters.html import sanitise
from mycrm_mail_fetcher.adapters.imap.server import ImapServer
from mycrm_mail_fetcher.adapters.line import LastingLine
from mycrm_mail_fetcher.ports.ledger import Ledger
from mycrm_mail_fetcher.ports.requests import Verb
from mycrm_mail_fetcher.settings import MailFetcherSettings
from mycrm_mail_fetcher.store import (
    addresses,
    folders,
    locations,
    mailboxes,
    messages,
    requests,
    tasks,
)
from mycrm_mail_fetcher.store import settings as stored_settings
from mycrm_mail_fetcher.usecases.answer_requests import Examiner, answer_requests
from mycrm_mail_fetcher.usecases.keep_synced import Keeper, Memory, keep_synced
from mycrm_mail_fetcher.usecases.move_addresses import move_addresses
from mycrm_mail_fetcher.usecases.open_account import mailbox_name
from mycrm_mail_fetcher.usecases.sync_mailbox import Means
from mycrm_mail_fetcher.usecases.take_request import take_request

NAME = "mail-fetcher"
_ANSWER_SECONDS = 15.0
_MAILBOX_SETTINGS = {"monitor_mail_days", "mail_reserved_days"}
_BETWEEN_FOLDERS = re.compile(r"[,，]")
_BETWEEN_ADDRESSES = re.compile(r"[,，;；、\s]")


def part() -> Part:
    """Return this service for a runner."""
    return Part(name=NAME, build=build, settings=MailFetcherSettings)


@asynccontextmanager
async def build(runtime: ServiceRuntime, settings: MailFetcherSettings) -> AsyncIterator[Service]:
    """Open the service."""
    server = ImapServer()
    line = LastingLine(server)
    looking, answering = Wake(), Wake()
    keeper = _keeper(runtime, settings, line)
    examiner = Examiner(
        requests=requests,
        settings=stored_settings,
        server=server,
        box=runtime.box,
        ca_file=settings.mailbox_ca_file,
        excluded=_excluded(settings),
        reading=runtime.reading,
    )
    try:
        yield Service(
            name=NAME,
            subscriptions=_subscriptions(looking=looking, answering=answering),
            jobs=(
                Job(
                    name="sync",
                    beat=partial(keep_synced, Memory(), keeper=keeper),
                    seconds=settings.fetch_interval_seconds,
                    wake=looking,
                    lease="mail-fetcher.sync",
                ),
                Job(
                    name="answer requests",
                    beat=partial(
                        answer_requests,
                        examiner,
                        tasks=tasks,
                        unit=runtime.unit,
                        clock=runtime.clock,
                        owner=runtime.process,
                    ),
                    seconds=_ANSWER_SECONDS,
                    wake=answering,
                ),
            ),
            pings={"mailbox": partial(_ping, runtime)},
        )
    finally:
        await line.hang_up()


def _keeper(runtime: ServiceRuntime, settings: MailFetcherSettings, line: LastingLine) -> Keeper:
    ledger = Ledger(
        folders=folders, messages=messages, locations=locations, reading=runtime.reading, unit=runtime.unit
    )
    means = Means(
        line=line,
        ledger=ledger,
        sanitise=sanitise,
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


def _subscriptions(*, looking: Wake, answering: Wake) -> tuple[Subscription, ...]:
    async def take(event: MailboxTestRequested | MailboxSyncRequested, unit: UnitOfWork) -> None:
        verb = await take_request(event, tasks=tasks, unit=unit)
        (answering if verb is Verb.TEST else looking).nudge()

    async def look_again(event: SettingsChanged, unit: UnitOfWork) -> None:
        del unit  # Nothing is written: the settings are read at each look.
        if any(name.startswith("mail_") or name in _MAILBOX_SETTINGS for name in event.names):
            looking.nudge()

    return (
        Subscription(use="requests", events=(MailboxTestRequested, MailboxSyncRequested), handle=take),
        Subscription(
            use="addresses",
            events=(CustomerUpdated,),
            handle=lambda event, unit: move_addresses(event, addresses=addresses, unit=unit),
        ),
        Subscription(use="settings", events=(SettingsChanged,), handle=look_again),
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
