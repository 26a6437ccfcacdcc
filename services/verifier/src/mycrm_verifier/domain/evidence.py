"""What our own mail tells of an address: free, and surer than any provider.

A person who wrote to us reads their mail: for 180 days that counts as valid. A mail that came back because there is
no such mailbox counts as invalid, until something newer is known. The newer of two beats the older, and what is
older than the last thing that was known tells nothing.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from mycrm_verifier.domain.verdicts import Finding, Verdict, judge_bounce, short_log

REPLY_COUNTS: Final = timedelta(days=180)
MAIL: Final = "mail"
# Nobody reads what is sent there, so a mail from it is no answer of a person.
_NOBODY: Final = re.compile(
    r"(no|do-?not|not)-?reply.*|mailer-daemon|postmaster|bounces?([-+].*)?", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """A person's mail from the address."""

    date: datetime
    message_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class BouncedMail:
    """A mail to the address that came back."""

    date: datetime
    status: str
    reason: str
    message_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What the mail says: a finding, and the moment of the mail on which it rests."""

    finding: Finding
    known_at: datetime


def is_nobody(email: str) -> bool:
    """Tell whether an address is one that only machines write from."""
    return _NOBODY.fullmatch(email.rpartition("@")[0].replace("_", "-").replace(".", "-")) is not None


def weigh(
    reply: Reply | None, bounced: BouncedMail | None, *, known_at: datetime | None, at: datetime
) -> Evidence | None:
    """Return what the newest mail says, None where it says nothing, or nothing newer than what is known."""
    found = [evidence for evidence in (_from_reply(reply, at), _from_bounce(bounced, at)) if evidence]
    newest = max(found, key=lambda evidence: evidence.known_at, default=None)
    if newest is None or (known_at is not None and newest.known_at < known_at):
        return None
    return newest


def _from_reply(reply: Reply | None, at: datetime) -> Evidence | None:
    # A mail's date is whatever its sender wrote; nothing has happened after now.
    if reply is None or (date := min(reply.date, at)) < at - REPLY_COUNTS:
        return None
    log = f"a person wrote from this address on {date:%Y-%m-%d}"
    finding = Finding(
        verdict=Verdict.VALID, log=log, source=MAIL, evidence=f"reply, message {reply.message_id}"
    )
    return Evidence(finding=finding, known_at=date)


def _from_bounce(bounced: BouncedMail | None, at: datetime) -> Evidence | None:
    if bounced is None or judge_bounce(bounced.status, bounced.reason) is not Verdict.INVALID:
        return None
    log = short_log(f"{bounced.status} {bounced.reason}") or "mail to this address came back"
    finding = Finding(
        verdict=Verdict.INVALID, log=log, source=MAIL, evidence=f"bounce, message {bounced.message_id}"
    )
    return Evidence(finding=finding, known_at=min(bounced.date, at))
