"""Brings the bytes of mails from the server, small ones together and large ones by themselves.

A server answers many mails in one go only as long as they fit into memory, and the session reckons with the
longest mail it may meet; so mails of like size are asked for together. RFC822.SIZE is a claim: a mail that turns
out to be longer than was asked for is asked for again.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from mycrm_mail_fetcher.ports import ImapSession, MailHead
from mycrm_mail_fetcher.ports.reading import FetchedMail

LONGEST_MAIL: Final = 10 * 1024 * 1024
_LIMITS: Final = (160 * 1024, 1280 * 1024, LONGEST_MAIL)


async def fetch_mails(heads: Sequence[MailHead], *, session: ImapSession) -> list[FetchedMail]:
    """Return the mails that the server gives, at most the first 10 MB of each."""
    by_limit: defaultdict[int, list[int]] = defaultdict(list)
    for head in heads:
        by_limit[_limit(head.size)].append(head.uid)
    found: dict[int, bytes] = {}
    for limit, uids in by_limit.items():
        found |= await _whole(uids, limit=limit, session=session)
    return [_fetched(head, found[head.uid]) for head in heads if head.uid in found]


async def _whole(uids: Sequence[int], *, limit: int, session: ImapSession) -> Mapping[int, bytes]:
    bodies = dict(await session.bodies(uids, limit=limit))
    cut = [uid for uid, raw in bodies.items() if len(raw) >= limit] if limit < LONGEST_MAIL else []
    if cut:
        bodies |= await session.bodies(sorted(cut), limit=LONGEST_MAIL)
    return bodies


def _limit(size: int) -> int:
    return next((limit for limit in _LIMITS if size < limit), LONGEST_MAIL)


def _fetched(head: MailHead, raw: bytes) -> FetchedMail:
    return FetchedMail(head=head, raw=raw, truncated=len(raw) >= LONGEST_MAIL)
