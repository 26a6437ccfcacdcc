"""The feed, read from the outbox by `seq`.

The numbers are given under one lock that is held until the commit, so they become visible in their order, and whoever
reads on from the last one misses nothing. One look goes over a bounded span of numbers: few events of a wanted type
among a million others must not cost a walk over the million.
"""

import json
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from mycrm_api.domain.cursors import Cursor, Listing
from mycrm_api.domain.feed import FeedBounds, FeedEvent, FeedList, FeedPage, FeedSlice
from mycrm_common.db.tables.events import event_sequence, outbox
from mycrm_common.work import Reading

_COUNTER = "outbox"
_SPAN = 5_000
_SPANS = 8


async def bounds(reading: Reading) -> FeedBounds:
    """Return the first and the last number of the events that are kept."""
    counted = select(event_sequence.c.value).where(event_sequence.c.name == _COUNTER)
    newest = (await reading.connection.execute(counted)).scalar_one_or_none() or 0
    oldest = (await reading.connection.execute(select(func.min(outbox.c.seq)))).scalar_one_or_none()
    return FeedBounds(oldest=newest + 1 if oldest is None else oldest, newest=newest)


async def after(reading: Reading, place: int, *, types: Collection[str] = (), limit: int) -> FeedSlice:
    """Return the events that follow a place, as far as one span goes."""
    # The end is read first: an event that is numbered meanwhile would otherwise be passed over.
    newest = (await bounds(reading)).newest
    end = max(min(place + _SPAN, newest), place)
    events = await _within(reading, place, end, types=types, limit=limit, backwards=False)
    return FeedSlice(events=events, place=events[-1].seq if len(events) == limit else end)


async def page(reading: Reading, wanted: FeedList) -> FeedPage:
    """Return one page of the feed; with types it may be short although more follow, the cursors tell."""
    listing = Listing(sort="seq", kinds=(int,), filters={"types": sorted(wanted.types)})
    cursor = listing.read(wanted.cursor)
    kept = await bounds(reading)
    low = kept.oldest - 1
    if cursor is not None and cursor.backwards:
        high = min(_number(cursor), kept.newest)
        found = await _before(reading, high, low=low, wanted=wanted)
        low, items = found.place, found.events
    else:
        low = max(low, (wanted.after or 0) if cursor is None else _number(cursor))
        found = await _onward(reading, low, high=kept.newest, wanted=wanted)
        high, items = found.place, found.events
    back, on = Cursor(keys=(low,), backwards=True), Cursor(keys=(high,))
    return FeedPage(
        items=items,
        next_cursor=listing.write(on) if high < kept.newest else None,
        previous_cursor=listing.write(back) if low >= kept.oldest else None,
        total=await _count(reading, wanted, kept) if wanted.exact or not wanted.types else None,
        oldest=kept.oldest,
        newest=kept.newest,
    )


async def _onward(reading: Reading, low: int, *, high: int, wanted: FeedList) -> FeedSlice:
    events: list[FeedEvent] = []
    for _ in range(_SPANS):
        left = wanted.limit - len(events)
        if low >= high or not left:
            break
        end = min(low + _SPAN, high)
        some = await _within(reading, low, end, types=wanted.types, limit=left, backwards=False)
        events += some
        low = some[-1].seq if len(some) == left else end
    return FeedSlice(events=events, place=low)


async def _before(reading: Reading, high: int, *, low: int, wanted: FeedList) -> FeedSlice:
    events: list[FeedEvent] = []
    for _ in range(_SPANS):
        left = wanted.limit - len(events)
        if low >= high or not left:
            break
        begin = max(high - _SPAN, low)
        some = await _within(reading, begin, high, types=wanted.types, limit=left, backwards=True)
        events += some
        high = some[-1].seq - 1 if len(some) == left else begin
    return FeedSlice(events=events[::-1], place=high)


async def _within(
    reading: Reading, low: int, high: int, *, types: Collection[str], limit: int, backwards: bool
) -> list[FeedEvent]:
    """Return the first events above `low` and up to `high`, in the direction in which that is looked."""
    wanted = select(outbox.c.seq, outbox.c.body).where(*_meant(low, high, types))
    ordered = wanted.order_by(outbox.c.seq.desc() if backwards else outbox.c.seq).limit(limit)
    return [_event(seq, body) for seq, body in (await reading.connection.execute(ordered)).all()]


async def _count(reading: Reading, wanted: FeedList, kept: FeedBounds) -> int:
    if not wanted.types:
        return kept.newest - kept.oldest + 1
    meant = _meant(kept.oldest - 1, kept.newest, wanted.types)
    return int((await reading.connection.execute(select(func.count()).where(*meant))).scalar_one())


def _meant(low: int, high: int, types: Collection[str]) -> list[ColumnElement[bool]]:
    meant = [outbox.c.seq > low, outbox.c.seq <= high]
    return [*meant, outbox.c.type.in_(sorted(types))] if types else meant


def _number(cursor: Cursor) -> int:
    return int(str(cursor.keys[0]))


def _event(seq: int | None, body: bytes) -> FeedEvent:
    assert seq is not None  # noqa: S101 - it was found by its number
    said = json.loads(body)
    return FeedEvent(
        seq=seq,
        id=said["id"],
        type=said["type"],
        time=datetime.fromisoformat(said["time"]),
        subject=said.get("subject", ""),
        source=said["source"],
        correlation_id=said.get("correlationid", ""),
        data=said["data"],
    )
