"""What an answer means for a customer.

A wrong "invalid" loses a customer, so it is said only of what surely does not exist. Whatever is not understood
leaves the customer as it was: it is `UNKNOWN`, and only the log tells of it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Verdict(StrEnum):
    """What became known of an address; `UNANSWERED` is a check that did not come to its end."""

    VALID = "valid"
    INVALID = "invalid"
    UNCONFIRMED = "unconfirmed"
    UNKNOWN = "unknown"
    UNANSWERED = "unanswered"


VALIDITY: Final[Mapping[Verdict, int]] = {Verdict.INVALID: 0, Verdict.VALID: 1, Verdict.UNCONFIRMED: 2}
LONGEST_LOG: Final = 1000

_CATCH_ALL: Final = re.compile(r"catch[\s_-]?all", re.IGNORECASE)
_LIMIT: Final = re.compile(r"reached the limit|limit (was |is |has been )?(reached|exceeded)", re.IGNORECASE)
# What speaks of the mailbox, or of the whole domain, and says that it is not there.
_MISSING: Final = re.compile(
    r"""
    (mailbox|user|account|address|recipient|domain|host|email)s?_?\W?(does|did|do)?\W?not\W?(exist|found)
  | no\ such\ (user|mailbox|account|recipient|address|person|domain|host)
  | (user|recipient|mailbox|account|address)\ (is\ )?(unknown|not\ known|not\ found|invalid)
  | unknown\ (user|recipient|mailbox|account|address)
  | (account|mailbox|user)\ (has\ been\ |is\ )?(deleted|disabled|closed|deactivated|suspended|inactive)
  | (用户|邮箱|帐号|账号|收件人|地址|邮件地址).{0,6}(不存在|未找到)
  """,
    re.IGNORECASE | re.VERBOSE,
)
# Who is not sure says so.
_DOUBT: Final = re.compile(
    r"\b(whether|if|may|might|maybe|possibly|perhaps|could not|cannot|can't|unable|temporar\w*|try again|later)\b"
    r"|可能|也许|稍后|暂时",
    re.IGNORECASE,
)
# RFC 3463: no such mailbox, no such domain, wrong syntax, moved without a new address, null MX, mailbox disabled.
_GONE: Final = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
# Tells only that something failed for good; the words must say what.
_VAGUE: Final = re.compile(r"(|5\.0\.0|5\.1\.0|5\.5\.0|5\.5\.4|5\.4\.1)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What was found about an address: by whom, what it rests on, and the answer as it was given."""

    verdict: Verdict
    log: str
    source: str
    evidence: str = ""

    @property
    def valid(self) -> int | None:
        """The customer's validity that follows from it; None where none does."""
        return VALIDITY.get(self.verdict)

    @property
    def is_decisive(self) -> bool:
        """Whether it settles what is to be thought of the address."""
        return self.valid is not None


def says_missing(text: str) -> bool:
    """Tell whether a text says surely that a mailbox does not exist."""
    return bool(_MISSING.search(text)) and not _DOUBT.search(text)


def says_limit(text: str) -> bool:
    """Tell whether a text says that no more questions are answered for now."""
    return bool(_LIMIT.search(text))


def judge_answer(status: object, log: str) -> Verdict:
    """Return what a provider's status (1 works, 0 does not, -1 unsure) and its words mean."""
    if _CATCH_ALL.search(log):
        return Verdict.UNCONFIRMED
    missing = says_missing(log)
    if type(status) is int and status == 1:
        # One who says both contradicts himself.
        return Verdict.UNKNOWN if missing else Verdict.VALID
    return Verdict.INVALID if missing else Verdict.UNKNOWN


def judge_bounce(status: str, reason: str) -> Verdict:
    """Return what a mail that came back tells of the address: full, refused or greylisted boxes do exist."""
    if status in _GONE:
        return Verdict.INVALID
    is_sure = _VAGUE.fullmatch(status) is not None and says_missing(reason)
    return Verdict.INVALID if is_sure else Verdict.UNKNOWN


def short_log(text: str) -> str:
    """Return a log that fits the customer's field: one line without controls."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(shown.split())[:LONGEST_LOG]
