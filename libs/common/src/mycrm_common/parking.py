"""What a broker set aside, kept where parked events are seen and tried again: in the deliveries.

A body that holds an event becomes a parked delivery of the consumer that gave it up. A body that holds none is kept
for people to look at: without a type, under a name made of its bytes, and no more of it than fits. Taking the same
one twice, after a crash before the broker knew that we have it, leaves one row.
"""

from hashlib import sha256

from mycrm_common.bus.codec import unseal
from mycrm_common.bus.envelope import Envelope
from mycrm_common.bus.port import Bus, SetAside
from mycrm_common.crash import CrashPoints
from mycrm_common.db import deliveries, inbox
from mycrm_common.errors import MyCRMError
from mycrm_common.logs import Logger
from mycrm_common.work import UnitOfWork, Work

# An event of ours has some hundred bytes; what is as large as this is none, whatever it says.
_LARGEST_EVENT = 1024 * 1024
_KEPT_BYTES = 64 * 1024
_DIGEST_LETTERS = 25


async def empty_parking(bus: Bus, *, unit: UnitOfWork, crash: CrashPoints, log: Logger) -> None:
    """Take over what the bus has set aside; while it is away, that stays where it is."""

    async def keep(aside: SetAside) -> None:
        async with unit() as work:
            envelope, reason = _read(aside, work)
            if not await _is_done(work, aside, envelope):
                await deliveries.put(
                    work,
                    consumer=aside.consumer,
                    envelope=envelope,
                    at=work.at,
                    attempts=aside.attempts,
                    state=deliveries.PARKED,
                    error=reason,
                )
        crash.reach("parking.kept")
        log.warning("event.parked", event_id=envelope.id, consumer=aside.consumer, reason=reason)

    try:
        await bus.empty_parking(keep)
    except MyCRMError as error:
        if error.code not in {"bus_unavailable", "bus_refused"}:
            raise


def _read(aside: SetAside, work: Work) -> tuple[Envelope, str]:
    """Return what a body holds, and why it lies here."""
    size = len(aside.body)
    try:
        if size <= _LARGEST_EVENT:
            return unseal(aside.body), aside.reason
        reason = aside.reason
    except MyCRMError as error:
        reason = aside.reason if error.detail in aside.reason else f"{aside.reason}; {error.detail}"
    if size > _KEPT_BYTES:
        reason += f"; the first {_KEPT_BYTES} of {size} bytes are kept"
    name = f"unreadable-{sha256(aside.body).hexdigest()[:_DIGEST_LETTERS]}"
    body = aside.body[:_KEPT_BYTES]
    return Envelope(id=name, type="", source="", subject="", time=work.at, data={}, body=body), reason


async def _is_done(work: Work, aside: SetAside, envelope: Envelope) -> bool:
    """Tell whether the consumer has done it after all: then there is nothing to look into."""
    return await inbox.has_done(work, consumer=aside.consumer, event_id=envelope.id)
