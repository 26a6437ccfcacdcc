"""Reading many mails in few commands, and no mail wrongly.

A batch is asked for at once. Every answer is taken by the UID in it, and counts only when it is complete. What is
missing then is asked for singly: a server that says OK and nothing has no such mail any more; one that refuses or
gives half is asked up to three times. A batch never asks for more than fits into its memory.
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import TypeVar

from mycrm_mail_fetcher.adapters.imap import answers, commands
from mycrm_mail_fetcher.adapters.imap.answers import Items
from mycrm_mail_fetcher.adapters.imap.connection import Connection
from mycrm_mail_fetcher.adapters.imap.framing import Room
from mycrm_mail_fetcher.ports import MailHead

Part = TypeVar("Part")

TRIES_ALONE = 3
LONGEST_HEADER = 1 << 18
BATCH_BYTES = 1 << 25
SLACK = 1 << 16
_HEAD = b"(UID INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER])"
_WINDOW = commands.MOST_UIDS


async def heads(connection: Connection, uids: Iterable[int]) -> list[MailHead]:
    """The heads of these mails, ascending by UID; a header is cut where it is absurdly long."""
    room = Room(literal=LONGEST_HEADER, total=_WINDOW * LONGEST_HEADER)
    found: list[MailHead] = []
    for batch in commands.batches(uids):
        found += (await _fetch(connection, batch, items=_HEAD, room=room, read=_head)).values()
    return sorted(found, key=lambda head: head.uid)


async def bodies(connection: Connection, uids: Iterable[int], *, limit: int) -> dict[int, bytes]:
    """The first bytes of these mails by UID, also from a server that sends more than was asked for."""
    if limit <= 0:
        raise ValueError("a limit is at least one byte")
    most = min(max(BATCH_BYTES // limit, 1), commands.MOST_UIDS)
    refused = max(Room().literal_refused, limit + SLACK)
    room = Room(literal=limit, literal_refused=refused, total=most * (limit + SLACK))
    items = b"(UID BODY.PEEK[]<0.%d>)" % limit
    found: dict[int, bytes] = {}
    for batch in commands.batches(uids, most=most):
        found |= await _fetch(connection, batch, items=items, room=room, read=_body)
    return found


async def search_by_hand(connection: Connection, day: date, *, messages: int, above: int) -> set[int]:
    """UIDs above one of mail that came on the day or later, from a server that refuses to search.

    From the end of the folder backwards, so that mail deleted meanwhile shifts what is left into the windows
    still to come; it ends where a window brings nothing above.
    """
    found: set[int] = set()
    for last in range(messages, 0, -_WINDOW):
        command = commands.fetch_numbers(max(last - _WINDOW + 1, 1), last, b"(UID INTERNALDATE)")
        told = answers.fetched((await connection.must(command)).answers)
        new = {uid: answers.internal_date(items) for uid, items in told.items() if uid > above}
        if not new:
            break
        # The server's calendar is unknown here, and a mail without a readable date must not be lost.
        found |= {uid for uid, came in new.items() if came is None or came.date() >= day - timedelta(days=1)}
    return found


async def _fetch(
    connection: Connection,
    batch: Iterable[int],
    *,
    items: bytes,
    room: Room,
    read: Callable[[int, Items], Part | None],
) -> dict[int, Part]:
    wanted = set(batch)
    reply = await connection.ask(commands.fetch_uids(wanted, items), room)
    found = _complete(answers.fetched(reply.answers), wanted, read)
    for uid in sorted(wanted - found.keys()):
        found |= await _fetch_alone(connection, uid, items=items, room=room, read=read)
    return found


async def _fetch_alone(
    connection: Connection,
    uid: int,
    *,
    items: bytes,
    room: Room,
    read: Callable[[int, Items], Part | None],
) -> dict[int, Part]:
    for _ in range(TRIES_ALONE):
        reply = await connection.ask(commands.fetch_uids([uid], items), room)
        told = answers.fetched(reply.answers)
        if found := _complete(told, {uid}, read):
            return found
        if reply.result == "OK" and uid not in told:
            break
    return {}


def _complete(
    told: dict[int, Items], wanted: set[int], read: Callable[[int, Items], Part | None]
) -> dict[int, Part]:
    parts = {uid: read(uid, items) for uid, items in told.items() if uid in wanted}
    return {uid: part for uid, part in parts.items() if part is not None}


def _head(uid: int, items: Items) -> MailHead | None:
    came, size = answers.internal_date(items), answers.size(items)
    header = answers.section(items, b"BODY[HEADER]", b"RFC822.HEADER")
    if came is None or size is None or header is None:
        return None
    return MailHead(uid=uid, internal_date=came, size=size, header=header)


def _body(_uid: int, items: Items) -> bytes | None:
    return answers.section(items, b"BODY[]", b"RFC822")
