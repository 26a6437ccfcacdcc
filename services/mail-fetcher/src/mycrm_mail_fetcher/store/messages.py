"""The messages and their addresses; the unique content key decides what is stored already."""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from mycrm_common.db.dialects import is_duplicate
from mycrm_common.db.tables.messages import messages as table
from mycrm_common.db.tables.messages import msg_addrs
from mycrm_common.work import Reading, Work
from mycrm_mail_fetcher.ports.ledger import NewMessage

_LONGEST_ADDRESS, _LONGEST_LINE = 320, 998


async def ids_by_key(reading: Reading, keys: Collection[bytes]) -> dict[bytes, int]:
    """The ids of those content keys that are stored."""
    if not keys:
        return {}
    wanted = select(table.c.content_key, table.c.id).where(table.c.content_key.in_(keys))
    return {row.content_key: row.id for row in await reading.connection.execute(wanted)}


async def add(work: Work, messages: Sequence[NewMessage]) -> dict[bytes, int]:
    """Store messages with their addresses and return the ids of those that were not there yet."""
    fresh = {message.content_key: message for message in reversed(messages)}
    while True:
        for known in await ids_by_key(work, fresh):
            del fresh[known]
        if not fresh:
            return {}
        if await _inserted(work, fresh.values()):
            break
    ids = await ids_by_key(work, fresh)
    await work.connection.execute(
        insert(msg_addrs),
        [row for key, message in fresh.items() for row in _address_rows(message, ids[key])],
    )
    return ids


async def _inserted(work: Work, messages: Collection[NewMessage]) -> bool:
    """False where somebody else stored one of them since we looked."""
    try:
        async with work.connection.begin_nested():
            await work.connection.execute(insert(table), [_row(work, message) for message in messages])
    except IntegrityError as error:
        if is_duplicate(error):
            return False
        raise
    return True


def _row(work: Work, message: NewMessage) -> dict[str, object]:
    return {
        "sender": message.sender[:_LONGEST_ADDRESS],
        "date": message.date,
        "type": message.type.value,
        "subject": message.subject[:_LONGEST_LINE],
        "content": message.content,
        "content_key": message.content_key,
        "message_id": message.message_id[:_LONGEST_LINE],
        "sender_address": message.sender_address[:_LONGEST_ADDRESS],
        "attachments": json.dumps([asdict(file) for file in message.attachments], ensure_ascii=False),
        "blocked_images": message.blocked_images,
        "stored_at": work.at,
    }


def _address_rows(message: NewMessage, message_id: int) -> list[dict[str, object]]:
    return [
        {
            "msg_id": message_id,
            "address": shown.address[:_LONGEST_ADDRESS],
            "address_key": shown.key[:_LONGEST_ADDRESS],
            "role": shown.role,
            "date": message.date,
        }
        for shown in message.addresses
    ]
