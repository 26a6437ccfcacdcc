"""The messages and their addresses; the unique content key decides what is stored already."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from itertools import groupby

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from mycrm_common.db.dialects import insert_and_tell, insert_rows, is_duplicate
from mycrm_common.db.tables.mailboxes import locations
from mycrm_common.db.tables.messages import messages as table
from mycrm_common.db.tables.messages import msg_addrs
from mycrm_common.work import Reading, Work
from mycrm_mail_fetcher.domain.accounts import Rule
from mycrm_mail_fetcher.domain.classify import MessageType
from mycrm_mail_fetcher.domain.uid_sets import UidSet
from mycrm_mail_fetcher.ports.ledger import FolderKey, NewMessage
from mycrm_mail_fetcher.store import uid_runs

_LONGEST_ADDRESS, _LONGEST_LINE = 320, 998
_OURSELVES = "MyCRM"
_COLUMNS = (
    "sender", "date", "type", "subject", "content", "content_key", "message_id", "sender_address", "attachments",
    "blocked_images", "mark", "refs", "thread_key",
)  # fmt: skip


async def ids_by_key(reading: Reading, keys: Collection[bytes]) -> dict[bytes, int]:
    """The ids of those content keys that are stored."""
    if not keys:
        return {}
    wanted = select(table.c.content_key, table.c.id).where(table.c.content_key.in_(keys))
    return {row.content_key: row.id for row in await reading.connection.execute(wanted)}


async def add(work: Work, messages: Sequence[NewMessage]) -> dict[bytes, int]:
    """Store messages with their addresses and return the ids of those that were not there yet."""
    added: dict[bytes, int] = {}
    fresh = {message.content_key: message for message in reversed(messages)}
    # One with an id of its own was looked for when nothing but its header was here; the unique key knows the rest.
    doubtful = [key for key, message in fresh.items() if not message.message_id]
    while True:
        for known in await ids_by_key(work, doubtful):
            del fresh[known]
        if await _are_inserted(work, fresh, added):
            break
        doubtful = list(fresh)
    by_key = {message.content_key: message for message in reversed(messages)}
    await insert_rows(
        work.connection,
        msg_addrs,
        ("msg_id", "address", "address_key", "role", "date"),
        [row for key, message_id in added.items() for row in _address_rows(by_key[key], message_id)],
    )
    return added


async def add_notice(work: Work, *, subject: str, content: str) -> None:
    """Store a message of ours to the team; the content is safe HTML."""
    await work.connection.execute(
        insert(table).values(
            sender=_OURSELVES,
            sender_address="",
            date=work.at,
            type=MessageType.SYSTEM.value,
            subject=subject[:_LONGEST_LINE],
            content=content,
            message_id="",
            attachments="[]",
            blocked_images=0,
            stored_at=work.at,
            mark="",
        )
    )


async def expire(work: Work, *, before: datetime, limit: int) -> int:
    """Delete up to so many of the oldest mails dated before the moment; their uids count as removed."""
    # What people wrote (comments) is no mail and stays.
    old = (
        select(table.c.id)
        .where(table.c.date < before, table.c.type != MessageType.COMMENT.value)
        .order_by(table.c.date, table.c.id)
        .limit(limit)
    )
    ids = list((await work.connection.execute(old)).scalars())
    if not ids:
        return 0
    places = select(locations.c.folder_id, locations.c.uid_validity, locations.c.uid).where(
        locations.c.message_id.in_(ids)
    )
    found = [(row.folder_id, row.uid_validity, row.uid) for row in await work.connection.execute(places)]
    for folder, uids in _by_folder(found):
        await work.connection.execute(
            delete(locations).where(
                locations.c.folder_id == folder.folder_id,
                locations.c.uid_validity == folder.uid_validity,
                locations.c.uid.in_(uids),
            )
        )
        await uid_runs.add(work, UidSet(uids), folder=folder, rule=Rule.REMOVED)
    await work.connection.execute(delete(msg_addrs).where(msg_addrs.c.msg_id.in_(ids)))
    await work.connection.execute(delete(table).where(table.c.id.in_(ids)))
    return len(ids)


def _by_folder(places: Iterable[tuple[int, int, int]]) -> Iterable[tuple[FolderKey, list[int]]]:
    for (folder_id, validity), rows in groupby(sorted(places), key=lambda place: place[:2]):
        yield FolderKey(folder_id=folder_id, uid_validity=validity), [uid for _, _, uid in rows]


async def _are_inserted(work: Work, fresh: Mapping[bytes, NewMessage], added: dict[bytes, int]) -> bool:
    """Insert messages and note the ids of those that are in; False where one of the others is there already."""
    rows = insert_and_tell(
        work.connection,
        table,
        _COLUMNS,
        [_row(message) for message in fresh.values()],
        same={"stored_at": work.at},
        told=("content_key", "id"),
    )
    try:
        # A statement that meets a row that is there inserts none of its own; those before it stand.
        async for row in rows:
            added.setdefault(row.content_key, row.id)
    except IntegrityError as error:
        if is_duplicate(error):
            return False
        raise
    return True


def _row(message: NewMessage) -> tuple[object, ...]:
    """What stands in `_COLUMNS`."""
    return (
        message.sender[:_LONGEST_ADDRESS],
        message.date,
        message.type.value,
        message.subject[:_LONGEST_LINE],
        message.content,
        message.content_key,
        message.message_id[:_LONGEST_LINE],
        message.sender_address[:_LONGEST_ADDRESS],
        _files(message) if message.attachments else "[]",
        message.blocked_images,
        message.mark.value,
        json.dumps(message.references, ensure_ascii=False) if message.references else None,
        _thread_key(message),
    )


def _files(message: NewMessage) -> str:
    return json.dumps([asdict(file) for file in message.attachments], ensure_ascii=False)


def _thread_key(message: NewMessage) -> bytes | None:
    """The first mail of a conversation is named by all that follow, or it is this one."""
    first = next(iter(message.references), "") or message.message_id
    return sha256(first.encode("utf-8", "replace")).digest() if first else None


def _address_rows(message: NewMessage, message_id: int) -> list[tuple[object, ...]]:
    return [
        (message_id, shown.address[:_LONGEST_ADDRESS], shown.key[:_LONGEST_ADDRESS], shown.role, message.date)
        for shown in message.addresses
    ]
