"""Services with a witness among them: `python -m tests.faults.entry [broken] [slow] [name ...]`.

Without names it is the embedded CRM with the witness beside it, else those services alone in one process.
A slow witness takes a while over each event, so that it can be met in the middle.

The witness is one more consumer of every event, whose effect is not idempotent: it writes a line for each event
that it is given, so an event that is lost or done twice shows. `broken` swaps in what software without an outbox
and an inbox does: it commits first and publishes afterwards, and the witness writes its line in a transaction
apart from the inbox row. The tests must catch both.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from mycrm_common.bus.codec import seal
from mycrm_common.db import logs, outbox
from mycrm_common.db.unit_of_work import SqlUnits
from mycrm_common.events import event_types
from mycrm_common.events.registry import Event
from mycrm_common.ids import new_id
from mycrm_common.logs import LogLine
from mycrm_common.runner import Part, main
from mycrm_common.runtime import ServiceRuntime
from mycrm_common.service import Service, Subscription
from mycrm_common.settings import Settings
from mycrm_common.work import UnitOfWork, Work
from mycrm_embedded.services import parts

WITNESS = "witness"
SLOW_SECONDS = 0.5


class CommitThenPublish(SqlUnits):
    """The mistake: what is told is written after what made it true, in a transaction of its own."""

    async def conclude(self, work: Work) -> None:
        """Commit, and only then write the events."""
        await work.connection.commit()
        if work.told:
            self._crash.reach("unit.committed")
        envelopes = [
            seal(event, event_id=new_id(work.at), service=self._service, at=work.at) for event in work.told
        ]
        if envelopes:
            await work.connection.begin()
            await outbox.put(work, envelopes, service=self._service)
            await work.connection.commit()


def main_with_witness(names: list[str], *, broken: bool, slow: bool) -> int:
    """Run until a signal, as `mycrm run` or the services alone do."""
    witness = Part(name=WITNESS, build=partial(_build, broken=broken, slow=slow), settings=Settings)
    chosen = [part for part in [*parts(), witness] if not names or part.name in names]
    return main(chosen, migrates=not names, units=CommitThenPublish if broken else SqlUnits)


@asynccontextmanager
async def _build(runtime: ServiceRuntime, _: Settings, *, broken: bool, slow: bool) -> AsyncIterator[Service]:
    async def witness(event: Event, unit: UnitOfWork) -> None:
        async with (runtime.unit if broken else unit)() as work:
            version = getattr(event, "version", "")
            line = LogLine(
                at=work.at,
                service=WITNESS,
                level=20,
                action=event.event_type,
                text=f"{event.subject} {version}".strip(),
                correlation_id="",
            )
            await logs.put(work, [line])
            if slow:
                await asyncio.sleep(SLOW_SECONDS)

    everything = tuple(event_types().values())
    yield Service(
        name=WITNESS, subscriptions=(Subscription(use="everything", events=everything, handle=witness),)
    )


if __name__ == "__main__":
    words = sys.argv[1:]
    chosen_names = [word for word in words if word not in {"broken", "slow"}]
    sys.exit(main_with_witness(chosen_names, broken="broken" in words, slow="slow" in words))
