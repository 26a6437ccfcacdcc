"""From the bytes of mails to messages that can be stored.

Reading is work for the processor, so it is done in a thread, away from the loop. Nothing that a mail holds may
stop the mails behind it: one that cannot be read is held, with the reason, and lies in its folder as before.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from mycrm_common.errors import MyCRMError
from mycrm_common.keys import email_key
from mycrm_mail_fetcher.domain.classify import Ours, classify, shown_addresses
from mycrm_mail_fetcher.domain.identity import content_key
from mycrm_mail_fetcher.domain.mail import ReadMail
from mycrm_mail_fetcher.domain.mime import read_mail
from mycrm_mail_fetcher.ports import MailHead
from mycrm_mail_fetcher.ports.html import Sanitise
from mycrm_mail_fetcher.ports.ledger import MessageAddress, NewMessage, Place, PlaceState


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchedMail:
    """A mail as it came: its head, its bytes, and whether only its beginning was fetched."""

    head: MailHead
    raw: bytes
    truncated: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadBatch:
    """What became of the mails of a batch: a place for each, and the messages that those places name."""

    places: tuple[Place, ...]
    messages: tuple[NewMessage, ...]


async def read_batch(mails: Sequence[FetchedMail], *, ours: Ours, sanitise: Sanitise) -> ReadBatch:
    """Read the mails; each one gets its place, whatever it holds."""
    if not mails:
        return ReadBatch(places=(), messages=())
    read = await asyncio.to_thread(lambda: [_read_or_hold(mail, ours, sanitise) for mail in mails])
    return ReadBatch(
        places=tuple(place for place, _ in read),
        messages=tuple(message for _, message in read if message),
    )


def _read_or_hold(mail: FetchedMail, ours: Ours, sanitise: Sanitise) -> tuple[Place, NewMessage | None]:
    head = mail.head
    try:
        message = _message(mail, ours, sanitise)
    except Exception as error:  # noqa: BLE001 - one mail that nobody foresaw must not stop all others
        code, detail = _reason(error)
        return _place(head, PlaceState.HELD, code=code, detail=detail), None
    return _place(head, PlaceState.STORED, key=message.content_key), message


def _message(mail: FetchedMail, ours: Ours, sanitise: Sanitise) -> NewMessage:
    read = read_mail(mail.raw, internal_date=mail.head.internal_date, truncated=mail.truncated)
    safe = sanitise(read.html)
    return NewMessage(
        content_key=content_key(read, mail.raw),
        message_id=read.message_id,
        sender=read.sender.name or read.sender.email,
        sender_address=email_key(read.sender.email),
        date=read.date,
        type=classify(read, ours),
        subject=read.subject,
        content=safe.html,
        attachments=read.attachments,
        blocked_images=safe.blocked_images,
        addresses=_addresses(read),
    )


def _addresses(mail: ReadMail) -> tuple[MessageAddress, ...]:
    return tuple(
        MessageAddress(role=shown.role, address=shown.email, key=email_key(shown.email))
        for shown in shown_addresses(mail)
    )


def _place(
    head: MailHead, state: PlaceState, *, code: str = "", detail: str = "", key: bytes | None = None
) -> Place:
    return Place(
        uid=head.uid,
        internal_date=head.internal_date,
        size=head.size,
        state=state,
        reason=code,
        detail=detail,
        content_key=key,
    )


def _reason(error: Exception) -> tuple[str, str]:
    if isinstance(error, MyCRMError):
        return error.code, error.detail
    return "mail_unreadable", f"{type(error).__name__}: {error}"
