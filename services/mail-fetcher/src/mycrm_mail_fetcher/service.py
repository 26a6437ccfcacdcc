"""Mail-fetcher, put together: what reads the mailbox, what answers people, and what listens to the others."""

import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

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
from mycrm_mail_fetcher.usecases.sync_mailbox import Means
from mycrm_mail_fetcher.usecases.take_request import take_request

NAME = "mail-fetcher"
_ANSWER_SECONDS = 15.0
_MAILBOX_SETTINGS = {"monitor_mail_days", "mail_reserved_days"}
_COMMA = re.compile(r"[,;，；、]")


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
        excluded=_listed(settings.mailbox_exclude),
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
        excluded=_listed(settings.mailbox_exclude),
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
        addresses=frozenset(_listed(settings.mailbox_address)),
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


def _listed(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in _COMMA.split(text) if word.strip())
