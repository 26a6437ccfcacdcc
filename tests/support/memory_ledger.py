"""Mail-fetcher's ledger in memory, for the decisions of its use cases. It passes the contract suite of the store.

One transaction at a time, undone by an error, as the real unit of work does.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast

from mycrm_common.work import Reading, Work
from mycrm_mail_fetcher.domain.cursors import FolderState
from mycrm_mail_fetcher.ports.ledger import (
    OUTSIDE_WINDOW,
    Exclusion,
    KnownFolder,
    Ledger,
    NewMessage,
    Place,
    PlaceState,
)
from tests.support.clock import FakeClock

_NO_CONNECTION = cast("Any", None)


@dataclass(kw_only=True)
class MemoryFolders:
    """The folders that were ever seen."""

    rows: dict[int, tuple[str, KnownFolder]] = field(default_factory=dict)

    async def of_mailbox(self, _: Reading, mailbox: str) -> dict[str, KnownFolder]:
        return {folder.name: folder for place, folder in self.rows.values() if place == mailbox}

    async def add(self, _: Work, name: str, *, mailbox: str) -> KnownFolder:
        folder = KnownFolder(
            id=len(self.rows) + 1,
            name=name,
            excluded=Exclusion.NONE,
            messages=0,
            state=None,
            window_from=None,
            error_code="",
        )
        self.rows[folder.id] = (mailbox, folder)
        return folder

    async def exclude(self, _: Work, folder_id: int, excluded: Exclusion, *, messages: int) -> None:
        self._change(folder_id, excluded=excluded, messages=messages, error_code="")
        state = self.rows[folder_id][1].state
        if state:
            self._change(folder_id, state=replace(state, seen_messages=messages))

    async def mark(self, _: Work, folder_id: int, state: FolderState, *, window_from: datetime) -> None:
        self._change(
            folder_id,
            state=state,
            window_from=window_from,
            messages=state.seen_messages,
            excluded=Exclusion.NONE,
            error_code="",
        )

    async def fail(self, _: Work, folder_id: int, *, code: str, detail: str) -> None:
        assert detail is not None
        self._change(folder_id, error_code=code)

    def _change(self, folder_id: int, **values: Any) -> None:
        mailbox, folder = self.rows[folder_id]
        self.rows[folder_id] = (mailbox, replace(folder, **values))


@dataclass(kw_only=True)
class MemoryMessages:
    """The messages by their number."""

    rows: dict[int, NewMessage] = field(default_factory=dict)

    async def ids_by_key(self, _: Reading, keys: Collection[bytes]) -> dict[bytes, int]:
        return {row.content_key: number for number, row in self.rows.items() if row.content_key in keys}

    async def add(self, work: Work, messages: Sequence[NewMessage]) -> dict[bytes, int]:
        added: dict[bytes, int] = {}
        for message in messages:
            if not await self.ids_by_key(work, [message.content_key]):
                added[message.content_key] = len(self.rows) + 1
                self.rows[len(self.rows) + 1] = message
        return added


@dataclass(kw_only=True)
class MemoryLocations:
    """Places by folder, validity and uid."""

    rows: dict[tuple[int, int, int], tuple[Place, int | None]] = field(default_factory=dict)

    async def settled(
        self, _: Reading, uids: Collection[int], *, folder_id: int, uid_validity: int
    ) -> set[int]:
        places = {uid: self.rows.get((folder_id, uid_validity, uid)) for uid in uids}
        return {
            uid
            for uid, row in places.items()
            if row and not (row[0].state is PlaceState.IGNORED and row[0].reason == OUTSIDE_WINDOW)
        }

    async def put(
        self,
        _: Work,
        places: Sequence[Place],
        *,
        folder_id: int,
        uid_validity: int,
        message_ids: Mapping[bytes, int],
    ) -> None:
        for place in places:
            message = message_ids[place.content_key] if place.content_key else None
            self.rows[folder_id, uid_validity, place.uid] = (place, message)

    async def forget_other_validities(self, _: Work, folder_id: int, *, uid_validity: int) -> None:
        stale = [key for key in self.rows if key[0] == folder_id and key[1] != uid_validity]
        for key in stale:
            del self.rows[key]


class MemoryLedger:
    """All of it, with what was told."""

    def __init__(self, clock: FakeClock | None = None) -> None:
        self.clock = clock or FakeClock()
        self.folders = MemoryFolders()
        self.messages = MemoryMessages()
        self.locations = MemoryLocations()
        self.told = list[Any]()
        self.transactions = 0

    @property
    def ports(self) -> Ledger:
        """As use cases take it."""
        return Ledger(
            folders=self.folders,
            messages=self.messages,
            locations=self.locations,
            reading=self.reading,
            unit=self.unit,
        )

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Reading]:
        """A moment of looking."""
        yield Reading(_NO_CONNECTION)

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[Work]:
        """One transaction."""
        rooms: tuple[Any, ...] = (self.folders, self.messages, self.locations)
        before = [deepcopy(room.rows) for room in rooms]
        work = Work(_NO_CONNECTION, at=self.clock.now())
        try:
            yield work
        except BaseException:
            for room, rows in zip(rooms, before, strict=True):
                room.rows = rows
            raise
        self.transactions += 1
        self.told += work.told

    def places_of(self, name: str) -> dict[int, Place]:
        """The places of a folder in its present validity, by uid."""
        folder = next(folder for _, folder in self.folders.rows.values() if folder.name == name)
        validity = folder.state.uid_validity if folder.state else 0
        return {
            uid: place
            for (folder_id, known, uid), (place, _) in sorted(self.locations.rows.items())
            if (folder_id, known) == (folder.id, validity)
        }

    def folder(self, name: str) -> KnownFolder:
        """The folder as it stands in the ledger."""
        return next(folder for _, folder in self.folders.rows.values() if folder.name == name)
