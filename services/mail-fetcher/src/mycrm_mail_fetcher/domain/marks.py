"""Mail that no person wrote to us: answering machines, and lists.

RFC 3834 machines say `Auto-Submitted`; older and Chinese ones have fields of their own, or only a subject. Lists
name themselves (RFC 2919) or the way out of them. Neither shows that a person reads what we send, so neither counts
as a customer's answer.
"""

import re
from typing import Final

from mycrm_mail_fetcher.domain.headers import Headers
from mycrm_mail_fetcher.domain.mail import Mark

_ANSWERING: Final = (
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-autoreply-from",
    "x-mail-autoreply",
)
_ANSWERING_PRECEDENCE: Final = {b"auto_reply", b"auto-reply"}
_LISTS: Final = ("list-id", "list-post", "list-unsubscribe", "x-mailing-list", "x-campaign-id")
_BULK: Final = {b"list", b"bulk", b"junk"}
_AUTOMATIC_SUBJECT = re.compile(
    r"\W{0,3}(?:自动回复|自動回[复覆復]|自动答复|休假自动回复|外出自动回复"
    r"|auto(?:matic)?[ -]?(?:reply|response|replied)\b|out of (?:the )?office\b|automatische antwort\b"
    r"|abwesenheits(?:notiz|meldung)\b|r[ée]ponse automatique\b|respuesta autom[áa]tica\b"
    r"|risposta automatica\b|resposta autom[áa]tica\b|自動返信|不在(?:通知|連絡))",
    re.IGNORECASE,
)


def mark_of(headers: Headers, *, subject: str) -> Mark:
    """Return who wrote the mail if not a person."""
    if _is_automatic(headers, subject):
        return Mark.AUTO
    return Mark.LIST if _is_list(headers) else Mark.NONE


def is_machines_answer(headers: Headers, *, subject: str) -> bool:
    """Say whether an answering machine wrote it, for one who is away; mail systems that return mail do not answer."""
    declared = headers.first("auto-submitted").lower()
    return declared.startswith(b"auto-replied") or (not declared and _answers(headers, subject))


def _is_automatic(headers: Headers, subject: str) -> bool:
    declared = headers.first("auto-submitted").lower()
    if declared:
        return not declared.startswith(b"no")
    return _is_report(headers) or _answers(headers, subject)


def _is_report(headers: Headers) -> bool:
    """Say whether a program reports on a mail of ours: that it was read, delivered, delayed, complained about."""
    return headers.first("content-type").lower().startswith(b"multipart/report")


def _answers(headers: Headers, subject: str) -> bool:
    if headers.has(*_ANSWERING) or headers.first("precedence").lower() in _ANSWERING_PRECEDENCE:
        return True
    return _AUTOMATIC_SUBJECT.match(subject) is not None


def _is_list(headers: Headers) -> bool:
    return headers.has(*_LISTS) or headers.first("precedence").lower() in _BULK
