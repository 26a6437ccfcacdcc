"""Forget what nobody looks for any more: findings of long ago, and requests that have been answered."""

from datetime import timedelta
from typing import Final

from mycrm_common.work import UnitOfWork
from mycrm_verifier.ports.findings import Findings, Tasks

FINDINGS_KEPT: Final = timedelta(days=365)
TASKS_KEPT: Final = timedelta(days=30)


async def forget_findings(*, findings: Findings, tasks: Tasks, unit: UnitOfWork) -> int:
    """Return how many findings were forgotten, a piece at a time; the newest of each address stays."""
    async with unit() as work:
        await tasks.clean(work, before=work.at - TASKS_KEPT)
    total = 0
    while True:
        async with unit() as work:
            forgotten = await findings.forget(work, before=work.at - FINDINGS_KEPT)
        total += forgotten
        if not forgotten:
            return total
