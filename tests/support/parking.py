"""Events that were parked, as an operator finds them."""

from datetime import UTC, datetime

from mycrm_common.bus.codec import seal
from mycrm_common.bus.envelope import Envelope
from mycrm_common.crash import CrashPoints
from mycrm_common.db import deliveries
from mycrm_common.db.engine import Database, parse_url
from mycrm_common.db.unit_of_work import SqlUnits
from mycrm_common.events.settings import SettingsChanged
from mycrm_common.ids import new_id
from tests.support.clock import FakeClock

SETTINGS = "mycrm.mail-fetcher.settings.v1"


def an_event(*, name: str = "theme") -> Envelope:
    """An event that the mail-fetcher can do."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return seal(SettingsChanged(names=(name,)), event_id=new_id(at), service="api", at=at)


def unread(body: bytes) -> Envelope:
    """What comes out of the broker's parking queue when nobody could read it."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Envelope(id=new_id(at), type="", source="", subject="", time=at, data={}, body=body)


async def park(database_url: str, *envelopes: Envelope, consumer: str = SETTINGS, reason: str = "no") -> None:
    """Park events in a migrated database that no other process is using."""
    database = Database(parse_url(database_url))
    unit = SqlUnits(database, service="common", clock=FakeClock(), crash=CrashPoints())
    try:
        async with unit() as work:
            for envelope in envelopes:
                await deliveries.put(
                    work,
                    consumer=consumer,
                    envelope=envelope,
                    at=work.at,
                    attempts=6,
                    state=deliveries.PARKED,
                    error=reason,
                )
    finally:
        await database.close()
