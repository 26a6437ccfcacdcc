"""The API service, put together: what it keeps, who it listens to, and the door people come in by."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from mycrm_api.adapters import addresses, rich_text
from mycrm_api.adapters.passwords import Argon2Passwords
from mycrm_api.adapters.remote_images import GuardedImages
from mycrm_api.carriage import carriage_jobs, carriage_routes, carried
from mycrm_api.http.app import build_app
from mycrm_api.http.first_account import prepare_setup
from mycrm_api.http.middlewares import operating, signed_in
from mycrm_api.http.page import find_page
from mycrm_api.http.patience import noting
from mycrm_api.ports.accounts import Passwords
from mycrm_api.ports.changes import CustomerBooks
from mycrm_api.ports.remote_images import RemoteImages
from mycrm_api.ports.settings import Box
from mycrm_api.resources import backup_files, backup_upkeep
from mycrm_api.resources import backups as backup_resources
from mycrm_api.resources import bulk as bulk_resources
from mycrm_api.resources import checks as check_resources
from mycrm_api.resources import customer_history as history_resources
from mycrm_api.resources import customer_list as customer_list_resources
from mycrm_api.resources import customers as customer_resources
from mycrm_api.resources import deleted_customers as deleted_customer_resources
from mycrm_api.resources import events as event_resources
from mycrm_api.resources import feed as feed_resources
from mycrm_api.resources import followups as followup_resources
from mycrm_api.resources import held_mail as held_mail_resources
from mycrm_api.resources import logs as log_resources
from mycrm_api.resources import mailbox as mailbox_resources
from mycrm_api.resources import messages as message_resources
from mycrm_api.resources import requests as request_resources
from mycrm_api.resources import session as session_resources
from mycrm_api.resources import settings as setting_resources
from mycrm_api.resources import statistics as statistic_resources
from mycrm_api.resources.live_feed import LiveFeed
from mycrm_api.resources.route import Route
from mycrm_api.resources.streams import Streams
from mycrm_api.resources.waiting import Patience
from mycrm_api.settings import ApiSettings
from mycrm_api.store import (
    address_changes,
    answers,
    backups,
    checks,
    contacts,
    customer_counts,
    customer_pages,
    customer_sets,
    customers,
    debt,
    deleted_customers,
    feed,
    followups,
    held_mail,
    history,
    list_marks,
    logs,
    mail_copies,
    mailbox,
    messages,
    parked,
    requests,
    search,
    search_index,
    sessions,
    statistics,
    users,
)
from mycrm_api.store import settings as settings_store
from mycrm_api.usecases.close_request import close_request
from mycrm_api.usecases.forget_deleted import forget_deleted
from mycrm_api.usecases.forget_requests import forget_requests
from mycrm_api.usecases.index_customers import index_customers, indexing_is_due
from mycrm_api.usecases.keep_lists import counting_is_due, keep_lists
from mycrm_api.usecases.note_check import note_check
from mycrm_api.usecases.note_contact import note_contact
from mycrm_common.clock import Clock
from mycrm_common.errors import StartError
from mycrm_common.events.backups import BackupRequestAnswered
from mycrm_common.events.checks import CustomerVerified
from mycrm_common.events.mailboxes import MailboxRequestAnswered
from mycrm_common.events.messages import MessageStored
from mycrm_common.health import listening, listening_at
from mycrm_common.logs import Logger
from mycrm_common.runner import Part
from mycrm_common.runtime import ServiceRuntime
from mycrm_common.service import Door, Job, Service, Subscription, Wake
from mycrm_common.work import ReadingRoom, UnitOfWork

NAME = "api"
_FORGET_SECONDS = 600.0
_STIR_SECONDS = 60.0
_INDEX_SECONDS = 1.0
_KEEP_SECONDS = 15.0


def part() -> Part:
    """Return this service for a runner."""
    return Part(name=NAME, build=build, settings=ApiSettings)


@asynccontextmanager
async def build(runtime: ServiceRuntime, settings: ApiSettings) -> AsyncIterator[Service]:
    """Open the service."""
    passwords = Argon2Passwords()
    await prepare_setup(runtime, settings, passwords)
    live, streams = LiveFeed(feed=feed, reading=runtime.reading), Streams()
    wake = Wake()
    private = settings.allow_private_hosts
    routes = _routes_of(runtime, passwords, live=live, streams=streams, wake=wake, allow_private=private)
    doors = [Door(name="web", open=partial(_open_web, runtime, settings, routes, streams))]
    if settings.socket is not None:
        opening = partial(_open_socket, runtime, routes, streams, settings.socket)
        doors.append(Door(name="operator", open=opening))
    stirring = Job(
        name="stir streams",
        beat=partial(_stir, live, streams),
        seconds=_STIR_SECONDS,
        wake=runtime.marked_wake,
    )
    forgetting = Job(
        name="forget requests",
        beat=partial(forget_requests, requests=requests, unit=runtime.unit),
        seconds=_FORGET_SECONDS,
        lease="api.forget requests",
    )
    forgetting_deleted = Job(
        name="forget deleted customers",
        beat=partial(forget_deleted, deleted=deleted_customers, unit=runtime.unit),
        seconds=_FORGET_SECONDS,
        lease="api.forget deleted customers",
    )
    yield Service(
        name=NAME,
        subscriptions=_subscriptions(),
        jobs=(
            forgetting,
            forgetting_deleted,
            stirring,
            *_list_jobs(runtime),
            *carriage_jobs(runtime, books=customer_books(), wake=wake),
        ),
        doors=tuple(doors),
    )


def _list_jobs(runtime: ServiceRuntime) -> tuple[Job, Job]:
    """Return what keeps search and long lists quick; each looks often, and writes only when there is cause."""
    reading, unit = runtime.reading, runtime.unit
    indexing = Job(
        name="index customers",
        beat=partial(index_customers, index=search_index, unit=unit, reading=reading),
        seconds=_INDEX_SECONDS,
        lease="api.index customers",
        wanted=partial(indexing_is_due, index=search_index, reading=reading),
    )
    keeping = Job(
        name="keep lists",
        beat=partial(keep_lists, counts=customer_counts, marks=list_marks, unit=unit, reading=reading),
        seconds=_KEEP_SECONDS,
        lease="api.keep lists",
        wanted=partial(counting_is_due, counts=customer_counts, reading=reading, clock=runtime.clock),
    )
    return indexing, keeping


def operators_door(runtime: ServiceRuntime, *, path: Path) -> Door:
    """Return the API on a socket file alone: whoever may open that file comes in as the operator."""
    live, streams = LiveFeed(feed=feed, reading=runtime.reading), Streams()
    wake = Wake()
    routes = _routes_of(
        runtime, Argon2Passwords(), live=live, streams=streams, wake=wake, allow_private=False
    )

    opening = partial(_open_socket, runtime, routes, streams, path)
    return Door(name="operator", open=partial(carried, runtime, opening, books=customer_books(), wake=wake))


def described() -> list[Route]:
    """Return every route as it is described; these are not to be called."""
    nothing: Any = None
    return api_routes(
        unit=nothing,
        reading=nothing,
        passwords=nothing,
        box=nothing,
        clock=nothing,
        log=nothing,
        zone="UTC",
        live=nothing,
        streams=nothing,
        wake=nothing,
        remote_images=nothing,
    )


def api_routes(
    *,
    unit: UnitOfWork,
    reading: ReadingRoom,
    passwords: Passwords,
    box: Box,
    clock: Clock,
    log: Logger,
    zone: str,
    live: LiveFeed,
    streams: Streams,
    wake: Wake,
    remote_images: RemoteImages,
) -> list[Route]:
    """Return every route of the API, with its collaborators."""
    books = customer_books()
    return [
        *session_resources.routes(
            users=users, sessions=sessions, passwords=passwords, unit=unit, reading=reading
        ),
        *customer_resources.routes(
            books=books, addresses=addresses, rich_text=rich_text, unit=unit, reading=reading
        ),
        *customer_list_resources.routes(lists=customer_pages, reading=reading),
        *deleted_customer_resources.routes(books=books, clock=clock, unit=unit, reading=reading),
        *history_resources.routes(books=books, unit=unit, reading=reading),
        *bulk_resources.routes(books=books, addresses=addresses, rich_text=rich_text, unit=unit),
        *followup_resources.routes(
            followups=followups,
            customers=customers,
            settings=settings_store,
            clock=clock,
            unit=unit,
            reading=reading,
            zone=zone,
        ),
        *statistic_resources.routes(
            statistics=statistics,
            debt=debt,
            answers=answers,
            settings=settings_store,
            clock=clock,
            reading=reading,
            zone=zone,
        ),
        *message_resources.routes(
            messages=messages,
            customers=customers,
            address_changes=address_changes,
            remote_images=remote_images,
            reading=reading,
        ),
        *setting_resources.routes(settings=settings_store, box=box, unit=unit, reading=reading, zone=zone),
        *mailbox_resources.routes(
            mailboxes=mailbox,
            settings=settings_store,
            requests=requests,
            box=box,
            unit=unit,
            reading=reading,
            patience=Patience(),
        ),
        *held_mail_resources.routes(
            held=held_mail,
            copies=mail_copies,
            settings=settings_store,
            requests=requests,
            unit=unit,
            reading=reading,
            patience=Patience(),
        ),
        *check_resources.routes(
            checks=checks,
            customers=customers,
            requests=requests,
            clock=clock,
            unit=unit,
            reading=reading,
            patience=Patience(),
        ),
        *request_resources.routes(requests=requests, reading=reading),
        *backup_resources.routes(
            backups=backups, requests=requests, unit=unit, reading=reading, patience=Patience()
        ),
        *backup_upkeep.routes(
            backups=backups, requests=requests, unit=unit, reading=reading, patience=Patience()
        ),
        *backup_files.routes(backups=backups, requests=requests, unit=unit, reading=reading),
        *log_resources.routes(logs=logs, log=log, streams=streams, unit=unit, reading=reading),
        *feed_resources.routes(feed=feed, live=live, streams=streams, reading=reading),
        *event_resources.routes(parked=parked, log=log, unit=unit, reading=reading),
        *carriage_routes(wake=wake, clock=clock, unit=unit, reading=reading, zone=zone),
    ]


def customer_books() -> CustomerBooks:
    """Return everything that is kept of customers."""
    return CustomerBooks(
        customers=customers,
        sets=customer_sets,
        deleted=deleted_customers,
        contacts=contacts,
        address_changes=address_changes,
        history=history,
        search=search,
    )


def _routes_of(
    runtime: ServiceRuntime,
    passwords: Passwords,
    *,
    live: LiveFeed,
    streams: Streams,
    wake: Wake,
    allow_private: bool,
) -> list[Route]:
    return api_routes(
        unit=noting(runtime.unit),
        reading=runtime.reading,
        passwords=passwords,
        box=runtime.box,
        clock=runtime.clock,
        log=runtime.log,
        zone=str(runtime.zone),
        live=live,
        streams=streams,
        wake=wake,
        remote_images=GuardedImages(allow_private=allow_private),
    )


async def _stir(live: LiveFeed, streams: Streams) -> None:
    live.nudge()
    streams.stir()


def _subscriptions() -> tuple[Subscription, ...]:
    note = partial(note_contact, contacts=contacts, address_changes=address_changes)
    close = partial(close_request, requests=requests)
    check = partial(note_check, checks=checks, books=customer_books())
    return (
        Subscription(
            use="verified", events=(CustomerVerified,), handle=lambda event, unit: check(event, unit=unit)
        ),
        Subscription(
            use="contact", events=(MessageStored,), handle=lambda event, unit: note(event, unit=unit)
        ),
        Subscription(
            use="requests",
            events=(MailboxRequestAnswered, BackupRequestAnswered),
            handle=lambda event, unit: close(event, unit=unit),
        ),
    )


def _open_web(
    runtime: ServiceRuntime, settings: ApiSettings, routes: list[Route], streams: Streams
) -> AbstractAsyncContextManager[str]:
    page = find_page(settings.web_dir)
    if page is None and settings.web_dir is not None:
        raise StartError("web_missing")
    identify = signed_in(sessions=sessions, reading=runtime.reading, unit=runtime.unit, clock=runtime.clock)
    app = build_app(
        routes,
        identify=identify,
        clock=runtime.clock,
        log=runtime.log,
        health=runtime.health,
        web_dir=page,
        streams=streams,
    )
    return listening(app, host=settings.http_host, port=settings.http_port)


def _open_socket(
    runtime: ServiceRuntime, routes: list[Route], streams: Streams, path: Path
) -> AbstractAsyncContextManager[str]:
    app = build_app(
        routes,
        identify=operating(),
        clock=runtime.clock,
        log=runtime.log,
        health=runtime.health,
        web_dir=None,
        streams=streams,
    )
    return listening_at(app, path=path)
