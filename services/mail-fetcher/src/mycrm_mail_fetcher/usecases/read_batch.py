"""From mails as they came to places and messages that can be stored.

Where the parts of a mail do not make the mail that the server had described, it is fetched whole and read again.
One that cannot be read is held, with the reason and its beginning, and lies in its folder as before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mycrm_mail_fetcher.domain.accounts import Rule
from mycrm_mail_fetcher.ports.ledger import NewMessage, Place, PlaceState
from mycrm_mail_fetcher.ports.looking import Reader
from mycrm_mail_fetcher.ports.reading import FetchedMail, Outcome, Unreadable, WholeWanted
from mycrm_mail_fetcher.usecases.fetch_window import Fetched, hold, whole

_ONLY_PARTS: Final = "its parts do not make a mail, and the server does not give the whole of it"

_Read = tuple[FetchedMail, Outcome]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadBatch:
    """A batch that can be stored: its uids, a place for each that is still there, and the messages they name."""

    uids: tuple[int, ...]
    places: tuple[Place, ...]
    messages: tuple[NewMessage, ...]


async def read_batch(fetched: Fetched, *, reader: Reader) -> ReadBatch:
    """Read the mails; each one gets its place, whatever it holds."""
    read = await _read(fetched.mails, reader)
    again = [mail for mail, outcome in read if isinstance(outcome, WholeWanted)]
    if again:
        read = [pair for pair in read if not isinstance(pair[1], WholeWanted)]
        came = await whole(again, reader=reader)
        read += await _read(came, reader)
        missing = {mail.head.uid for mail in again} - {mail.head.uid for mail in came}
        refused = Unreadable(
            code="mail_withheld",
            detail="its parts do not fit together, and the server does not give the whole",
        )
        read += [(mail, refused) for mail in again if mail.head.uid in missing]
    messages = [outcome for _, outcome in read if isinstance(outcome, NewMessage)]
    return ReadBatch(
        uids=fetched.uids,
        places=(*fetched.places, *[await _place(mail, outcome, reader) for mail, outcome in read]),
        messages=tuple(message for message in messages if message.date >= reader.rules.reserved_from),
    )


async def _read(mails: Sequence[FetchedMail], reader: Reader) -> list[_Read]:
    if not mails:
        return []
    return list(zip(mails, await reader.mails.read(mails, ours=reader.rules.ours), strict=True))


async def _place(mail: FetchedMail, outcome: Outcome, reader: Reader) -> Place:
    head = mail.head
    if isinstance(outcome, NewMessage):
        # A mail may be dated long before it came; what is past its time would be removed at once.
        expired = outcome.date < reader.rules.reserved_from
        return Place(
            uid=head.uid,
            internal_date=head.internal_date,
            size=head.size,
            state=PlaceState.IGNORED if expired else PlaceState.STORED,
            reason=Rule.REMOVED if expired else "",
            content_key=None if expired else outcome.content_key,
        )
    if isinstance(outcome, WholeWanted):
        return await hold(mail, code="mail_unreadable", detail=outcome.reason, reader=reader)
    return await hold(mail, code=outcome.code, detail=outcome.detail, reader=reader)
