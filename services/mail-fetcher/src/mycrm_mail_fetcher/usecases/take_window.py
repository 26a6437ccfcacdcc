"""Takes a window of uids: looks at their heads, fetches the text of those that nobody knows, stores all of it.

Each uid has its turn, in the order in which the folder's mark moves. Many turns need no text: the mail is too
old, or the same mail was stored from another folder. The others are cut into batches that fit into memory.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from typing import Final

from mycrm_mail_fetcher.domain.cursors import FolderState, advanced, by_size
from mycrm_mail_fetcher.domain.identity import header_key, needs_text
from mycrm_mail_fetcher.ports import MailHead
from mycrm_mail_fetcher.ports.ledger import (
    OUTSIDE_WINDOW,
    Counts,
    KnownFolder,
    NewMessage,
    Place,
    PlaceState,
)
from mycrm_mail_fetcher.ports.looking import Reader
from mycrm_mail_fetcher.usecases.fetch_mails import LONGEST_MAIL, fetch_mails
from mycrm_mail_fetcher.usecases.read_batch import read_batch
from mycrm_mail_fetcher.usecases.store_batch import Batch, store_batch

BATCH_BYTES: Final = 8 * 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class _Turn:
    """One uid's turn: its place is known, or its text has to be fetched, or (neither) it is settled or gone."""

    uid: int
    place: Place | None = None
    unread: MailHead | None = None

    @property
    def size(self) -> int:
        return min(self.unread.size, LONGEST_MAIL) if self.unread else 0


async def take_window(
    window: Sequence[int], *, known: KnownFolder, state: FolderState, reader: Reader, newest_first: bool
) -> AsyncIterator[tuple[FolderState, Counts]]:
    """Store the mails of the window, and tell after each batch how far the folder is and what came of it."""
    turns = await _turns(window, known, state, reader)
    for batch in by_size(reversed(turns) if newest_first else turns, BATCH_BYTES):
        state = advanced(state, sorted(turn.uid for turn in batch))
        yield state, await _take(batch, known, state, reader)


async def _turns(
    window: Sequence[int], known: KnownFolder, state: FolderState, reader: Reader
) -> list[_Turn]:
    fresh = await _fresh(window, known, state, reader)
    heads = {head.uid: head for head in await reader.session.heads(fresh)}
    places = {place.uid: place for place in await _placed_by_head(heads.values(), reader)}
    places |= {place.uid: place for place in await _withheld(set(fresh) - heads.keys(), {}, reader)}
    return [
        _Turn(uid=uid, place=places.get(uid), unread=None if uid in places else heads.get(uid))
        for uid in window
    ]


async def _fresh(
    window: Sequence[int], known: KnownFolder, state: FolderState, reader: Reader
) -> Sequence[int]:
    if not state.uid_validity:
        return window  # Such a server may have given the numbers to other mails since.
    async with reader.ledger.reading() as reading:
        settled = await reader.ledger.locations.settled(
            reading, window, folder_id=known.id, uid_validity=state.uid_validity
        )
    return [uid for uid in window if uid not in settled]


async def _placed_by_head(heads: Collection[MailHead], reader: Reader) -> list[Place]:
    """The places of mails that need not be read."""
    start = reader.rules.window_from
    old = [_place(head, PlaceState.IGNORED, OUTSIDE_WINDOW) for head in heads if head.internal_date < start]
    # Two hundred headers are a noticeable while for whoever else waits for the loop.
    keys = await asyncio.to_thread(_keys, [head for head in heads if head.internal_date >= start])
    async with reader.ledger.reading() as reading:
        stored = await reader.ledger.messages.ids_by_key(reading, set(keys.values()))
    return old + [
        _place(head, PlaceState.STORED, key=keys[head.uid]) for head in heads if keys.get(head.uid) in stored
    ]


def _keys(heads: Sequence[MailHead]) -> dict[int, bytes]:
    """The content keys of those mails whose header is enough to make one."""
    return {
        head.uid: header_key(head.header, text_digest=b"") for head in heads if not needs_text(head.header)
    }


async def _take(batch: Sequence[_Turn], known: KnownFolder, state: FolderState, reader: Reader) -> Counts:
    unread = {turn.uid: turn.unread for turn in batch if turn.unread}
    fetched = await fetch_mails(list(unread.values()), session=reader.session)
    missing = unread.keys() - {mail.head.uid for mail in fetched}
    withheld = await _withheld(missing, unread, reader)
    read = await read_batch(fetched, ours=reader.rules.ours, sanitise=reader.sanitise)
    reader.crash.reach("fetch.batch_read")
    places = [*(turn.place for turn in batch if turn.place), *withheld, *read.places]
    stored = await _store(places, read.messages, known, state, reader)
    reader.crash.reach("fetch.batch_stored")
    states = [place.state for place in places]
    return Counts(stored=stored, ignored=states.count(PlaceState.IGNORED), held=states.count(PlaceState.HELD))


async def _store(
    places: Sequence[Place],
    messages: Sequence[NewMessage],
    known: KnownFolder,
    state: FolderState,
    reader: Reader,
) -> int:
    batch = Batch(
        folder_id=known.id,
        state=state,
        window_from=reader.rules.window_from,
        places=places,
        messages=messages,
    )
    return await store_batch(batch, ledger=reader.ledger)


async def _withheld(uids: Collection[int], heads: dict[int, MailHead], reader: Reader) -> list[Place]:
    """The places of mails that the server does not give though they are there; what was deleted has none."""
    if not uids:
        return []
    detail = "the server lists this mail but does not give it"
    return [
        Place(
            uid=uid,
            internal_date=heads[uid].internal_date if uid in heads else None,
            size=heads[uid].size if uid in heads else 0,
            state=PlaceState.HELD,
            reason="mail_withheld",
            detail=detail,
        )
        for uid in await reader.session.present(sorted(uids))
    ]


def _place(head: MailHead, state: PlaceState, reason: str = "", *, key: bytes | None = None) -> Place:
    return Place(
        uid=head.uid,
        internal_date=head.internal_date,
        size=head.size,
        state=state,
        reason=reason,
        content_key=key,
    )
