"""At start, count the questions that somebody else has asked: the original, or we before a restore."""

from datetime import timedelta, tzinfo

from mycrm_common.work import UnitOfWork
from mycrm_verifier.domain.budget import BLOCK, spend_all
from mycrm_verifier.ports.budget import Budgets
from mycrm_verifier.ports.findings import Findings
from mycrm_verifier.ports.settings import SettingsStore

# Our own last check is noted by api at the moment that the event carries.
_SAME = timedelta(seconds=1)


async def take_over(
    provider: str,
    *,
    per_hour: int,
    settings: SettingsStore,
    findings: Findings,
    budgets: Budgets,
    zone: tzinfo,
    unit: UnitOfWork,
) -> bool:
    """Count a whole hour's questions as asked when the last check is not ours and less than 61 minutes old."""
    async with unit() as work:
        noted = await settings.mail_checked_date(work, zone)
        newest = await findings.newest_at(work)
        if noted is None or noted + BLOCK <= work.at:
            return False
        if newest is not None and noted <= newest + _SAME:
            return False
        standing = await budgets.hold(work, provider, per_hour=per_hour)
        spent = spend_all(standing.budget, noted, at=work.at)
        missing = len(spent.used) - len(standing.budget.used)
        if missing > 0:
            await budgets.put_calls(work, provider, used_at=min(noted, work.at), count=missing)
        await budgets.save(work, provider, type(standing)(budget=spent, breaker=standing.breaker))
        return True
