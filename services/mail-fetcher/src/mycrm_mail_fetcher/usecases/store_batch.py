"""Makes a batch true: messages, places, events and the folder's mark in one transaction.

A crash before it leaves all of the batch to be looked at again, one after it none of it. Only what was really
inserted is told, so a mail that lies in two folders, or is met again after UIDs changed, is told once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from mycrm_common.events.addresses import AddressBounced, AddressReplied
from mycrm_common.events.messages import MessageStored
from mycrm_common.events.registry import Event
from mycrm_common.keys import email_key
from mycrm_mail_fetcher.domain.cursors import FolderState
from mycrm_mail_fetcher.ports.ledger import FolderKey, Ledger, NewMessage, Place


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Uids of one folder with what became of them, and how far the folder has been looked at with them."""

    folder_id: int
    state: FolderState
    window_from: datetime
    places: Sequence[Place]
    messages: Sequence[NewMessage]


async def store_batch(batch: Batch, *, ledger: Ledger) -> int:
    """Store the batch and return how many messages it added."""
    async with ledger.unit() as work:
        added = await ledger.messages.add(work, batch.messages)
        keys = {place.content_key for place in batch.places if place.content_key} - added.keys()
        await ledger.locations.put(
            work,
            batch.places,
            folder=FolderKey(folder_id=batch.folder_id, uid_validity=batch.state.uid_validity),
            message_ids=added | await ledger.messages.ids_by_key(work, keys),
        )
        await ledger.folders.mark(work, batch.folder_id, batch.state, window_from=batch.window_from)
        by_key = {message.content_key: message for message in reversed(batch.messages)}
        for key, message_id in added.items():
            work.tell(*_events(message_id, by_key[key]))
    return len(added)


def _events(message_id: int, message: NewMessage) -> Iterator[Event]:
    yield MessageStored(
        message_id=message_id,
        type=message.type,
        date=message.date,
        sender_address=message.sender_address,
        addresses=tuple(dict.fromkeys(shown.key for shown in message.addresses)),
    )
    for bounced in message.bounced:
        yield AddressBounced(
            email=email_key(bounced.email),
            message_id=message_id,
            status=bounced.status,
            date=message.date,
            reason=bounced.diagnostic,
        )
    if message.is_answer:
        yield AddressReplied(
            email=message.sender_address, message_id=message_id, status="", date=message.date
        )
