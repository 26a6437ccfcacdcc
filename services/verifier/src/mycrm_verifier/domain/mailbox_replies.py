"""What a mail server's reply to RCPT means, when three recipients were named in one conversation.

A server that takes a recipient nobody can have takes everything: what it says of the mailbox is worth nothing. One
that refuses `postmaster` as well, which every server has to take (RFC 5321, 4.5.1), refuses us and not the mailbox.
Only a server that takes one and says of the other, in so many words, that it does not exist, is believed.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mycrm_verifier.domain.verdicts import Verdict, judge_bounce, short_log


class Meaning(StrEnum):
    """What one reply says: the recipient is taken, missing, to be named later; we are not wanted; or nothing."""

    TAKEN = "taken"
    MISSING = "missing"
    LATER = "later"
    REFUSED = "refused"
    UNSURE = "unsure"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """A mail server's reply."""

    code: int
    text: str

    @property
    def status(self) -> str:
        """The enhanced status (RFC 3463) at its beginning, empty without one."""
        found = _STATUS.match(self.text)
        return found.group(0) if found else ""

    @property
    def log(self) -> str:
        """The reply as one line."""
        return short_log(f"{self.code} {self.text}")[:300]


_STATUS: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?![\d.])")
_TAKEN: Final = frozenset({250, 251})
_TRANSIENT: Final = 4
_PERMANENT: Final = 5
_FULL: Final = frozenset({"4.2.2", "5.2.2"})
# A name or an address in a reply says nothing: somebody may well be called `spam`.
_NAMED: Final = re.compile(r"\S*@\S*|<[^>]*>")
_UNWANTED: Final = re.compile(
    r"spam|block|black\s?list|\bd?n?s?[rb]bl\b|\bspf\b|policy|reputation|relay|not\ (allowed|permitted|welcome)"
    r"|denied|banned|prohibited|authentication|拒绝|黑名单|垃圾",
    re.IGNORECASE,
)


def meaning_of(reply: Reply) -> Meaning:
    """Return what one reply to RCPT says; a full mailbox is one that exists, and no more is known."""
    if reply.code in _TAKEN:
        return Meaning.TAKEN
    if reply.code // 100 == _TRANSIENT:
        return Meaning.UNSURE if reply.status in _FULL else Meaning.LATER
    if reply.code // 100 != _PERMANENT:
        return Meaning.UNSURE
    said = _NAMED.sub(" ", reply.text)
    if reply.status.startswith("5.7.") or _UNWANTED.search(said):
        return Meaning.REFUSED
    is_missing = judge_bounce(reply.status, said) is Verdict.INVALID
    return Meaning.MISSING if is_missing else Meaning.UNSURE


def judge_replies(nobody: Reply, mailbox: Reply, postmaster: Reply | None) -> Meaning | Verdict:
    """Return the verdict, or what keeps from one: to be asked later, or not wanted at all."""
    first, second = meaning_of(nobody), meaning_of(mailbox)
    for meaning in (first, second):
        if meaning in {Meaning.LATER, Meaning.REFUSED}:
            return meaning
    if second is Meaning.TAKEN:
        return Verdict.UNCONFIRMED if first is Meaning.TAKEN else Verdict.VALID
    is_believed = postmaster is not None and meaning_of(postmaster) is Meaning.TAKEN
    if second is Meaning.MISSING and first is not Meaning.TAKEN and is_believed:
        return Verdict.INVALID
    return Verdict.UNKNOWN
