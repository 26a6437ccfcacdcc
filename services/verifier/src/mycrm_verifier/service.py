"""The verifier, put together: what queues addresses, what looks at them for free, and what asks a provider."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.events.addresses import AddressBounced, AddressReplied
from mycrm_common.events.checks import CheckRequested
from mycrm_common.events.customers import CustomerAdded, CustomerDeleted, CustomerUpdated
from mycrm_common.events.registry import Event
from mycrm_common.events.settings import SettingsChanged
from mycrm_common.runner import Part
from mycrm_common.runtime import ServiceRuntime
from mycrm_common.service import Job, Service, Subscription, Wake
from mycrm_common.work import UnitOfWork
from mycrm_verifier.domain.breaker import rests_until
from mycrm_verifier.ports.provider import Provider
from mycrm_verifier.ports.settings import Wishes
from mycrm_verifier.providers.registry import make_free_checks, make_provider
from mycrm_verifier.settings import VerifierSettings
from mycrm_verifier.store import budget, customers, findings, jobs, mail, tasks
from mycrm_verifier.store import settings as stored_settings
from mycrm_verifier.store.turns import LeasedTurns
from mycrm_verifier.usecases.ask_provider import Asker
from mycrm_verifier.usecases.find_candidates import find_candidates
from mycrm_verifier.usecases.forget_findings import forget_findings
from mycrm_verifier.usecases.keep_checking import Checker, choose, keep_asking, keep_looking
from mycrm_verifier.usecases.look_at_addresses import Looker
from mycrm_verifier.usecases.note_evidence import note_evidence
from mycrm_verifier.usecases.queue_address import queue_address
from mycrm_verifier.usecases.queue_neighbours import queue_neighbours
from mycrm_verifier.usecases.record_finding import Records
from mycrm_verifier.usecases.take_over import take_over
from mycrm_verifier.usecases.take_request import take_request

NAME = "verifier"
_LOOK_SECONDS = 2.0
_ASK_SECONDS = 2.0
_DAY_SECONDS = 86_400.0
_RECORDS = Records(jobs=jobs, findings=findings, tasks=tasks)


def part() -> Part:
    """Return this service for a runner."""
    return Part(name=NAME, build=build, settings=VerifierSettings)


@asynccontextmanager
async def build(runtime: ServiceRuntime, settings: VerifierSettings) -> AsyncIterator[Service]:
    """Open the service."""
    checker = _checker(runtime, settings)
    provider = await choose(checker)
    if provider is not None and checker.chosen.wishes is not None:
        await take_over(
            provider.name,
            per_hour=checker.chosen.wishes.per_hour,
            settings=stored_settings,
            findings=findings,
            budgets=budget,
            zone=runtime.zone,
            unit=runtime.unit,
        )
    wakes = _Wakes()
    try:
        yield Service(
            name=NAME,
            subscriptions=_subscriptions(wakes),
            jobs=_jobs(runtime, checker, wakes),
            pings={"provider": partial(_ping, runtime, checker)},
        )
    finally:
        if checker.chosen.provider is not None:
            await checker.chosen.provider.close()


def _checker(runtime: ServiceRuntime, settings: VerifierSettings) -> Checker:
    looker = Looker(
        customers=customers,
        mail=mail,
        records=_RECORDS,
        free=make_free_checks(settings),
        unit=runtime.unit,
        reading=runtime.reading,
        owner=runtime.process,
        clock=runtime.clock,
    )
    turns = LeasedTurns(unit=runtime.unit, holder=runtime.process)
    return Checker(
        settings=stored_settings,
        default=Wishes(provider=settings.verifier_provider, per_hour=settings.verifier_per_hour),
        make_provider=lambda name: make_provider(name, settings, turns),
        make_asker=partial(_asker, runtime),
        looker=looker,
        budgets=budget,
        reading=runtime.reading,
        unit=runtime.unit,
        log=runtime.log,
    )


def _asker(runtime: ServiceRuntime, provider: Provider, per_hour: int) -> Asker:
    return Asker(
        provider=provider,
        per_hour=per_hour,
        budgets=budget,
        customers=customers,
        records=_RECORDS,
        unit=runtime.unit,
        lasting_unit=runtime.lasting_unit,
        reading=runtime.reading,
        clock=runtime.clock,
        owner=runtime.process,
        log=runtime.log,
    )


@dataclass(frozen=True, kw_only=True)
class _Wakes:
    """What one part tells another: look, ask, and who was added just now."""

    looking: Wake = field(default_factory=Wake)
    asking: Wake = field(default_factory=Wake)
    gathering: Wake = field(default_factory=Wake)
    added: list[int] = field(default_factory=list)


def _jobs(runtime: ServiceRuntime, checker: Checker, wakes: _Wakes) -> tuple[Job, ...]:
    async def look() -> None:
        await keep_looking(checker)
        wakes.asking.nudge()

    async def gather() -> None:
        while wakes.added:
            first = min(wakes.added)
            wakes.added.clear()
            await queue_neighbours(
                first, customers=customers, jobs=jobs, reading=runtime.reading, unit=runtime.unit
            )
            wakes.looking.nudge()

    async def find() -> None:
        await find_candidates(
            customers=customers, jobs=jobs, reading=runtime.reading, unit=runtime.unit, clock=runtime.clock
        )
        wakes.looking.nudge()

    async def forget() -> None:
        await forget_findings(findings=findings, tasks=tasks, unit=runtime.unit)

    return (
        Job(name="find candidates", beat=find, seconds=_DAY_SECONDS, lease="verifier.find"),
        Job(name="forget findings", beat=forget, seconds=_DAY_SECONDS, lease="verifier.forget"),
        Job(name="queue neighbours", beat=gather, seconds=_DAY_SECONDS, wake=wakes.gathering),
        Job(name="look at addresses", beat=look, seconds=_LOOK_SECONDS, wake=wakes.looking),
        Job(name="ask provider", beat=partial(keep_asking, checker), seconds=_ASK_SECONDS, wake=wakes.asking),
    )


def _subscriptions(wakes: _Wakes) -> tuple[Subscription, ...]:
    async def queue(event: CustomerAdded | CustomerUpdated | CustomerDeleted, unit: UnitOfWork) -> None:
        if await queue_address(event, customers=customers, jobs=jobs, findings=findings, unit=unit):
            if isinstance(event, CustomerAdded):
                wakes.added.append(event.customer_id)
                wakes.gathering.nudge()
            wakes.looking.nudge()

    async def ask(event: CheckRequested, unit: UnitOfWork) -> None:
        await take_request(event, requests=tasks, customers=customers, jobs=jobs, tasks=tasks, unit=unit)
        wakes.looking.nudge()

    async def look_again(event: SettingsChanged, unit: UnitOfWork) -> None:
        del unit  # Nothing is written: the settings are read at each beat.
        if any(name.startswith("verifier_") for name in event.names):
            wakes.looking.nudge()
            wakes.asking.nudge()

    async def believe(event: Event, unit: UnitOfWork) -> None:
        assert isinstance(event, AddressBounced | AddressReplied)  # noqa: S101 - it subscribes to no other
        await note_evidence(event, customers=customers, mail=mail, records=_RECORDS, unit=unit)

    return (
        Subscription(use="customers", events=(CustomerAdded, CustomerUpdated, CustomerDeleted), handle=queue),
        Subscription(use="evidence", events=(AddressBounced, AddressReplied), handle=believe),
        Subscription(use="requests", events=(CheckRequested,), handle=ask),
        Subscription(use="settings", events=(SettingsChanged,), handle=look_again),
    )


async def _ping(runtime: ServiceRuntime, checker: Checker) -> None:
    """Raise what keeps the provider from being asked."""
    provider = checker.chosen.provider
    if provider is None:
        return
    async with runtime.reading() as reading:
        standing = await budget.look(reading, provider.name, per_hour=1)
    if rests_until(standing.breaker, at=runtime.clock.now()) is not None:
        raise MyCRMError("provider_failing", Kind.UNAVAILABLE, standing.breaker.fault)
