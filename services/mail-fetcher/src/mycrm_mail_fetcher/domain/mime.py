"""From the bytes of a mail to what MyCRM keeps of it."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from mycrm_common.errors import Kind, MyCRMError
from mycrm_mail_fetcher.domain.addresses import parse_addresses
from mycrm_mail_fetcher.domain.bounces import read_bounce
from mycrm_mail_fetcher.domain.headers import Headers, message_id, parse_date, subject_text
from mycrm_mail_fetcher.domain.identity import content_key
from mycrm_mail_fetcher.domain.mail import Address, ReadMail, Recipient, RecipientRole, digest_of_text
from mycrm_mail_fetcher.domain.marks import mark_of
from mycrm_mail_fetcher.domain.parts import Part, split
from mycrm_mail_fetcher.domain.references import references_of
from mycrm_mail_fetcher.domain.texts import body_of

_OLDEST: Final = timedelta(days=30)
_NEWEST: Final = timedelta(days=1)
_ROLES: Final[tuple[RecipientRole, ...]] = ("to", "cc", "bcc")


def read_mail(raw: bytes, *, internal_date: datetime, truncated: bool = False) -> ReadMail:
    """Return what the mail says; odd mail is read as far as it goes, only nothing at all is `mail_unreadable`.

    `internal_date` is when the server got it; `truncated` says that `raw` is only the beginning.
    """
    if not raw.strip(b"\r\n\t \0"):
        raise MyCRMError("mail_unreadable", Kind.INVALID, "the mail has no bytes")
    return read_tree(split(raw), internal_date=internal_date, truncated=truncated)


def read_tree(root: Part, *, internal_date: datetime, truncated: bool = False) -> ReadMail:
    """Return what the mail with these parts says."""
    headers = root.headers
    sender, *others = _senders(headers)
    subject = subject_text(headers.first("subject"))
    html, attachments = body_of(root, truncated=truncated)
    identifier = message_id(headers.first("message-id"))
    return ReadMail(
        message_id=identifier,
        sender=sender,
        recipients=tuple(_recipients(headers)),
        date=stored_date(headers.first("date"), internal_date=internal_date),
        subject=subject,
        html=html,
        # Long texts take a while, and the digest only counts where there is no id.
        content_key=content_key(headers, text_digest=b"" if identifier else digest_of_text(html)),
        mark=mark_of(headers, subject=subject),
        references=references_of(headers),
        bounce=read_bounce(root, sender=sender, subject=subject, html=html),
        attachments=attachments,
        other_senders=tuple(others),
    )


def stored_date(raw: bytes, *, internal_date: datetime) -> datetime:
    """Return the Date header's moment if it is near the day when the server got the mail, else that moment."""
    arrived = (internal_date if internal_date.tzinfo else internal_date.replace(tzinfo=UTC)).astimezone(UTC)
    written = parse_date(raw)
    # A difference of moments cannot leave the calendar as a sum near its ends can.
    if written is not None and -_OLDEST <= written - arrived <= _NEWEST:
        return written
    return arrived


def _senders(headers: Headers) -> list[Address]:
    """Return who wrote the mail, at least one: From, else Sender, else somebody without a name."""
    written = parse_addresses(headers.all("from"))
    reachable = [address for address in written if address.email]
    return (
        reachable
        or [address for address in parse_addresses(headers.all("sender")) if address.email]
        or list(written[:1])
        or [Address(name="", email="")]
    )


def _recipients(headers: Headers) -> Iterable[Recipient]:
    for role in _ROLES:
        for address in parse_addresses(headers.all(role)):
            if address.email:
                yield Recipient(role=role, name=address.name, email=address.email)
