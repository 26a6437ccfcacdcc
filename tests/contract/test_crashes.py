"""Wherever a process dies, an event that was told has its effect once in the end."""

from pathlib import Path

import pytest

from mycrm_common.db import deliveries, outbox
from mycrm_common.events.customers import CustomerAdded
from tests.contract.household import Household
from tests.support.process import python_module

ROOT = Path(__file__).parents[2]


async def _die_at(place: str, household: Household, folder: Path) -> None:
    module = "tests.contract.crashing_process"
    arguments = (household.bus_url, household.database_url, place)
    environment = {"PYTHONPATH": str(ROOT)}
    async with python_module(module, *arguments, folder=folder, environment=environment) as child:
        assert await child.wait() == 137, child.output()


@pytest.mark.parametrize(
    ("place", "effects_before"),
    [
        ("relay.claimed", 0),
        ("relay.published", None),
        ("effect.written", 0),
        ("consumer.committed", 1),
    ],
)
async def test_an_event_has_its_effect_once_although_its_process_died(
    household: Household, tmp_path: Path, place: str, effects_before: int | None
) -> None:
    await _die_at(place, household, tmp_path)

    process = household.begin()
    early = await process.effects()
    assert len(early) == len(await process.done()), "the effect and the inbox row are one transaction"
    if effects_before is not None:
        assert early.total() == effects_before

    # The claims of the dead are void after their time, or at once where nobody else can hold them.
    household.clock.advance(minutes=2)
    async with process.unit() as work:
        if process.database.is_exclusive:
            await outbox.release_claims(work)
            await deliveries.release_claims(work)
    await process.consume("use", CustomerAdded)
    await process.until_effects(("use", "1"))
    assert [row.state for row in await process.told()] == ["sent"]
