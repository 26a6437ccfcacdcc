"""Reading many mails in few commands, and no mail wrongly.

Batches are asked for in a row, without waiting for one before the next. What an answer to a batch lacks is asked
for again, in ever simpler ways: in smaller batches and without the description of the mail, which some servers
cannot give of some mails, and singly, because many servers give up a whole batch at the first mail that they
cannot read.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from mycrm_mail_fetcher.adapters.imap import answers, commands
from mycrm_mail_fetcher.adapters.imap.answers import Items
from mycrm_mail_fetcher.adapters.imap.connection import Connection
from mycrm_mail_fetcher.adapters.imap.framing import Room
from mycrm_mail_fetcher.adapters.imap.harvest import Harvest
from mycrm_mail_fetcher.adapters.imap.shapes import described
from mycrm_mail_fetcher.domain.structure import Structure
from mycrm_mail_fetcher.ports import MailHead

LONGEST_HEADER = 1 << 17
BATCH_BYTES = 1 << 25
SLACK = 1 << 16
_MANY_HEADS, _FEW_HEADS = 100, 10
_HEAD = b"(UID INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER])"
_DESCRIBED = b"(UID INTERNALDATE RFC822.SIZE BODYSTRUCTURE BODY.PEEK[HEADER])"
# The structure of a mail of ten thousand parts is a line of megabytes; it is not wanted, and must not be an obstacle.
_LONGEST_LINE = 1 << 19
_HEAD_ROOM = Room(
    line=_LONGEST_LINE,
    line_refused=1 << 26,
    literal=LONGEST_HEADER,
    total=_MANY_HEADS * (LONGEST_HEADER + _LONGEST_LINE),
)


@dataclass(kw_only=True)
class Manners:
    """What a session has learned of its server."""

    describes: bool = True


@dataclass(kw_only=True, slots=True)
class _Seen:
    """A head as far as it was told."""

    came: datetime | None = None
    size: int | None = None
    header: bytes | None = None
    structure: Structure | None = None

    def as_head(self, uid: int) -> MailHead | None:
        if self.came is None or self.size is None or self.header is None:
            return None
        return MailHead(
            uid=uid,
            internal_date=self.came,
            size=self.size,
            header=self.header,
            structure=self.structure,
        )


async def heads(connection: Connection, uids: Iterable[int], manners: Manners) -> list[MailHead]:
    """The heads of these mails, ascending by UID; a header is cut where it is absurdly long."""
    wanted = sorted(set(uids))
    harvest = Harvest(connection, wanted, _merged_head)

    def head(uid: int) -> MailHead | None:
        seen = harvest.found.get(uid)
        return seen.as_head(uid) if seen else None

    refused: Sequence[int] = wanted
    for items, at_once in _ways_to_ask(manners):
        ended = await harvest.ask(
            [(batch, items) for batch in commands.batches(refused, most=at_once)], _HEAD_ROOM
        )
        if items == _DESCRIBED and "BAD" in ended.values():
            manners.describes = False
        refused = [uid for uid, result in ended.items() if result != "OK" and head(uid) is None]
        if not refused:
            break
    await harvest.ask_alone(wanted, _HEAD, _HEAD_ROOM, is_whole=lambda uid: head(uid) is not None)
    return [found for uid in wanted if (found := head(uid))]


async def bodies(connection: Connection, uids: Iterable[int], *, limit: int) -> dict[int, bytes]:
    """The first bytes of these mails by UID, also from a server that sends more than was asked for."""
    if limit <= 0:
        raise ValueError("a limit is at least one byte")
    most = min(max(BATCH_BYTES // limit, 1), commands.MOST_UIDS)
    refused = max(Room().literal_refused, limit + SLACK)
    room = Room(literal=limit, literal_refused=refused, total=most * (limit + SLACK))
    items = b"(UID BODY.PEEK[]<0.%d>)" % limit
    wanted = sorted(set(uids))
    harvest: Harvest[bytes] = Harvest(connection, wanted, _merged_body)
    await harvest.ask([(batch, items) for batch in commands.batches(wanted, most=most)], room)
    await harvest.ask_alone(wanted, items, room, is_whole=harvest.found.__contains__)
    return harvest.found


async def piece(connection: Connection, uid: int, *, start: int, length: int) -> bytes | None:
    """The bytes of a mail from `start` on, at most so many; None where the server does not give them."""
    room = Room(
        literal=length, literal_refused=max(Room().literal_refused, length + SLACK), total=length + SLACK
    )
    reply = await connection.ask(
        commands.fetch_uids([uid], b"(UID BODY.PEEK[]<%d.%d>)" % (start, length)), room
    )
    items = answers.fetched(reply.answers).get(uid)
    if items is None:
        return None
    # Without its offset an answer is the beginning, whatever was asked for.
    return answers.section(items, b"BODY[]<%d>" % start, *((b"BODY[]", b"RFC822") if start == 0 else ()))


def _ways_to_ask(manners: Manners) -> Iterator[tuple[bytes, int]]:
    if manners.describes:
        yield _DESCRIBED, _MANY_HEADS
    if manners.describes:
        yield _DESCRIBED, _FEW_HEADS
    yield _HEAD, _MANY_HEADS


def _merged_head(seen: _Seen | None, _uid: int, items: Items) -> _Seen:
    seen = seen or _Seen()
    if (came := answers.internal_date(items)) is not None:
        seen.came = came
    if (size := answers.size(items)) is not None:
        seen.size = size
    if (header := answers.section(items, b"BODY[HEADER]", b"RFC822.HEADER")) is not None:
        seen.header = header
    if b"BODYSTRUCTURE" in items:
        seen.structure = described(items[b"BODYSTRUCTURE"])
    return seen


def _merged_body(body: bytes | None, _uid: int, items: Items) -> bytes | None:
    told = answers.section(items, b"BODY[]", b"RFC822")
    return body if told is None else told
