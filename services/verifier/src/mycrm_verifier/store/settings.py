"""What people set for the verifier while MyCRM runs."""

from datetime import datetime, tzinfo

from sqlalchemy import select

from mycrm_common.db.tables.settings import config
from mycrm_common.work import Reading
from mycrm_verifier.ports.settings import Wishes

_MOST_CALLS = 100_000


async def wishes(reading: Reading, default: Wishes) -> Wishes:
    """The present wishes; what nobody has set is as in the default."""
    said = await _said(reading, "verifier_provider", "verifier_per_hour")
    number = said.get("verifier_per_hour", "")
    return Wishes(
        provider=said.get("verifier_provider") or default.provider,
        per_hour=min(int(number), _MOST_CALLS)
        if number.isascii() and number.isdecimal()
        else default.per_hour,
    )


async def mail_checked_date(reading: Reading, zone: tzinfo) -> datetime | None:
    """When the last check was finished; a moment without a zone is of the team's."""
    text = (await _said(reading, "mail_checked_date")).get("mail_checked_date", "")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


async def _said(reading: Reading, *names: str) -> dict[str, str]:
    wanted = select(config).where(config.c.parameter.in_(names))
    return {row.parameter: (row.value or "").strip() for row in await reading.connection.execute(wanted)}
