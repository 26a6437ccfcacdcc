"""Mail that says: your mail did not arrive.

Three kinds, the surest first. A report after RFC 3464 tells each recipient's fate; only `failed` counts, a delay
does not. `X-Failed-Recipients` (Exim, Gmail) names addresses only. The rest, and most Chinese hosts, write prose:
it is believed only if a mail system sent it and it says in its first words that something came back. An answering
machine also writes from nobody, but it says `Auto-Submitted: auto-replied`.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from mycrm_mail_fetcher.domain.addresses import email_key, emails_in_text, parse_addresses
from mycrm_mail_fetcher.domain.bounce_prose import (
    LONGEST_PROSE,
    STATUS,
    is_delay,
    is_mail_system,
    named_in,
    says_returned,
    told_in_prose,
)
from mycrm_mail_fetcher.domain.charsets import decode_bytes
from mycrm_mail_fetcher.domain.headers import Headers
from mycrm_mail_fetcher.domain.mail import Address, Bounce, BouncedRecipient
from mycrm_mail_fetcher.domain.marks import is_machines_answer
from mycrm_mail_fetcher.domain.parts import REPORTS, RETURNED_HEADERS, Part
from mycrm_mail_fetcher.domain.plain import text_of

_MOST: Final = 100
_LONGEST_REPORT: Final = 256 * 1024
_LONGEST_DIAGNOSTIC: Final = 500
_BLOCK_END = re.compile(rb"\r?\n[ \t]*\r?\n")


def read_bounce(root: Part, *, sender: Address, subject: str, html: str) -> Bounce | None:
    """Return what the mail says did not arrive, None if it is no bounce; `html` is its text."""
    reports = [part for part in root.walk(into_messages=False) if part.content_type in REPORTS]
    if reports:
        return _reported(root, reports)
    headers = root.headers
    if is_machines_answer(headers, subject=subject) or is_delay(subject):
        return None
    named = [
        address.email for address in parse_addresses(headers.all("x-failed-recipients")) if address.email
    ]
    if not (named or is_from_mail_system(headers)):
        return None
    text = text_of(html[:LONGEST_PROSE])
    if not named and not says_returned(subject, text):
        return None
    # Our own address and the system's are named in most of these texts.
    known = {email_key(sender.email), *(email_key(to.email) for to in parse_addresses(headers.all("to")))}
    emails = named or named_in(text, known=known) or _only_recipient(root, known)
    return Bounce(recipients=_distinct(told_in_prose(email, text) for email in emails))


def is_from_mail_system(headers: Headers) -> bool:
    """Say whether a mail system wrote this, by its name or because it wants no answer."""
    senders = parse_addresses((*headers.all("from"), *headers.all("sender")))
    return headers.first("return-path") == b"<>" or any(is_mail_system(sender.email) for sender in senders)


def _reported(root: Part, reports: Iterable[Part]) -> Bounce | None:
    blocks = [
        Headers.parse(raw.lstrip(b"\r\n"))
        for report in reports
        for raw in _BLOCK_END.split(report.payload(_LONGEST_REPORT).strip())
    ]
    failed = [block for block in blocks if _has_failed(block)]
    if not failed:
        return None
    recipients = _distinct(filter(None, map(_recipient, failed)))
    if not recipients:
        # The report names nobody whom one could write to; the mail that came back does.
        only = failed[0]
        recipients = tuple(_told(email, only) for email in _only_recipient(root, set()))
    return Bounce(recipients=recipients) if recipients else None


def _has_failed(block: Headers) -> bool:
    action = _text(block, "action").lower()
    concerns_somebody = block.has("final-recipient", "original-recipient")
    return concerns_somebody and (
        action.startswith("failed") or (not action and _text(block, "status")[:1] == "5")
    )


def _recipient(block: Headers) -> BouncedRecipient | None:
    email = _typed(block, "final-recipient") or _typed(block, "original-recipient")
    return _told(email, block) if email else None


def _told(email: str, block: Headers) -> BouncedRecipient:
    return BouncedRecipient(
        email=email, status=_status(_text(block, "status")), diagnostic=_diagnostic(block)
    )


def _only_recipient(root: Part, known: set[str]) -> list[str]:
    """Return to whom the mail was sent that came back, if it is one person."""
    for part in root.walk(into_messages=False):
        headers = None
        if part.content_type == "message/rfc822" and part.children:
            headers = part.children[0].headers
        elif part.content_type in RETURNED_HEADERS:
            headers = Headers.parse(part.payload(_LONGEST_REPORT).lstrip(b"\r\n"))
        if headers is not None:
            to = {email_key(address.email): address.email for address in parse_addresses(headers.all("to"))}
            return [email for key, email in to.items() if email and key not in known] if len(to) == 1 else []
    return []


def _typed(block: Headers, name: str) -> str:
    """Return the address behind `rfc822;` (which some leave out), empty if there is none."""
    value = _text(block, name)
    return next(emails_in_text(value.partition(";")[2] or value), "")


def _diagnostic(block: Headers) -> str:
    value = _text(block, "diagnostic-code")
    kind, mark, words = value.partition(";")
    return (words if mark and kind.strip().isalnum() else value).strip()[:_LONGEST_DIAGNOSTIC]


def _text(block: Headers, name: str) -> str:
    return " ".join(decode_bytes(block.first(name)).split())


def _status(text: str) -> str:
    found = STATUS.search(text)
    return found[1] if found else ""


def _distinct(recipients: Iterator[BouncedRecipient]) -> tuple[BouncedRecipient, ...]:
    by_key: dict[str, BouncedRecipient] = {}
    for recipient in recipients:
        by_key.setdefault(email_key(recipient.email), recipient)
    return tuple(by_key.values())[:_MOST]
