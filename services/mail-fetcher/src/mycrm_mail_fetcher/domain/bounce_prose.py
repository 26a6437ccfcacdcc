"""What mail systems say in words when a mail did not arrive.

Many of them send no report, or one that names nobody: QQ, Exmail and NetEase write for people, qmail and old Exim
and Sendmail write for whoever reads. Their words are asked in turn, from those that can mean only one thing to a
guess that is sure enough: the line that names the address, the list below "failed", the address beside an error
of the far server, and at last the recipient of the copy that came back. What stands in the copy is not asked
before, and what only waits to be tried again is no bounce.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Final

from mycrm_mail_fetcher.domain.addresses import email_key
from mycrm_mail_fetcher.domain.mail import BouncedRecipient

MAIL_SYSTEMS: Final = {
    "postmaster",
    "mailer-daemon",
    "mailerdaemon",
    "mail-daemon",
    "mailer_daemon",
    "mail-system",
}
LONGEST_PROSE: Final = 50_000
_FIRST_WORDS: Final = 2048
_LONGEST_DIAGNOSTIC: Final = 500

STATUS = re.compile(r"(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?![\d.])")
_ADDRESS: Final = r"[A-Za-z0-9._%+=/'-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}"
_RETURNED = re.compile(
    r"退信|退回|投递失败|投遞失敗|发送失败|無法傳送|无法投递|未能送达|无法送达|无法发送到"
    r"|undeliver|delivery status|failure notice|returned mail|returned to sender|delivery (?:has )?failed"
    r"|delivery failure|mail delivery fail|(?:could not|couldn['’]t|cannot|wasn['’]t|not) be(?:en)? delivered"
    r"|wasn['’]t delivered|unable to deliver|delivery to the following|undelivered|delivery incomplete"
    r"|nicht zugestellt|unzustellbar|non remis|échec de la remise|no se ha podido entregar|配信不能|送信できません",
    re.IGNORECASE,
)
_DELAYED_SUBJECT = re.compile(
    r"\(Delay(?:ed)?\)|\bdelayed\b|delivery delay|warning: could not send|\bverzögert|延迟|延时|延遲|重试",
    re.IGNORECASE,
)
_DELAYED_TEXT = re.compile(
    r"warning message only|do not need to resend|don['’]t need to resend|no action is required on your part"
    r"|will (?:continue to be|be) (?:re)?tried|will (?:keep|continue) (?:re)?try|still trying to deliver"
    r"|delivery (?:has been|is) delayed|无需重新发送|不需要重新发送|(?:将|会)(?:继续|再次)尝试|仍在尝试",
    re.IGNORECASE,
)
_COPY = re.compile(
    r"^[ \t>-]{0,40}(?:below this line is a copy|this is a copy of (?:the|your) message"
    r"|(?:\S{1,40} ){0,4}copy of the message|original message(?: headers)?(?: follow| below)?"
    r"|message headers? follow|the body of your|unsent message (?:follows|below)|returned message"
    r"|原邮件(?:内容|正文)|原始邮件|信件原文|您发送的邮件内容)[^\n]{0,80}$",
    re.IGNORECASE | re.MULTILINE,
)
_EMAIL = re.compile(_ADDRESS)
# The address follows at once,
_BESIDE = re.compile(
    r"(?:无法发送到|無法發送到|无法投递到|无法送达|未能送达|不能投递到|发送给|以下收件人|以下地址|收件人地址|收件人邮箱"
    r"|收件人邮件地址|收件人|收信人|目标地址|邮件地址|邮箱地址|\bRCPT TO:)"
    rf"[^@A-Za-z0-9]{{0,40}}+({_ADDRESS})",
    re.IGNORECASE,
)
# or in the same line,
_IN_LINE = re.compile(
    r"\b(?:to the following (?:recipient|address)\S{0,4}|to these recipients or groups|following recipients?\S{0,3}"
    r"|(?:deliver|delivered|message|mail|e-mail|delivery) to|fehlgeschlagen|zugestellt werden)(?=[\s:])",
    re.IGNORECASE,
)
# or in a list below,
_BELOW = re.compile(
    r"\b(?:to the following (?:recipient|address)\S{0,4}|to these recipients or groups"
    r"|(?:address|recipient)\S{0,4} (?:has |have )?(?:failed|had permanent)|failed permanently"
    r"|permanent(?: fatal)? errors|following addresses had)\b[^\n@]{0,80}\n",
    re.IGNORECASE,
)
# or it begins a paragraph of its own,
_BEGINS = re.compile(rf"^[ \t]{{0,8}}<({_ADDRESS})>(?: \([^\n]{{0,80}}\))?:", re.MULTILINE)
# or stands in the line of the far server's refusal.
_REFUSAL = re.compile(r"\b5[0-5]\d[ -]|\b5\.\d\.\d{1,2}\b")
_LISTED = re.compile(rf"[^\n@]{{0,80}}?<?({_ADDRESS})")
_COPIED_TO = re.compile(r"^[\s>]{0,8}To:([^\n]{0,400})", re.IGNORECASE | re.MULTILINE)
_LINE: Final = 200
_LONGEST_LINE: Final = 1000
_LIST: Final = 600
_MOST: Final = 100


def is_mail_system(email: str) -> bool:
    """Say whether this address is a mail system's own."""
    local = email.partition("@")[0].lower()
    return local in MAIL_SYSTEMS


