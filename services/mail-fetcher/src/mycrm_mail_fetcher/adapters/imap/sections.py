"""Reading parts of mails by their numbers.

Mails of which the same parts are wanted are asked for together, those of like length beside each other: a batch
asks of each mail as many bytes as of its longest, and never for more than fits into memory.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from mycrm_mail_fetcher.adapters.imap import answers, commands
from mycrm_mail_fetcher.adapters.imap.answers import Items
from mycrm_mail_fetcher.adapters.imap.connection import Connection
from mycrm_mail_fetcher.adapters.imap.framing import Room
from mycrm_mail_fetcher.adapters.imap.harvest import Harvest
from mycrm_mail_fetcher.domain.structure import SectionWish

BATCH_BYTES = 1 << 24
SLACK = 1 << 12
_SECTION = re.compile(r"(?:[1-9]\d{0,4}(?:\.[1-9]\d{0,4}){0,99}(?:\.(?:HEADER|MIME|TEXT))?|HEADER|TEXT|)")

Limits = dict[str, int]
Batch = tuple[list[int], Limits]


async def sections(
    connection: Connection, wishes: Mapping[int, Sequence[SectionWish]]
) -> dict[int, dict[str, bytes]]:
    """Sections of mails by UID and name; what the server does not give is not among them."""
    limits = {uid: _limits(wished) for uid, wished in wishes.items() if wished}

    def merged(found: dict[str, bytes] | None, uid: int, items: Items) -> dict[str, bytes]:
        return (found or {}) | {
            name: part[:limit]
            for name, limit in limits[uid].items()
            if (part := answers.section(items, b"BODY[%s]" % name.encode("ascii"))) is not None
        }

    harvest = Harvest(connection, limits, merged)
    batches = list(_batches(limits))
    ended = await _ask(harvest, batches)
    refused = {uid for uid, result in ended.items() if result == "NO"}
    # One mail that a server cannot read often costs the rest of its batch.
    await _ask(
        harvest,
        [
            ([uid], batch_limits)
            for uids, batch_limits in batches
            for uid in uids
            if uid in refused and len(harvest.found.get(uid, {})) < len(limits[uid])
        ],
    )
    return {uid: found for uid, found in harvest.found.items() if found}


async def _ask(harvest: Harvest[dict[str, bytes]], batches: Sequence[Batch]) -> dict[int, str]:
    if not batches:
        return {}
    literal = max(limit for _, limits in batches for limit in limits.values())
    total = max(len(uids) * _bytes(limits) for uids, limits in batches)
    room = Room(literal=literal, literal_refused=max(Room().literal_refused, literal + SLACK), total=total)
    return await harvest.ask([(uids, _items(limits)) for uids, limits in batches], room)


def _limits(wished: Sequence[SectionWish]) -> Limits:
    limits: Limits = {}
    for wish in wished:
        if wish.limit <= 0 or not _SECTION.fullmatch(wish.section):
            raise ValueError(f"{wish} cannot be fetched")
        limits[wish.section] = max(wish.limit, limits.get(wish.section, 0))
    return limits


def _batches(limits: Mapping[int, Limits]) -> Iterator[Batch]:
    groups: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for uid, wanted in limits.items():
        groups[tuple(sorted(wanted))].append(uid)
    for names, uids in groups.items():
        batch: list[int] = []
        largest = dict.fromkeys(names, 0)
        for uid in sorted(uids, key=lambda uid: (_bytes(limits[uid]), uid)):
            grown = {name: max(largest[name], limits[uid][name]) for name in names}
            if len(batch) == commands.MOST_UIDS or (batch and (len(batch) + 1) * _bytes(grown) > BATCH_BYTES):
                yield batch, largest
                batch, grown = [], limits[uid]
            batch.append(uid)
            largest = grown
        yield batch, largest


def _bytes(limits: Limits) -> int:
    return sum(limits.values()) + SLACK * (len(limits) + 1)


def _items(limits: Limits) -> bytes:
    asked = " ".join(f"BODY.PEEK[{name}]<0.{limit}>" for name, limit in limits.items())
    return f"(UID {asked})".encode("ascii")
