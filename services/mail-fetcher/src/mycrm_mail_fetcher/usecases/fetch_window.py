"""Fetches a window of uids: first their heads, then the text of those that nobody knows.

Many mails need no text: they are too old, or the same mail was stored from another folder. Of the others only the
parts that people read are asked for; attachments stay on the server. The whole mail is fetched where the server's
description of it cannot be trusted.
"""

import asyncio
from collections.abc import Collection, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from mycrm_mail_fetcher.domain.accounts import Rule
from mycrm_mail_fetcher.domain.cursors import by_size
from mycrm_mail_fetcher.domain.identity import header_key
from mycrm_mail_fetcher.domain.selection import sections_wanted
from mycrm_mail_fetcher.domain.structure import SectionWish
from mycrm_mail_fetcher.domain.uid_sets import UidSet
from mycrm_mail_fetcher.ports import MailHead
from mycrm_mail_fetcher.ports.ledger import Place, PlaceState
from mycrm_mail_fetcher.ports.looking import Reader
from mycrm_mail_fetcher.ports.reading import FetchedMail
from mycrm_mail_fetcher.usecases.fetch_mails import LONGEST_MAIL, fetch_mails

BATCH_BYTES: Final = 8 * 1024 * 1024
LONGEST_BEGINNING: Final = 1024 * 1024
_HANDFUL: Final = 20

T = TypeVar("T")

