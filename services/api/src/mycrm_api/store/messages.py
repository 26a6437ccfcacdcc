"""Messages, newest first.

A list of one address walks the index (address_key, date, msg_id) of `msg_addrs`; a message that an address has
several roles in shows once. Several addresses are walked one by one and merged, since one query with IN would
sort all their mail to give a page of it. Words are looked for in such a list, piece by piece (`mail_search`).
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select

from mycrm_api.domain.cursors import Cursor, Listing
from mycrm_api.domain.messages import Attachment, Message, MessageFilter, MessageList, MessagePage
from mycrm_api.store.keyset import Order, turn, walk
from mycrm_api.store.mail_search import Place, search
from mycrm_common.db.tables.messages import messages, msg_addrs
from mycrm_common.work import Reading


async def page(reading: Reading, wanted: MessageList) -> MessagePage:
    """Return one page of the messages that a filter means."""
    chosen = wanted.filter
    listing = Listing(sort="-date", kinds=(datetime, int), filters=_told(chosen))
    cursor = listing.read(wanted.cursor)
    walking = partial(places, reading, chosen)
    if chosen.words:
        turned, searched_to = await search(reading, chosen.words, walking, listing, wanted)
    else:
        found = await walking(cursor=cursor, limit=wanted.limit + 1)
        turned = turn(found, lambda place: place, cursor=cursor, listing=listing, limit=wanted.limit)
        searched_to = None
    known = await _by_ids(reading, [place[1] for place in turned.rows])
    return MessagePage(
        items=[known[place[1]] for place in turned.rows if place[1] in known],
        next_cursor=turned.next_cursor,
        previous_cursor=turned.previous_cursor,
        total=None if chosen.words else await count(reading, chosen),
        searched_to=searched_to,
    )


async def count(reading: Reading, chosen: MessageFilter) -> int:
    """Count the messages that a filter means."""
    if chosen.keys is None:
        counted = select(func.count()).select_from(messages).where(*_narrowed(chosen))
    else:
        counted = _at_addresses(select(func.count(msg_addrs.c.msg_id.distinct())), chosen).where(
            msg_addrs.c.address_key.in_(chosen.keys)
        )
    return int((await reading.connection.execute(counted)).scalar_one())


async def by_id(reading: Reading, message_id: int) -> Message | None:
    """Return the message of that id."""
    return (await _by_ids(reading, [message_id])).get(message_id)


async def places(
    reading: Reading, chosen: MessageFilter, *, cursor: Cursor | None, limit: int
) -> list[Place]:
    """Return date and id of the messages that follow a cursor, in the direction in which it looks."""
    found: set[Place] = set()
    for rows, order in _walks(chosen):
        some = await walk(reading, rows, order, cursor=cursor, limit=limit)
        found.update((row.date, row.id) for row in some)
    newest_first = cursor is None or not cursor.backwards
    return sorted(found, reverse=newest_first)[:limit]


def _walks(chosen: MessageFilter) -> Iterator[tuple[Select[Any], Order]]:
    if chosen.keys is None:
        every: Select[Any] = select(messages.c.date, messages.c.id).where(*_narrowed(chosen))
        yield every, Order(id=messages.c.id, by=messages.c.date, descending=True)
        return
    for key in chosen.keys:
        rows = _at_addresses(select(msg_addrs.c.date, msg_addrs.c.msg_id.label("id")), chosen)
        one = rows.where(msg_addrs.c.address_key == key).distinct()
        yield one, Order(id=msg_addrs.c.msg_id, by=msg_addrs.c.date, descending=True)


def _at_addresses(rows: Select[Any], chosen: MessageFilter) -> Select[Any]:
    if not (narrowed := _narrowed(chosen)):
        return rows
    return rows.join(messages, messages.c.id == msg_addrs.c.msg_id).where(*narrowed)


def _narrowed(chosen: MessageFilter) -> list[ColumnElement[bool]]:
    narrowed = [] if chosen.type is None else [messages.c.type == chosen.type]
    if chosen.thread is not None:
        narrowed.append(messages.c.thread_key == bytes.fromhex(chosen.thread))
    return narrowed


def _told(chosen: MessageFilter) -> dict[str, object]:
    keys = None if chosen.keys is None else sorted(chosen.keys)
    told = {"keys": keys, "type": chosen.type, "thread": chosen.thread, "words": chosen.words}
    return {name: value for name, value in told.items() if value or name in {"keys", "type"}}


async def _by_ids(reading: Reading, ids: Sequence[int]) -> dict[int, Message]:
    if not ids:
        return {}
    shown = await _addresses(reading, ids)
    rows = (await reading.connection.execute(select(messages).where(messages.c.id.in_(ids)))).all()
    sizes = await _thread_sizes(reading, {row.thread_key for row in rows if row.thread_key is not None})
    return {row.id: _message_of(row, shown[row.id], size=sizes.get(row.thread_key, 1)) for row in rows}


async def _thread_sizes(reading: Reading, threads: Collection[bytes]) -> dict[bytes, int]:
    if not threads:
        return {}
    counted = (
        select(messages.c.thread_key, func.count())
        .where(messages.c.thread_key.in_(sorted(threads)))
        .group_by(messages.c.thread_key)
    )
    return {row[0]: row[1] for row in await reading.connection.execute(counted)}


async def _addresses(reading: Reading, ids: Sequence[int]) -> dict[int, dict[str, None]]:
    """Return the addresses of messages, each once and in the order in which they stand in the mail."""
    wanted = (
        select(msg_addrs.c.msg_id, msg_addrs.c.address)
        .where(msg_addrs.c.msg_id.in_(ids))
        .order_by(msg_addrs.c.id)
    )
    shown: dict[int, dict[str, None]] = defaultdict(dict)
    for row in await reading.connection.execute(wanted):
        shown[row.msg_id][row.address] = None
    return shown


def _message_of(row: Row[Any], addresses: Iterable[str], *, size: int) -> Message:
    files = json.loads(row.attachments or "[]")
    return Message(
        id=row.id,
        sender=row.sender,
        date=row.date,
        type=row.type,
        subject=row.subject,
        content=row.content,
        addresses=tuple(addresses),
        blocked_images=row.blocked_images,
        attachments=tuple(
            Attachment(name=file["name"], content_type=file["content_type"], size=file["size"])
            for file in files
        ),
        thread=None if row.thread_key is None else row.thread_key.hex(),
        thread_size=size,
    )
