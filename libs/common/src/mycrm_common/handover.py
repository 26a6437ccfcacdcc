"""The short way from a commit to the bus: events of this process that its own relay carries at once.

While the bus takes events, a unit of work writes its outbox rows already claimed by this process's relay, and
hands the envelopes over after the commit; nothing has to be asked for and claimed again. The outbox stays the
truth: what a process that dies had in hand becomes free when the claim runs out, and is carried by another.
"""

from collections import deque
from collections.abc import Sequence
from datetime import timedelta

from mycrm_common.bus.envelope import Envelope

LEASE = timedelta(seconds=30)
_ROOM = 2_000


class Handover:
    """Fresh events between the units of work and the relay of one process."""

    def __init__(self, *, owner: str) -> None:
        self.owner = owner
        self.is_open = False
        self._fresh: deque[Envelope] = deque()

    def has_room(self, count: int) -> bool:
        """Tell whether the relay takes so many events from hand to hand right now."""
        return self.is_open and len(self._fresh) + count <= _ROOM

    def give(self, envelopes: Sequence[Envelope]) -> None:
        """Hand events over that are committed and claimed for the relay."""
        self._fresh.extend(envelopes)

    def take(self, limit: int) -> list[Envelope]:
        """Return the oldest fresh events, at most `limit`."""
        return [self._fresh.popleft() for _ in range(min(limit, len(self._fresh)))]
