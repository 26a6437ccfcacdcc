"""What a use case holds while it reads or writes: one connection, and the events that it makes true.

Use cases see only `tell`; the connection is for `store` and `db`. A `Reading` cannot write, a `Work` is one
transaction that its unit commits, together with the told events, when the block ends without an error.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import TYPE_CHECKING

from mycrm_common.events.registry import Event

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection


class Reading:
    """A moment of looking: consistent, and closed soon."""

    def __init__(self, connection: "AsyncConnection") -> None:
        self.connection = connection


class Work(Reading):
    """One open transaction of one service, begun at `at`."""

    def __init__(self, connection: "AsyncConnection", *, at: datetime) -> None:
        super().__init__(connection)
        self.at = at
        self.told: list[Event] = []

    def tell(self, *events: Event) -> None:
        """Make events known, if and when this transaction becomes true."""
        self.told.extend(events)


UnitOfWork = Callable[[], AbstractAsyncContextManager[Work]]
ReadingRoom = Callable[[], AbstractAsyncContextManager[Reading]]
