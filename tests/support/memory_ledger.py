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
from mycrm_mail_fetcher.domain.accounts import Named, Rule
from mycrm_mail_fetcher.domain.cursors import FolderState
from mycrm_mail_fetcher.domain.uid_sets import UidSet
from mycrm_mail_fetcher.ports.ledger import (
    Exclusion,
    FolderKey,
    KnownFolder,
    Ledger,
    NewMessage,
    Place,
    PlaceState,
)
from mycrm_mail_fetcher.store.locations import MOST_ATTEMPTS
from tests.support.clock import FakeClock

_NO_CONNECTION = cast("Any", None)


@dataclass(kw_only=True)
class MemoryFolders:
    """The folders that were ever seen."""

    rows: dict[int, tuple[str, KnownFolder]] = field(default_factory=dict)
    missing: dict[int, int] = field(default_factory=dict)

    async def of_mailbox(self, _: Reading, mailbox: str) -> dict[str, KnownFolder]:
        return {folder.name: folder for place, folder in self.rows.values() if place == mailbox}

    async def by_id(self, _: Reading, folder_id: int) -> KnownFolder | None:
        row = self.rows.get(folder_id)
        return row[1] if row else None

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

    async def note_comparison(self, work: Work, folder_id: int, *, missing: int) -> None:
        self._change(folder_id, compared_at=work.at)
        self.missing[folder_id] = missing

    async def fail(self, _: Work, folder_id: int, *, code: str, detail: str) -> None:
        assert detail is not None
        self._change(folder_id, error_code=code)

    def _change(self, folder_id: int, **values: Any) -> None:
        mailbox, folder = self.rows[folder_id]
        self.rows[folder_id] = (mailbox, replace(folder, **values))


@dataclass(kw_only=True)
class MemoryMessages:
    """The messages by their number, and the subjects of our own notices."""

    locations: "MemoryLocations"
    rows: dict[int, NewMessage] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    last: int = 0

    async def ids_by_key(self, _: Reading, keys: Collection[bytes]) -> dict[bytes, int]:
        return {row.content_key: number for number, row in self.rows.items() if row.content_key in keys}

    async def add(self, work: Work, messages: Sequence[NewMessage]) -> dict[bytes, int]:
        added: dict[bytes, int] = {}
        for message in messages:
            if not await self.ids_by_key(work, [message.content_key]):
                self.last += 1
                added[message.content_key] = self.last
                self.rows[self.last] = message
        return added

    async def add_notice(self, _: Work, *, subject: str, content: str) -> None:
        assert content
        self.notices.append(subject)

    async def expire(self, _: Work, *, before: datetime, limit: int) -> int:
        old = sorted(number for number, row in self.rows.items() if row.date < before)[:limit]
        for number in old:
            del self.rows[number]
            for key, (place, message) in list(self.locations.rows.items()):
                if message == number:
                    removed = replace(place, state=PlaceState.IGNORED, reason=Rule.REMOVED, content_key=None)
                    self.locations.rows[key] = (removed, None)
        return len(old)


@dataclass(kw_only=True)
class MemoryLocations:
    """Places by folder, validity and uid."""

    rows: dict[tuple[int, int, int], tuple[Place, int | None]] = field(default_factory=dict)
    attempts: dict[tuple[int, int, int], int] = field(default_factory=dict)
    messages: "MemoryMessages | None" = None

    async def named(self, _: Reading, folder: FolderKey) -> Named:
        places = {uid: row for (*key, uid), row in self.rows.items() if tuple(key) == self._key(folder)}
        held = {uid for uid, (place, _) in places.items() if place.state is PlaceState.HELD}
        stored = {uid for uid, (place, _) in places.items() if place.state is PlaceState.STORED}
        lost = {uid for uid in stored if not self._is_backed(places[uid][1])}
        return Named(
            stored=UidSet(stored - lost),
            lost=UidSet(lost),
            held=UidSet(held),
            retry=UidSet(uid for uid in held if self.attempts[(*self._key(folder), uid)] < MOST_ATTEMPTS),
            ignored={
                rule: UidSet(found)
                for rule in Rule
                if (found := [uid for uid, (place, _) in places.items() if place.reason == rule])
            },
        )

    async def count(self, _: Reading, folder: FolderKey) -> int:
        return sum(tuple(key) == self._key(folder) for *key, _ in self.rows)

    async def put(
        self, _: Work, places: Sequence[Place], *, folder: FolderKey, message_ids: Mapping[bytes, int]
    ) -> None:
        for place in places:
            key = (*self._key(folder), place.uid)
            message = message_ids[place.content_key] if place.content_key else None
            self.rows[key] = (place, message)
            if place.state is PlaceState.HELD:
                self.attempts[key] = self.attempts.get(key, 0) + 1

    async def ignore(self, _: Work, uids: UidSet, *, folder: FolderKey, rule: Rule) -> None:
        for uid in uids:
            place = Place(uid=uid, internal_date=None, size=0, state=PlaceState.IGNORED, reason=rule)
            self.rows[(*self._key(folder), uid)] = (place, None)

    async def forget(self, _: Work, uids: UidSet, *, folder: FolderKey) -> None:
        for uid in uids:
            self.rows.pop((*self._key(folder), uid), None)

    async def free_held(self, _: Work, *, folder_id: int | None = None, uid: int | None = None) -> None:
        for folder, validity, number in self.attempts:
            if folder_id in (None, folder) and uid in (None, number):
                self.attempts[folder, validity, number] = 0

    async def forget_other_validities(self, _: Work, folder: FolderKey) -> None:
        stale = [key for key in self.rows if key[0] == folder.folder_id and key[1] != folder.uid_validity]
        for key in stale:
            del self.rows[key]

    def _is_backed(self, message: int | None) -> bool:
        return message is not None and (self.messages is None or message in self.messages.rows)

    @staticmethod
    def _key(folder: FolderKey) -> tuple[int, int]:
        return folder.folder_id, folder.uid_validity


class MemoryLedger:
    """All of it, with what was told."""

    def __init__(self, clock: FakeClock | None = None) -> None:
        self.clock = clock or FakeClock()
        self.folders = MemoryFolders()
        self.locations = MemoryLocations()
        self.messages = MemoryMessages(locations=self.locations)
        self.locations.messages = self.messages
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
