"""The way into the mailbox: which settings and secrets belong together, and what a given way lacks.

A stored secret goes with the stored settings only: with another server, account or application it would be told to
whoever runs that one.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from mycrm_api.domain.secret_places import PASSWORD, secret_fault
from mycrm_api.domain.settings import Value
from mycrm_common.errors import FieldFault

CLIENT_SECRET = "mail_oauth_client_secret"  # noqa: S105 - the setting's name
REFRESH_TOKEN = "mail_oauth_refresh_token"  # noqa: S105 - the setting's name
PROVIDER = "mail_oauth_provider"

_SERVER = ("mail_host", "mail_port", "mail_username")
_APPLICATION = (PROVIDER, "mail_oauth_client_id", "mail_oauth_tenant")
MAIL_ACCESS = (*_SERVER, *_APPLICATION)
MAIL_SECRETS = (PASSWORD, CLIENT_SECRET, REFRESH_TOKEN)


@dataclass(frozen=True, kw_only=True, slots=True)
class MailAccess:
    """One way in: its settings, the names of the secrets that were typed, and of the stored ones that go with it."""

    settings: Mapping[str, Value]
    typed: frozenset[str]
    kept: frozenset[str]
    is_elsewhere: bool

    def faults(self) -> list[FieldFault]:
        """Return what is missing."""
        needed = [name for name in _needed(self.settings) if self.settings[name] == ""]
        faults = [_missing(name) for name in needed]
        secrets = _sufficient(self.settings)
        if not (self.typed | self.kept) & set(secrets):
            faults.append(secret_fault(secrets[0]) if self.is_elsewhere else _missing(secrets[0]))
        return faults


def mail_access(
    given: Mapping[str, Value],
    *,
    typed: Collection[str],
    stored: Mapping[str, Value],
    stored_secrets: Collection[str],
) -> MailAccess:
    """Return the way in that is meant: what is not given is as it is stored."""
    settings = {name: given.get(name, stored[name]) for name in MAIL_ACCESS}
    owns = _secrets_of(settings)
    compared = MAIL_ACCESS if settings[PROVIDER] else _SERVER
    is_changed = any(settings[name] != stored[name] for name in compared)
    has_secrets = not set(owns).isdisjoint(stored_secrets)
    kept = set() if is_changed else set(owns) & set(stored_secrets) - set(typed)
    return MailAccess(
        settings=settings,
        typed=frozenset(owns) & frozenset(typed),
        kept=frozenset(kept),
        is_elsewhere=is_changed and has_secrets,
    )


def _secrets_of(settings: Mapping[str, Value]) -> tuple[str, ...]:
    return (REFRESH_TOKEN, CLIENT_SECRET) if settings[PROVIDER] else (PASSWORD,)


def _sufficient(settings: Mapping[str, Value]) -> tuple[str, ...]:
    """Return the secrets of which one is enough; Microsoft also lets an application in under its own name."""
    return (REFRESH_TOKEN,) if settings[PROVIDER] == "google" else _secrets_of(settings)


def _needed(settings: Mapping[str, Value]) -> tuple[str, ...]:
    return (*_SERVER, "mail_oauth_client_id") if settings[PROVIDER] else _SERVER


def _missing(name: str) -> FieldFault:
    return FieldFault(field=name, code="field_missing", message="the mailbox needs it")
