"""Mail that says: your mail did not arrive.

Three kinds, the surest first. A report after RFC 3464 tells each recipient's fate; only `failed` counts, a delay
does not. `X-Failed-Recipients` (Exim, Gmail) names addresses only. The rest, and most Chinese hosts, write prose:
it is believed only if a mail system sent it and it says in its first words that something came back. An answering
machine also writes from nobody, but it says `Auto-Submitted: auto-replied`.
"""

import re
from collections.abc import Iterator
from typing import Final

from mycrm_mail_fetcher.domain.addresses import email_key, emails_in_text, parse_addresses
from mycrm_mail_fetcher.domain.charsets import decode_bytes
from mycrm_mail_fetcher.domain.headers import Headers
from mycrm_mail_fetcher.domain.mail import Address, Bounce, BouncedRecipient
from mycrm_mail_fetcher.domain.parts import Part
from mycrm_mail_fetcher.domain.plain import text_of

_MAIL_SYSTEMS: Final = {"postmaster", "mailer-daemon", "mailerdaemon", "mail-daemon"}
_MOST: Final = 100
_LONGEST_REPORT: Final = 256 * 1024
_LONGEST_PROSE: Final = 50_000
_FIRST_WORDS: Final = 2048
_LONGEST_DIAGNOSTIC: Final = 500

_BLOCK_END = re.compile(rb"\r?\n[ \t]*\r?\n")
_STATUS = re.compile(r"(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?![\d.])")
_RETURNED = re.compile(
    r"退信|退回|投递失败|发送失败|无法投递|未能送达|Undeliver|Delivery Status|failure notice|returned mail"
    r"|delivery (?:has )?failed|Delivery Failure|Mail Delivery Fail|could not be delivered",
    re.IGNORECASE,
)
_DELAYED = re.compile(
    r"\(Delay(?:ed)?\)|delayed|delivery delay|warning: could not send|延迟|延时", re.IGNORECASE
)
_NAMED = re.compile(
    r"(?:无法发送到|无法投递到|无法送达|以下收件人|收件人|收信人|邮件地址"
    r"|to the following (?:recipient|address)(?:s|es|\(s\))?)"
    r"[^@A-Za-z0-9]{0,40}?([A-Za-z0-9._%+=-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8})",
    re.IGNORECASE,
)


def read_bounce(root: Part, *, sender: Address, subject: str, html: str) -> Bounce | None:
    """Return what the mail says did not arrive, None if it is no bounce; `html` is its text."""
    reports = [part for part in root.walk(into_messages=False) if _is_report(part)]
    if reports:
        recipients = _distinct(found for report in reports for found in _failed(report))
        return Bounce(recipients=recipients) if recipients else None
    if _is_from_nobody_else(root.headers):
        return None
    named = root.headers.all("x-failed-recipients")
    if named:
        emails = [address.email for address in parse_addresses(named) if address.email]
        return _told_in_prose(emails, text_of(html[:_LONGEST_PROSE]))
    return _prose(root.headers, sender=sender, subject=subject, html=html)


def _is_report(part: Part) -> bool:
    return part.content_type in {"message/delivery-status", "message/global-delivery-status"}


def _is_from_nobody_else(headers: Headers) -> bool:
    """Say whether an answering machine wrote this mail."""
    return headers.first("auto-submitted").lower().startswith(b"auto-replied")


def _failed(report: Part) -> Iterator[BouncedRecipient]:
    for raw in _BLOCK_END.split(report.payload(_LONGEST_REPORT).strip()):
        block = Headers.parse(raw.lstrip(b"\r\n"))
        status = _text(block, "status")
        action = _text(block, "action").lower()
        email = _typed(block, "final-recipient") or _typed(block, "original-recipient")
        if email and (action.startswith("failed") or (not action and status.startswith("5"))):
            yield BouncedRecipient(email=email, status=_status(status), diagnostic=_diagnostic(block))


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
    found = _STATUS.search(text)
    return found[1] if found else ""


def _prose(headers: Headers, *, sender: Address, subject: str, html: str) -> Bounce | None:
    """Return the bounce that a mail system tells in words, as QQ, Exmail and old servers do."""
    is_system = sender.email.partition("@")[0].lower() in _MAIL_SYSTEMS
    if not (is_system or headers.first("return-path") == b"<>"):
        return None
    text = text_of(html[:_LONGEST_PROSE])
    if _DELAYED.search(subject) or not (_RETURNED.search(subject) or _RETURNED.search(text[:_FIRST_WORDS])):
        return None
    # Our own address and the system's are named in most of these texts.
    known = {email_key(sender.email), *(email_key(to.email) for to in parse_addresses(headers.all("to")))}
    emails = (found[1].rstrip(".").lower() for found in _NAMED.finditer(text))
    return _told_in_prose(
        [email for email in emails if email_key(email) not in known and not _is_system_address(email)], text
    )


def _is_system_address(email: str) -> bool:
    return email.partition("@")[0].lower() in _MAIL_SYSTEMS


def _told_in_prose(emails: list[str], text: str) -> Bounce:
    status = _status(text)
    return Bounce(
        recipients=_distinct(
            BouncedRecipient(email=email, status=status, diagnostic=_sentence(text)) for email in emails
        )
    )


def _sentence(text: str) -> str:
    """Return the line that holds the status code, for the person who wonders why."""
    found = _STATUS.search(text)
    if found is None:
        return ""
    start = max(text.rfind("\n", 0, found.start()) + 1, found.start() - 100)
    end = text.find("\n", found.end())
    return text[start : end if end >= 0 else len(text)].strip()[:_LONGEST_DIAGNOSTIC]


def _distinct(recipients: Iterator[BouncedRecipient]) -> tuple[BouncedRecipient, ...]:
    by_key: dict[str, BouncedRecipient] = {}
    for recipient in recipients:
        by_key.setdefault(email_key(recipient.email), recipient)
    return tuple(by_key.values())[:_MOST]
