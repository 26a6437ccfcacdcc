"""Named places where a test may ask the process to die, to prove that a crash there loses nothing.

`MYCRM_FAILPOINT=relay.published:3` ends the process, as SIGKILL would, the third time the relay gets there.
Without the setting every call returns at once.
"""

import os
from collections import Counter

_KILLED = 137


class CrashPoints:
    """Counts visits to named places, and dies at the one that was asked for."""

    def __init__(self, wish: str = "") -> None:
        name, _, visit = wish.partition(":")
        self._name = name
        self._visit = int(visit or 1)
        self._seen: Counter[str] = Counter()

    def reach(self, name: str) -> None:
        """Pass the place called `name`; the process may end here without any clean-up."""
        if name != self._name:
            return
        self._seen[name] += 1
        if self._seen[name] == self._visit:
            os._exit(_KILLED)
