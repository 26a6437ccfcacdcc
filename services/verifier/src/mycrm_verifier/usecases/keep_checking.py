"""One beat of the verifier: free looks first, then as many questions as there are tokens."""

from collections.abc import Callable
from dataclasses import dataclass, field

from mycrm_common.logs import Logger
from mycrm_common.work import ReadingRoom, UnitOfWork
from mycrm_verifier.domain.schedule import State
from mycrm_verifier.ports.budget import Budgets
from mycrm_verifier.ports.provider import Provider
from mycrm_verifier.ports.settings import SettingsStore, Wishes
from mycrm_verifier.usecases.ask_provider import Asker, ask_provider
from mycrm_verifier.usecases.look_at_addresses import Looker, look_at_addresses


@dataclass(kw_only=True)
class Chosen:
    """Who is asked for now, as the settings wish."""

    wishes: Wishes | None = None
    provider: Provider | None = None


@dataclass(frozen=True, kw_only=True)
class Checker:
    """What checking takes; `make_provider` returns None where nobody is asked."""

    settings: SettingsStore
    default: Wishes
    make_provider: Callable[[str], Provider | None]
    make_asker: Callable[[Provider, int], Asker]
    looker: Looker
    budgets: Budgets
    reading: ReadingRoom
    unit: UnitOfWork
    log: Logger
    chosen: Chosen = field(default_factory=Chosen)


async def keep_looking(checker: Checker) -> None:
    """Look at all new addresses."""
    provider = await choose(checker)
    looker = checker.looker
    while True:
        async with checker.reading() as look:
            at = looker.clock.now()
            if not await looker.records.jobs.anybody_waits(look, at=at, state=State.FRESH):
                return
        await look_at_addresses(looker, provider=provider)


async def keep_asking(checker: Checker) -> None:
    """Ask for as long as there are tokens and somebody waits."""
    provider = await choose(checker)
    wishes = checker.chosen.wishes
    if provider is None or wishes is None:
        return
    asker = checker.make_asker(provider, wishes.per_hour)
    while await ask_provider(asker):
        pass


async def choose(checker: Checker) -> Provider | None:
    """The provider that the settings wish for by now."""
    async with checker.reading() as look:
        wishes = await checker.settings.wishes(look, checker.default)
    chosen = checker.chosen
    if wishes != chosen.wishes:
        if chosen.provider is not None:
            await chosen.provider.close()
        chosen.provider = checker.make_provider(wishes.provider)
        chosen.wishes = wishes
        name = chosen.provider.name if chosen.provider else "local"
        if name != wishes.provider:
            checker.log.warning("provider.unknown", wished=wishes.provider, used=name)
        cost = chosen.provider.cost if chosen.provider else 0
        async with checker.unit() as work:
            await checker.budgets.activate(work, name, cost=cost, per_hour=wishes.per_hour)
        checker.log.info("provider.chosen", provider=name, per_hour=wishes.per_hour)
    return chosen.provider
