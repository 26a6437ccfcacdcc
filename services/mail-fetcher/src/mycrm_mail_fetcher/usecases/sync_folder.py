"""Takes up what is new in one folder, and proves the ledger where that is due.

The status is taken before the look and kept after it, so mail that comes meanwhile is still new the next time.
Mail is taken in batches, each of which is stored together with the mark that says how far we are: a crash, a lost
connection or an impatient server cost one batch at most. After a quick look the ledger has to name as many mails
as the server counts; where it does not, all of the folder is compared at once.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from mycrm_common.tasks import TaskNursery
from mycrm_mail_fetcher.domain.accounts import Rule
from mycrm_mail_fetcher.domain.cursors import (
    FolderState,
    Look,
    advanced,
    begun,
    finished,
    look_for,
)
from mycrm_mail_fetcher.domain.uid_sets import UidSet
from mycrm_mail_fetcher.ports import FolderStatus, MailHead, RemoteFolder
from mycrm_mail_fetcher.ports.ledger import Counts, FolderKey, KnownFolder, PlaceState
from mycrm_mail_fetcher.ports.looking import Reader, Rules
from mycrm_mail_fetcher.usecases.ahead import ahead, two_at_once
from mycrm_mail_fetcher.usecases.compare_folder import compare_folder, first_day, ignore
from mycrm_mail_fetcher.usecases.fetch_window import Fetched, Turn, fetches, look_at
from mycrm_mail_fetcher.usecases.read_batch import ReadBatch, read_batch
from mycrm_mail_fetcher.usecases.set_aside import Aside, set_aside
from mycrm_mail_fetcher.usecases.store_batch import Batch, store_batch

WINDOW: Final = 200
_FIRST: Final = 40
_CLOCK_SLACK: Final = timedelta(hours=1)
_NONE: Final = UidSet()
_Heads = tuple[Sequence[int], Sequence[MailHead]]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Order:
    """What is to be taken, the mails that are taken however old, and which way the mark moves."""

    uids: UidSet
    anyway: UidSet = _NONE
    newest_first: bool = False


async def sync_folder(remote: RemoteFolder, known: KnownFolder, *, reader: Reader) -> AsyncIterator[Counts]:
    """Store what the folder has and the ledger has not, and tell what came of each batch once it is stored."""
    status = await reader.session.status(remote)
    look = look_for(known.state, status, compares=_is_to_be_compared(known, reader.rules))
    if look is Look.NOTHING:
        if known.state and (known.error_code or known.excluded):
            await _mark(known, known.state, reader)
        return
    if _is_empty(status):
        # Nobody needs to open a folder to see that nothing is in it.
        async for took in _look_at_all(UidSet(), {}, known, status, reader):
            yield took
        return
    opened = await reader.session.open(remote)
    status = replace(status, uid_validity=opened.uid_validity or status.uid_validity)
    aside = await set_aside(remote, reader)
    if look is Look.NEW and known.state and known.state.uid_validity == status.uid_validity:
        async for took in _look_at_new(aside, known, known.state, status, reader):
            yield took
        if await _adds_up(known, status, reader):
            return
    async for took in _look_at_all(await reader.session.uids(), aside, known, status, reader):
        yield took


def _is_empty(status: FolderStatus) -> bool:
    return not status.messages and status.uid_next > 0 and status.uid_validity > 0


def _is_to_be_compared(known: KnownFolder, rules: Rules) -> bool:
    """Say whether it is time, or a window that was widened makes older mail worth a look."""
    if known.compared_at is None or known.compared_at <= rules.compare_before:
        return True
    return known.window_from is not None and known.window_from - rules.window_from > _CLOCK_SLACK


async def _look_at_new(
    aside: Aside, known: KnownFolder, state: FolderState, status: FolderStatus, reader: Reader
) -> AsyncIterator[Counts]:
    folder = FolderKey(folder_id=known.id, uid_validity=status.uid_validity)
    new = await reader.session.uids(above=state.last_uid)
    for rule, left_out in aside.items():
        await ignore(new & left_out, rule, folder=folder, reader=reader)
        new -= left_out
    if len(new) > WINDOW:
        # Many at once are old mail that was moved here, or we were away for long: most heads are not worth asking for.
        recent = await reader.session.uids_since(first_day(reader.rules), above=state.last_uid)
        await ignore(new - recent, Rule.OUTSIDE_WINDOW, folder=folder, reader=reader)
        new &= recent
    order = _Order(uids=new)
    async for reached, took in _taken(order, known, state, reader):
        state = reached
        yield took
    await _mark(known, finished(state, status), reader)


async def _look_at_all(
    server: UidSet, aside: Aside, known: KnownFolder, status: FolderStatus, reader: Reader
) -> AsyncIterator[Counts]:
    state = begun(replace(status, uid_next=status.uid_next or max(reversed(server), default=0) + 1))
    account = await compare_folder(server, known, state=state, aside=aside, reader=reader)
    order = _Order(uids=account.fetch, anyway=account.anyway, newest_first=True)
    async for reached, took in _taken(order, known, state, reader):
        state = reached
        yield took
    await _mark(known, finished(state, status), reader, forgets_others=True)


async def _taken(
    order: _Order, known: KnownFolder, state: FolderState, reader: Reader
) -> AsyncIterator[tuple[FolderState, Counts]]:
    """Look, fetch, read and store: each step works on the next batch while the one behind it is still busy."""
    async with (
        # The next heads are asked for before these are looked at: a distant server is waited for long enough.
        aclosing(ahead(two_at_once(_heads(order, reader), name="fetch heads"), name="take heads")) as heads,
        aclosing(ahead(_looked_at(heads, order, reader), name="look at heads")) as turns,
        aclosing(
            ahead(two_at_once(_fetched(turns, order, reader), name="fetch texts"), name="take texts")
        ) as fetched,
        aclosing(ahead(_read(fetched, order, reader), name="read mails", most=2)) as read,
    ):
        async for batch in read:
            state = advanced(state, batch.uids)
            yield state, await _stored(batch, known, state, reader)


async def _heads(order: _Order, reader: Reader) -> AsyncGenerator[Coroutine[Any, Any, _Heads]]:
    async def given(window: Sequence[int]) -> _Heads:
        return window, await reader.session.heads(window)

    for window in _windows(order):
        yield given(window)


async def _looked_at(
    heads: AsyncGenerator[_Heads], order: _Order, reader: Reader
) -> AsyncGenerator[list[Turn]]:
    async for window, given in heads:
        yield await look_at(window, given, reader=reader, anyway=order.anyway)


def _windows(order: _Order) -> Iterator[Sequence[int]]:
    """Yield the uids in windows; a small one comes before many, so that each step soon has something to do."""
    windows = order.uids.windows(WINDOW, newest_first=order.newest_first)
    if len(order.uids) > WINDOW:
        first = next(windows)
        yield from (
            (first[-_FIRST:], first[:-_FIRST]) if order.newest_first else (first[:_FIRST], first[_FIRST:])
        )
    yield from windows


async def _fetched(
    looked_at: AsyncGenerator[list[Turn]], order: _Order, reader: Reader
) -> AsyncGenerator[Coroutine[Any, Any, Fetched]]:
    async for turns in looked_at:
        for fetch in fetches(turns, reader=reader, newest_first=order.newest_first):
            yield fetch


async def _read(fetched: AsyncGenerator[Fetched], order: _Order, reader: Reader) -> AsyncGenerator[ReadBatch]:
    nursery = TaskNursery()
    # To get ready takes as long as to fetch the first mails.
    ready = nursery.start(reader.mails.get_ready(), name="get ready to read") if order.uids else None
    try:
        async for batch in fetched:
            if ready is not None:
                await ready
            yield await read_batch(batch, reader=reader)
    finally:
        await nursery.close()


async def _stored(batch: ReadBatch, known: KnownFolder, state: FolderState, reader: Reader) -> Counts:
    reader.crash.reach("fetch.batch_read")
    stored = await store_batch(
        Batch(
            folder_id=known.id,
            state=state,
            window_from=reader.rules.window_from,
            places=batch.places,
            messages=batch.messages,
        ),
        ledger=reader.ledger,
    )
    reader.crash.reach("fetch.batch_stored")
    states = [place.state for place in batch.places]
    return Counts(stored=stored, ignored=states.count(PlaceState.IGNORED), held=states.count(PlaceState.HELD))


async def _adds_up(known: KnownFolder, status: FolderStatus, reader: Reader) -> bool:
    folder = FolderKey(folder_id=known.id, uid_validity=status.uid_validity)
    async with reader.ledger.reading() as reading:
        return await reader.ledger.locations.count(reading, folder) == status.messages


async def _mark(
    known: KnownFolder, state: FolderState, reader: Reader, *, forgets_others: bool = False
) -> None:
    ledger = reader.ledger
    async with ledger.unit() as work:
        await ledger.folders.mark(work, known.id, state, window_from=reader.rules.window_from)
        if forgets_others:
            folder = FolderKey(folder_id=known.id, uid_validity=state.uid_validity)
            await ledger.locations.forget_other_validities(work, folder)
