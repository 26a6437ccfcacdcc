"""The embedded CRM with a witness beside it: `python -m tests.faults.entry [broken]`.

The witness is one more consumer of every event, whose effect is not idempotent: it writes a line for each event
that it is given, so an event that is lost or done twice shows. `broken` swaps in a unit of work that commits
first and publishes afterwards, as software without an outbox does; the tests must catch it.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

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


def main_with_witness(*, broken: bool) -> int:
    """Run until a signal, as `mycrm run` does."""
    units = CommitThenPublish if broken else SqlUnits
    witness = Part(name=WITNESS, build=_build, settings=Settings)
    return main([*parts(), witness], migrates=True, units=units)


@asynccontextmanager
async def _build(runtime: ServiceRuntime, _: Settings) -> AsyncIterator[Service]:
    async def witness(event: Event, unit: UnitOfWork) -> None:
        async with unit() as work:
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

    del runtime
    everything = tuple(event_types().values())
    yield Service(
        name=WITNESS, subscriptions=(Subscription(use="everything", events=everything, handle=witness),)
    )


if __name__ == "__main__":
    sys.exit(main_with_witness(broken="broken" in sys.argv[1:]))
