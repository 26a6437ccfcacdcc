"""When to try a mailbox again that could not be read.

A refused password is tried slowly after the third time, because providers lock accounts that keep knocking. What
may pass by itself is tried after a random time that grows with each failure (full jitter), so that many clients
of a server that comes back do not arrive at once; a server that asks to be left alone is, at least as long as it
wants. Other settings, or a person who asks, may always try.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from mycrm_mail_fetcher.domain.throttling import least_rest

REFUSED: Final = "mailbox_login_refused"
_PATIENT_REFUSALS: Final = 3
_REFUSED_REST: Final = timedelta(minutes=15)
_LONGEST_REST: Final = timedelta(minutes=5)
_MOST_REST: Final = timedelta(hours=1.5)
_MOST_DOUBLINGS: Final = 20
_SPREAD: Final = 0.2


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """What has gone wrong in a row with one account, and from when on it may be tried again."""

    account: object = None
    failures: int = 0
    refusals: int = 0
    not_before: datetime | None = None

    def allows(self, account: object, *, at: datetime) -> bool:
        """Say whether this account may be tried now."""
        return not self.rest(account, at=at)

    def rest(self, account: object, *, at: datetime) -> timedelta:
        """Say how long this account has to wait from now on."""
        if self.not_before is None or account != self.account:
            return timedelta()
        left = max(self.not_before - at, timedelta())
        # Nothing rests longer than that, unless the clock has been put back since.
        return left if left <= _MOST_REST else timedelta()

    def after_failure(
        self, account: object, *, code: str, at: datetime, base: timedelta, luck: float, detail: str = ""
    ) -> "Pace":
        """Return the pace after one more failure; `luck` from 0 to 1 spreads the tries, `detail` is the server's."""
        before = self if account == self.account else Pace()
        failures = before.failures + 1
        wish = least_rest(detail)
        # A server that only has no time for us has said nothing about the password.
        refusals = before.refusals + 1 if code == REFUSED and not wish else 0
        if refusals >= _PATIENT_REFUSALS:
            rest = _REFUSED_REST
        else:
            rest = min(base * 2 ** min(failures, _MOST_DOUBLINGS), _LONGEST_REST) * luck
        return Pace(
            account=account,
            failures=failures,
            refusals=refusals,
            not_before=at + max(rest, wish * (1 + luck * _SPREAD)),
        )
