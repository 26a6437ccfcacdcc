"""Where we stand in a folder, as arithmetic.

Two kinds of look. The quick one takes what stands above the last UID; it is enough as long as the folder was looked
at whole, UIDs keep their meaning (UIDVALIDITY), and nobody wants it compared. Otherwise all of the folder is held
against the ledger (see `accounts`). That one begins at the newest mail, so that today's is there at once, and works
its way down: until `low_uid` is 1 it is not at its end, and a broken one is taken up again.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
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


class Look(Enum):
    """How a folder is looked at: not at all, at what stands above the last UID, or at everything."""

    NOTHING = 0
    NEW = 1
    ALL = 2


def look_for(state: FolderState | None, status: Standing, *, compares: bool) -> Look:
    """Return how to look; `compares` says that the ledger has to be proven."""
    if state is None or state.uid_validity != status.uid_validity or not status.uid_validity:
        return Look.ALL
    if compares or not state.is_complete:
        return Look.ALL
    counted = (status.messages, status.uid_next)
    unchanged = status.uid_next > 0 and counted == (state.seen_messages, state.seen_uid_next)
    return Look.NOTHING if unchanged else Look.NEW


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
        # People watch this number while the look goes on; it says nothing about what has been looked at.
        seen_messages=status.messages,
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