def says_returned(subject: str, text: str) -> bool:
    """Say whether these words tell that a mail came back for good."""
    if _DELAYED_SUBJECT.search(subject):
        return False
    own = _own_words(text)
    if _DELAYED_TEXT.search(own[:_FIRST_WORDS]):
        return False
    return bool(_RETURNED.search(subject) or _RETURNED.search(own[:_FIRST_WORDS]))


def is_delay(subject: str) -> bool:
    """Say whether the subject tells that the mail is still on its way."""
    return _DELAYED_SUBJECT.search(subject) is not None


def named_in(text: str, *, known: Collection[str]) -> list[str]:
    """Return the addresses that the words name as not reached; `known` are keys of those who are not meant."""
    own = _own_words(text)
    for ask in (_beside, _in_line, _below, _beginning, _refused):
        found = [email for email in _meant(ask(own)) if email_key(email) not in known]
        if found:
            return found
    to = [
        email for line in _COPIED_TO.finditer(text[len(own) :]) for email in _meant(_EMAIL.findall(line[1]))
    ]
    others = [email for email in dict.fromkeys(to) if email_key(email) not in known]
    return others if len(others) == 1 else []


def told_in_prose(email: str, text: str) -> BouncedRecipient:
    """Return the recipient with what the text says about the reason."""
    status = STATUS.search(text)
    return BouncedRecipient(
        email=email, status=status[1] if status else "", diagnostic=_sentence(text, status)
    )


def _own_words(text: str) -> str:
    copy = _COPY.search(text)
    return text[: copy.start()] if copy else text


def _meant(emails: Iterable[str]) -> list[str]:
    cleaned = (email.rstrip(".'").lstrip("'").lower() for email in islice(emails, _MOST))
    return [email for email in cleaned if not is_mail_system(email)]


def _beside(text: str) -> Iterator[str]:
    return (found[1] for found in _BESIDE.finditer(text))


def _beginning(text: str) -> Iterator[str]:
    return (found[1] for found in _BEGINS.finditer(text))


def _in_line(text: str) -> Iterator[str]:
    for found in islice(_IN_LINE.finditer(text), _MOST):
        line = text[found.end() : found.end() + _LINE].partition("\n")[0]
        if email := _EMAIL.search(line):
            yield email[0]


def _below(text: str) -> Iterator[str]:
    for found in islice(_BELOW.finditer(text), _MOST):
        # The list ends at the first blank line behind it.
        paragraph = text[found.end() : found.end() + _LIST].lstrip("\n").partition("\n\n")[0]
        yield from (email[1] for line in paragraph.split("\n") if (email := _LISTED.match(line)))


def _refused(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        if len(line) < _LONGEST_LINE and _REFUSAL.search(line):
            yield from _EMAIL.findall(line)


def _sentence(text: str, status: re.Match[str] | None) -> str:
    """Return the line that holds the status code, for the person who wonders why."""
    if status is None:
        return ""
    start = max(text.rfind("\n", 0, status.start()) + 1, status.start() - 100)
    end = text.find("\n", status.end())
    return text[start : end if end >= 0 else len(text)].strip()[:_LONGEST_DIAGNOSTIC]