Wishes = Mapping[int, Sequence[SectionWish] | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """A batch on its way: its uids, the places that are known already, and the mails to be read."""

    uids: tuple[int, ...]
    places: tuple[Place, ...]
    mails: tuple[FetchedMail, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One uid's turn: its place is known, or its text has to be fetched, or (neither) it is gone."""

    uid: int
    place: Place | None = None
    unread: MailHead | None = None
    wishes: tuple[SectionWish, ...] | None = None

    @property
    def size(self) -> int:
        """How much will be fetched, at most."""
        if self.unread is None:
            return 0
        if self.wishes is None:
            return min(self.unread.size, LONGEST_MAIL)
        parts = (
            {part.section: part.size for part in self.unread.structure.walk()}
            if self.unread.structure
            else {}
        )
        return sum(min(wish.limit, parts.get(wish.section, wish.limit)) for wish in self.wishes)


async def look_at(
    window: Sequence[int], given: Iterable[MailHead], *, reader: Reader, anyway: UidSet
) -> list[Turn]:
    """Return what is to be done about each uid of which these heads were given.

    Mails of `anyway` are taken however old they are.
    """
    heads = {head.uid: head for head in given}
    places = {place.uid: place for place in await _placed_by_head(heads.values(), reader, anyway)}
    places |= {place.uid: place for place in await _withheld(set(window) - heads.keys(), {}, reader)}
    turns: list[Turn] = []
    for uids in _handfuls(window):
        turns += [_turn(uid, places.get(uid), heads.get(uid)) for uid in uids]
        await asyncio.sleep(0)
    return turns


def fetches(
    turns: Sequence[Turn], *, reader: Reader, newest_first: bool
) -> Iterator[Coroutine[Any, Any, Fetched]]:
    """Yield what brings the mails, in batches that fit into memory."""
    return (
        _fetch(batch, reader) for batch in by_size(reversed(turns) if newest_first else turns, BATCH_BYTES)
    )


async def hold(mail: FetchedMail, *, code: str, detail: str, reader: Reader) -> Place:
    """The place of a mail that could not be read, with its first megabyte."""
    beginning = mail.raw[:LONGEST_BEGINNING]
    if not beginning:
        given = await reader.session.bodies([mail.head.uid], limit=LONGEST_BEGINNING)
        beginning = given.get(mail.head.uid, mail.head.header)
    return _place(mail.head, PlaceState.HELD, code, detail=detail, beginning=beginning)


async def whole(mails: Sequence[FetchedMail], *, reader: Reader) -> list[FetchedMail]:
    """The same mails by their bytes; what the server does not give is not among them."""
    return await fetch_mails([mail.head for mail in mails], session=reader.session)


def _turn(uid: int, place: Place | None, head: MailHead | None) -> Turn:
    if place is not None or head is None:
        return Turn(uid=uid, place=place)
    wishes = sections_wanted(head.structure, head.header) if head.structure else None
    return Turn(uid=uid, unread=head, wishes=wishes)


async def _placed_by_head(heads: Collection[MailHead], reader: Reader, anyway: UidSet) -> list[Place]:
    """The places of mails that need not be read."""
    start = reader.rules.window_from
    old = [head for head in heads if head.internal_date < start and head.uid not in anyway]
    too_old = {head.uid for head in old}
    keys: dict[int, bytes] = {}
    for some in _handfuls([head for head in heads if head.uid not in too_old]):
        keys |= _keys(some)
        await asyncio.sleep(0)
    async with reader.ledger.reading() as reading:
        stored = await reader.ledger.messages.ids_by_key(reading, set(keys.values()))
    return [_place(head, PlaceState.IGNORED, Rule.OUTSIDE_WINDOW) for head in old] + [
        _place(head, PlaceState.STORED, key=keys[head.uid]) for head in heads if keys.get(head.uid) in stored
    ]


def _handfuls(of: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield a few at a time: two hundred headers are a noticeable while for whoever else waits for the loop."""
    return (of[start : start + _HANDFUL] for start in range(0, len(of), _HANDFUL))


def _keys(heads: Sequence[MailHead]) -> dict[int, bytes]:
    """The content keys of those mails whose header is enough to make one."""
    return {head.uid: key for head in heads if (key := header_key(head.header))}


async def _fetch(batch: Sequence[Turn], reader: Reader) -> Fetched:
    unread = {turn.uid: turn for turn in batch if turn.unread}
    by_parts = {uid: turn.wishes for uid, turn in unread.items() if turn.wishes is not None}
    given = await reader.session.sections(by_parts) if by_parts else {}
    mails = {
        uid: FetchedMail(head=turn.unread, sections=given[uid])
        for uid, turn in unread.items()
        if uid in given and turn.unread
    }
    left = [turn.unread for uid, turn in unread.items() if uid not in mails and turn.unread]
    mails |= {mail.head.uid: mail for mail in await fetch_mails(left, session=reader.session)}
    heads = {uid: turn.unread for uid, turn in unread.items() if turn.unread}
    withheld = await _withheld(unread.keys() - mails.keys(), heads, reader)
    return Fetched(
        uids=tuple(sorted(turn.uid for turn in batch)),
        places=(*(turn.place for turn in batch if turn.place), *withheld),
        mails=tuple(mails[uid] for uid in unread if uid in mails),
    )


async def _withheld(uids: Collection[int], heads: Mapping[int, MailHead], reader: Reader) -> list[Place]:
    """The places of mails that the server does not give though they are there; what was deleted has none."""
    if not uids:
        return []
    detail = "the server lists this mail but does not give it"
    return [
        Place(
            uid=uid,
            internal_date=heads[uid].internal_date if uid in heads else None,
            size=heads[uid].size if uid in heads else 0,
            state=PlaceState.HELD,
            reason="mail_withheld",
            detail=detail,
            beginning=heads[uid].header if uid in heads else b"",
        )
        for uid in await reader.session.present(sorted(uids))
    ]


def _place(
    head: MailHead,
    state: PlaceState,
    reason: str = "",
    *,
    detail: str = "",
    key: bytes | None = None,
    beginning: bytes = b"",
) -> Place:
    return Place(
        uid=head.uid,
        internal_date=head.internal_date,
        size=head.size,
        state=state,
        reason=reason,
        detail=detail,
        content_key=key,
        beginning=beginning,
    )
