"""Where we stand in a folder, as arithmetic.

UIDs only rise while UIDVALIDITY stays the same, so two numbers tell what has been looked at: every mail with
`low_uid <= uid <= last_uid`. A first look begins at the newest mail, so that today's is there at once, and works
its way down: until `low_uid` is 1 there is older mail to look at. When UIDVALIDITY changes the numbers mean
nothing and all of the folder is looked at again; the content keys keep its mail from being stored twice.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol, TypeVar

_FIRST_UID: Final = 1
_BEYOND_ALL_UIDS: Final = 2**32


class Standing(Protocol):
    """A folder as the server counts it at one moment; what it does not tell is 0."""

    @property
    def messages(self) -> int:
        """Return how many mails are in it."""
        ...

    @property
    def uid_next(self) -> int:
        """Return the lowest UID that the next mail can get."""
        ...

    @property
    def uid_validity(self) -> int:
        """Return the number under which its UIDs are valid."""
        ...


class Sized(Protocol):
    """A mail whose size is known before it is fetched."""

    @property
    def size(self) -> int:
        """Return its size in bytes."""
        ...


H = TypeVar("H", bound=Sized)


@dataclass(frozen=True, kw_only=True, slots=True)
class FolderState:
    """What has been looked at, and how the server counted before that look began."""

    uid_validity: int
    last_uid: int = 0
    low_uid: int = _FIRST_UID
    seen_messages: int = 0
    seen_uid_next: int = 0

    @property
    def is_complete(self) -> bool:
        """Say whether no older mail is left to look at."""
        return self.low_uid <= _FIRST_UID


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """Which UIDs to look at: those greater than `above` and those less than `below`."""

    above: int
    below: int = 0
    starts_over: bool = False
    is_nothing: bool = False

    def wants(self, uid: int) -> bool:
        """Say whether a UID is to be looked at; servers answer `n:*` with their last one even if it is below n."""
        return not self.is_nothing and uid > 0 and (uid > self.above or uid < self.below)


def plan(state: FolderState | None, status: Standing) -> Plan:
    """Return what to look at: everything (first time, or UIDs changed their meaning), what is new, or nothing."""
    if state is None or state.uid_validity != status.uid_validity or not status.uid_validity:
        return Plan(above=0, starts_over=True)
    counted = (status.messages, status.uid_next)
    unchanged = status.uid_next > 0 and counted == (state.seen_messages, state.seen_uid_next)
    below = 0 if state.is_complete else state.low_uid
    return Plan(above=state.last_uid, below=below, is_nothing=unchanged and state.is_complete)


def windows(uids: Iterable[int], size: int, *, newest_first: bool = False) -> Iterator[list[int]]:
    """Yield the UIDs in ascending lists of at most `size` (Tencent refuses descending ones)."""
    ordered = sorted(set(uids))
    cuts: Sequence[int] = range(len(ordered) % size - size, len(ordered), size) if newest_first else ()
    if newest_first:
        yield from (window for cut in reversed(cuts) if (window := ordered[max(cut, 0) : cut + size]))
    else:
        yield from (ordered[cut : cut + size] for cut in range(0, len(ordered), size))


def by_size(heads: Iterable[H], limit_bytes: int) -> Iterator[list[H]]:
    """Yield neighbours together as long as they stay within the limit; a mail above it comes alone."""
    group: list[H] = []
    total = 0
    for head in heads:
        if group and total + head.size > limit_bytes:
            yield group
            group, total = [], 0
        group.append(head)
        total += head.size
    if group:
        yield group


def begun(status: Standing) -> FolderState:
    """Return the state of a folder at the start of a first look: nothing seen yet, all that is there still below."""
    return FolderState(
        uid_validity=status.uid_validity,
        last_uid=max(status.uid_next - 1, 0),
        low_uid=status.uid_next or _BEYOND_ALL_UIDS,
    )


def advanced(state: FolderState, window: Sequence[int]) -> FolderState:
    """Return the state after the mails of a window have been stored."""
    if not window:
        return state
    return replace(state, last_uid=max(state.last_uid, window[-1]), low_uid=min(state.low_uid, window[0]))


def finished(state: FolderState, status: Standing) -> FolderState:
    """Return the state after a whole look; `status` was taken BEFORE it, so mail that came meanwhile is still new."""
    return replace(
        state,
        last_uid=max(state.last_uid, status.uid_next - 1),
        low_uid=_FIRST_UID,
        seen_messages=status.messages,
        seen_uid_next=status.uid_next,
    )
