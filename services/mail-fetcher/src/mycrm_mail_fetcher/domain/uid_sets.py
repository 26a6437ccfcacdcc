"""Many UIDs in little room: what a folder holds, and what of it was looked at.

A set is kept as runs of neighbours (first, last), ascending, never touching each other, in two arrays of numbers.
So a folder of a million mails costs a few bytes where its UIDs have no gaps, and sixteen bytes per run at most;
joining, taking away and keeping in common walk over runs and never count through them.
"""

import heapq
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import islice
from operator import le
from typing import Final

FIRST_UID: Final = 1
LAST_UID: Final = 2**32 - 1


class UidSet:
    """A set of UIDs that does not change."""

    __slots__ = ("_firsts", "_lasts", "_size")

    def __init__(self, uids: Iterable[int] = ()) -> None:
        try:
            numbers = array("Q", uids)
        except OverflowError as error:
            raise ValueError("what is less than nothing is no UID") from error
        if not all(map(le, numbers, islice(numbers, 1, None))):
            numbers = array("Q", sorted(numbers))
        self._fill(zip(numbers, numbers, strict=True))

    @classmethod
    def of_ranges(cls, ranges: Iterable[tuple[int, int]]) -> "UidSet":
        """Return the set of all UIDs in these ranges (both ends belong to them), in whatever order they come."""
        return cls._of_ascending(sorted(ranges))

    @classmethod
    def _of_ascending(cls, ranges: Iterable[tuple[int, int]]) -> "UidSet":
        made = cls.__new__(cls)
        made._fill(ranges)  # noqa: SLF001 - the instance is being made here
        return made

    def _fill(self, ascending: Iterable[tuple[int, int]]) -> None:
        firsts, lasts = array("Q"), array("Q")
        end = FIRST_UID - 2
        for first, last in ascending:
            if not FIRST_UID <= first <= last <= LAST_UID:
                raise ValueError(f"{first}:{last} is no range of UIDs")
            if first > end + 1:
                firsts.append(first)
                lasts.append(last)
                end = last
            elif last > end:
                lasts[-1] = end = last
        self._firsts, self._lasts = firsts, lasts
        self._size = sum(lasts) - sum(firsts) + len(firsts)

    def ranges(self) -> Iterator[tuple[int, int]]:
        """Yield the longest runs of neighbours, ascending, as (first, last)."""
        return zip(self._firsts, self._lasts, strict=True)

    def between(self, first: int, last: int) -> "UidSet":
        """Return the UIDs from `first` to `last`, both included; it costs as much as the answer is long."""
        start, end = bisect_left(self._lasts, first), bisect_right(self._firsts, last)
        runs = zip(self._firsts[start:end], self._lasts[start:end], strict=True)
        return self._of_ascending((max(low, first), min(high, last)) for low, high in runs)

    def windows(self, size: int, *, newest_first: bool = False) -> Iterator[list[int]]:
        """Yield all UIDs in ascending lists of `size`; a shorter one comes last, be it the newest or the oldest."""
        if size < 1:
            raise ValueError("a window holds at least one UID")
        window: list[int] = []
        for uid in reversed(self) if newest_first else self:
            window.append(uid)
            if len(window) == size:
                yield sorted(window)
                window = []
        if window:
            yield sorted(window)

    def pieces(self, most_runs: int) -> Iterator["UidSet"]:
        """Yield the set in ascending parts of at most so many runs."""
        for start in range(0, len(self._firsts), most_runs):
            end = start + most_runs
            yield self._of_ascending(zip(self._firsts[start:end], self._lasts[start:end], strict=True))

    def __or__(self, other: "UidSet") -> "UidSet":
        return self._of_ascending(heapq.merge(self.ranges(), other.ranges()))

    def __and__(self, other: "UidSet") -> "UidSet":
        return self._of_ascending(_common(self.ranges(), other.ranges()))

    def __sub__(self, other: "UidSet") -> "UidSet":
        if not self:
            return self
        return self._of_ascending(_common(self.ranges(), _gaps(other.ranges())))

    def __contains__(self, uid: object) -> bool:
        if not isinstance(uid, int):
            return False
        run = bisect_right(self._firsts, uid) - 1
        return run >= 0 and uid <= self._lasts[run]

    def __iter__(self) -> Iterator[int]:
        return (uid for first, last in self.ranges() for uid in range(first, last + 1))

    def __reversed__(self) -> Iterator[int]:
        runs = zip(reversed(self._firsts), reversed(self._lasts), strict=True)
        return (uid for first, last in runs for uid in range(last, first - 1, -1))

    def __len__(self) -> int:
        return self._size

    def __bool__(self) -> bool:
        return self._size > 0

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, UidSet):
            return NotImplemented
        return self._firsts == other._firsts and self._lasts == other._lasts

    def __hash__(self) -> int:
        return hash((self._firsts.tobytes(), self._lasts.tobytes()))

    def __repr__(self) -> str:
        shown = [f"{first}:{last}" if first < last else str(first) for first, last in self.ranges()]
        return f"UidSet({','.join(shown)})"


def _common(one: Iterator[tuple[int, int]], other: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    mine, theirs = next(one, None), next(other, None)
    while mine and theirs:
        first, last = max(mine[0], theirs[0]), min(mine[1], theirs[1])
        if first <= last:
            yield first, last
        if mine[1] < theirs[1]:
            mine = next(one, None)
        else:
            theirs = next(other, None)


def _gaps(runs: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    after = FIRST_UID
    for first, last in runs:
        if after < first:
            yield after, first - 1
        after = last + 1
    if after <= LAST_UID:
        yield after, LAST_UID
