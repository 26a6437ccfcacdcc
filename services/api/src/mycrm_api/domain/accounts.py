"""Rules of accounts: names, passwords, sessions, and how guessing is slowed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from mycrm_api.domain.users import OPERATOR_NAME
from mycrm_common.errors import FieldFault, Kind, MyCRMError
from mycrm_common.keys import text_key

LEAST_PASSWORD = 8
MOST_PASSWORD = 256
MOST_USERNAME = 80

SESSION_LONGEST = timedelta(days=30)
SESSION_IDLE = timedelta(days=7)
# A session's last sight is written at most this often, so that reading a page is not also a write.
SESSION_TOUCH = timedelta(minutes=10)

FAILURE_WINDOW = timedelta(minutes=1)
MOST_FAILURES = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class NewUser:
    """An account to be made."""

    username: str
    password: str


def check_new_user(new: NewUser) -> None:
    """Refuse a name or password that cannot serve, naming the field."""
    faults = [*_username_faults(new.username), *_password_faults(new)]
    if faults:
        raise MyCRMError("account_invalid", Kind.INVALID, faults[0].message, errors=faults)


def session_ends(*, created_at: datetime, seen_at: datetime) -> datetime:
    """Return when a session ends: idle too long or used too long, whichever comes first."""
    return min(created_at + SESSION_LONGEST, seen_at + SESSION_IDLE)


def check_failures(count: int, *, oldest: datetime, at: datetime) -> None:
    """Refuse a sign-in where too many have failed within the window."""
    if count >= MOST_FAILURES:
        rest = max((oldest + FAILURE_WINDOW - at).total_seconds(), 1.0)
        raise MyCRMError("sign_in_limited", Kind.LIMITED, "too many failed sign-ins", retry_after=rest)


def _username_faults(username: str) -> list[FieldFault]:
    if not username or len(username) > MOST_USERNAME or not username.isprintable():
        text = f"1 to {MOST_USERNAME} printable characters"
        return [FieldFault(field="username", code="username_invalid", message=text)]
    if text_key(username) == OPERATOR_NAME:
        # In the log nobody could tell them apart.
        text = "this name is kept for the mycrm command"
        return [FieldFault(field="username", code="username_invalid", message=text)]
    return []


def _password_faults(new: NewUser) -> list[FieldFault]:
    if len(new.password) < LEAST_PASSWORD:
        text = f"at least {LEAST_PASSWORD} characters"
        return [FieldFault(field="password", code="password_short", message=text)]
    if len(new.password) > MOST_PASSWORD:
        text = f"at most {MOST_PASSWORD} characters"
        return [FieldFault(field="password", code="password_long", message=text)]
    if new.password.casefold() == new.username.casefold():
        return [FieldFault(field="password", code="password_is_name", message="not the account's own name")]
    return []
