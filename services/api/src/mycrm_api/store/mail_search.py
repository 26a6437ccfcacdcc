"""Looking for words in a list of messages, the newest first.

No index of the text is kept: it would be several times the mail, and written with each mail that comes in. A list is
read on in growing pieces instead, and one answer looks at no more than twenty thousand messages. Where that was not
enough, the page may be short or empty, and its cursor goes on from the last message that was looked at; so every mail
is found in the end, and none costs another reader more than a moment.
"""

import asyncio
import html
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy import ColumnElement, or_, select

from mycrm_api.domain.cursors import Cursor, Listing
from mycrm_api.domain.mail_search import has_words, spellings
from mycrm_api.domain.messages import MessageList
from mycrm_api.store.keyset import Turn
from mycrm_common.db.tables.messages import messages
from mycrm_common.work import Reading

Place = tuple[datetime, int]

_FIRST_PIECE = 250
_LARGEST_PIECE = 2_000
_MOST = 20_000
_AT_ONCE = 100


class Walking(Protocol):
    """Reads on in a list of messages."""

    async def __call__(self, *, cursor: Cursor | None, limit: int) -> list[Place]:
        """Return date and id of the messages that follow a cursor, in the direction in which it looks."""
        ...


@dataclass(kw_only=True)
class _Found:
    """What has been found so far, and the last place that was looked at, None at the end of the list."""

    hits: list[Place] = field(default_factory=list)
    edge: Place | None = None
    searched_to: datetime | None = None


async def search(
    reading: Reading, words: Sequence[str], walking: Walking, listing: Listing, wanted: MessageList
) -> tuple[Turn[Place], datetime | None]:
    """Return the places of one page of those messages that hold all the words, and how far was looked."""
    cursor = listing.read(wanted.cursor)
    found = await _look(reading, words, walking, cursor, limit=wanted.limit)
    backwards = cursor is not None and cursor.backwards

    def onward() -> str | None:
        return None if found.edge is None else listing.write(Cursor(keys=found.edge, backwards=backwards))

    def around() -> str | None:
        if cursor is None:
            return None
        # The way back begins at the row where this page began, which it had left out if this one took it in.
        turned = Cursor(keys=cursor.keys, backwards=not backwards, including=not cursor.including)
        return listing.write(turned)

    rows = found.hits[::-1] if backwards else found.hits
    ways = (around(), onward()) if backwards else (onward(), around())
    return Turn(rows=rows, next_cursor=ways[0], previous_cursor=ways[1]), found.searched_to


async def _look(
    reading: Reading, words: Sequence[str], walking: Walking, cursor: Cursor | None, *, limit: int
) -> _Found:
    found, piece, looked_at = _Found(), _FIRST_PIECE, 0
    backwards = cursor is not None and cursor.backwards
    while looked_at < _MOST:
        places = await walking(cursor=cursor, limit=piece)
        # One more than wanted tells whether any follow.
        left = limit + 1 - len(found.hits)
        found.hits += await _with_words(reading, words, places, most=left)
        if places:
            found.edge = places[-1]
            found.searched_to = places[-1][0]
        if len(found.hits) > limit:
            found.hits, found.edge = found.hits[:limit], found.hits[limit - 1]
            found.searched_to = found.edge[0]
            return found
        if len(places) < piece:
            found.edge = None
            return found
        cursor = Cursor(keys=places[-1], backwards=backwards)
        looked_at += len(places)
        piece = min(piece * 2, _LARGEST_PIECE)
    return found


async def _with_words(
    reading: Reading, words: Sequence[str], places: Sequence[Place], *, most: int
) -> list[Place]:
    """Return the first of these messages that hold all the words, in their order."""
    ids = [place[1] for place in places]
    proposed = select(messages.c.id).where(messages.c.id.in_(ids), *(_may_hold(word) for word in words))
    known = set((await reading.connection.execute(proposed)).scalars())
    likely = [place for place in places if place[1] in known]
    hits: list[Place] = []
    for start in range(0, len(likely), _AT_ONCE):
        some = likely[start : start + _AT_ONCE]
        sure = await _sure(reading, words, [place[1] for place in some])
        hits += [place for place in some if place[1] in sure]
        if len(hits) >= most:
            break
    return hits[:most]


async def _sure(reading: Reading, words: Sequence[str], ids: Sequence[int]) -> set[int]:
    texts = select(messages.c.id, messages.c.subject, messages.c.content).where(messages.c.id.in_(ids))
    rows = (await reading.connection.execute(texts)).all()

    def decide() -> set[int]:
        return {row.id for row in rows if has_words(words, subject=row.subject, content=row.content)}

    return await asyncio.to_thread(decide)


def _may_hold(word: str) -> ColumnElement[bool]:
    return or_(*(_holds(spelling) for spelling in spellings(word)))


def _holds(spelling: str) -> ColumnElement[bool]:
    written = html.escape(spelling, quote=False)
    return or_(
        messages.c.subject.contains(spelling, autoescape=True),
        messages.c.content.contains(written, autoescape=True),
    )
