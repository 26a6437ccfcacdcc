"""The budget holds over replicas that die and clocks that are set; the classic bucket does not.

`--budget-seeds 200` makes it the long test; a seed that fails is in the test's name.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from mycrm_common.db.engine import Database
from mycrm_common.work import Reading, Work
from mycrm_verifier.domain.budget import Budget
from mycrm_verifier.ports.budget import Standing
from mycrm_verifier.store import budget
from tests.contract.verifier_world import LOOK_SECONDS, World

ADDRESSES = 30


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let as many seeds be tried as were asked for."""
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(metafunc.config.getoption("--budget-seeds")))


@dataclass
class Figures:
    """What all courses together came to; told at the end."""

    most: list[int] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """The extremes."""
        yield f"budget: {len(self.most)} courses, at most {max(self.most, default=0)} questions in any rolling hour"
        if self.rates:
            yield f"budget: {len(self.rates)} quiet courses, at least {min(self.rates):.2f} questions per hour"
        if self.gaps:
            yield f"budget: with deaths and steps of the clock, nobody asked for {max(self.gaps):.0f} s at most"


@pytest.fixture(scope="module")
def figures(request: pytest.FixtureRequest) -> Iterator[Figures]:
    """Figures that are printed when all courses have been tried."""
    told = Figures()
    yield told
    # A process beside others has nobody to tell.
    reporter = request.config.pluginmanager.getplugin("terminalreporter")
    for line in told.lines() if reporter is not None else ():
        reporter.ensure_newline()
        reporter.write_line(line)


async def test_with_deaths_and_clock_steps_no_hour_has_more_than_its_tokens(
    database: Database, seed: int, figures: Figures
) -> None:
    world = World(database=database, luck=random.Random(seed))
    await world.add(ADDRESSES)

    await world.run(hours=48, crashes=True, steps=True)

    figures.most.append(world.most_in_an_hour())
    figures.gaps.append(world.longest_gap())
    assert world.most_in_an_hour() <= 5
    assert await world.open_jobs() == 0, "every job ends"
    assert world.longest_gap() <= 3605 + 600 + 2 * LOOK_SECONDS


async def test_without_deaths_and_clock_steps_the_tokens_are_used_up(
    database: Database, seed: int, figures: Figures
) -> None:
    world = World(database=database, luck=random.Random(seed))
    await world.add(ADDRESSES)

    await world.run(hours=24, crashes=False, steps=False)

    figures.most.append(world.most_in_an_hour())
    figures.rates.append(len(world.asked) / (world.elapsed / 3600))
    assert world.most_in_an_hour() == 5
    assert len(world.asked) == ADDRESSES
    assert len(world.asked) / (world.elapsed / 3600) >= 4.8


@pytest.mark.parametrize("hours", [-2, 2])
async def test_a_clock_step_alone_costs_an_hour_at_most(database: Database, hours: int) -> None:
    world = World(database=database, luck=random.Random(7))
    await world.add(10)

    await world.run(hours=0.05, crashes=False, steps=False)
    assert len(world.asked) == 5
    world.step(hours)
    await world.run(hours=3, crashes=False, steps=False)

    assert len(world.asked) == 10
    assert world.longest_gap() <= 3605 + 2 * LOOK_SECONDS


class ClassicBucket:
    """Holds five and refills five per hour, as is often written."""

    def __init__(self) -> None:
        self._tokens = 5.0
        self._at: datetime | None = None

    async def hold(self, work: Work, provider: str, *, per_hour: int) -> Standing:
        standing = await budget.hold(work, provider, per_hour=per_hour)
        return Standing(budget=self._budget(work.at), turns=standing.turns)

    async def look(self, reading: Reading, provider: str, *, per_hour: int) -> Standing:
        del reading, provider
        return Standing(budget=Budget(per_hour=per_hour))

    async def save(self, work: Work, provider: str, standing: Standing) -> None:
        await budget.save(work, provider, standing)

    async def put_calls(self, work: Work, provider: str, *, used_at: datetime, count: int = 1) -> None:
        del work, provider, used_at
        self._tokens -= count

    async def settle_calls(self, work: Work) -> None:
        await budget.settle_calls(work)

    async def activate(self, work: Work, provider: str, *, cost: int, per_hour: int) -> None:
        await budget.activate(work, provider, cost=cost, per_hour=per_hour)

    def _budget(self, at: datetime) -> Budget:
        if self._at is not None:
            self._tokens = min(5.0, self._tokens + max(0.0, (at - self._at).total_seconds()) * 5 / 3600)
        self._at = at
        return Budget(per_hour=5, used=(at,) * (5 - int(self._tokens)))


async def test_the_classic_bucket_exceeds_the_hour_and_is_caught(database: Database) -> None:
    world = World(database=database, luck=random.Random(1), budgets=ClassicBucket())
    await world.add(30)

    await world.run(hours=6, crashes=False, steps=False)

    assert world.most_in_an_hour() > 5
