"""Finding UIDs: by the server's search, and by hand where a server does not search.

A server with ESEARCH tells the UIDs of a large folder in a few bytes. A range in its answer means every UID in
it, but only the count beside it proves that a server means it so; where the two differ the plain search decides.
"""

import asyncio
from datetime import date, timedelta

from mycrm_mail_fetcher.adapters.imap import answers, commands
from mycrm_mail_fetcher.adapters.imap.commands import Command
from mycrm_mail_fetcher.adapters.imap.connection import Connection
from mycrm_mail_fetcher.adapters.imap.framing import Room
from mycrm_mail_fetcher.adapters.imap.wire import Reply
from mycrm_mail_fetcher.domain.uid_sets import LAST_UID, UidSet

# A million UIDs of ten digits.
MANY_UIDS = Room(line=3 << 22, total=1 << 24)
_WINDOW = commands.MOST_UIDS


async def search(connection: Connection, day: date | None, *, above: int, in_ranges: bool) -> UidSet | None:
    """UIDs above one of mail of that day or later (of all, without a day); None from a server that does not search."""
    if in_ranges:
        reply = await connection.ask(commands.search(day, above=above, in_ranges=True), MANY_UIDS)
        found = await asyncio.to_thread(answers.found_ranges, reply.answers) if reply.result == "OK" else None
        if found is not None:
            return found.between(above + 1, LAST_UID)
    reply = await connection.ask(commands.search(day, above=above, in_ranges=False), MANY_UIDS)
    return await _found(reply, above=above)


async def search_for(connection: Connection, command: Command) -> UidSet:
    """UIDs that this search finds; none from a server that refuses it."""
    reply = await connection.ask(command, MANY_UIDS)
    return answers.found_uids(reply.answers) if reply.result == "OK" else UidSet()


async def search_by_hand(connection: Connection, day: date | None, *, messages: int, above: int) -> UidSet:
    """UIDs above one of mail that came on the day or later (of all, without a day), read from the folder's end.

    Backwards, so that mail deleted meanwhile shifts what is left into the windows still to come; it ends where a
    window brings nothing above.
    """
    found = UidSet()
    for last in range(messages, 0, -_WINDOW):
        command = commands.fetch_numbers(max(last - _WINDOW + 1, 1), last, b"(UID INTERNALDATE)")
        told = answers.fetched((await connection.must(command)).answers)
        new = {uid: items for uid, items in told.items() if above < uid <= LAST_UID}
        if not new:
            break
        found |= UidSet(uid for uid, items in new.items() if day is None or _came_since(items, day))
    return found


async def _found(reply: Reply, *, above: int) -> UidSet | None:
    if reply.result != "OK":
        return None
    # A million of them are a noticeable while for whoever else waits for the loop.
    found = await asyncio.to_thread(answers.found_uids, reply.answers)
    return found.between(above + 1, LAST_UID)  # "n:*" always brings the last mail, even one below n.


def _came_since(items: answers.Items, day: date) -> bool:
    # The server's calendar is unknown here, and a mail without a readable date must not be lost.
    came = answers.internal_date(items)
    return came is None or came.date() >= day - timedelta(days=1)
