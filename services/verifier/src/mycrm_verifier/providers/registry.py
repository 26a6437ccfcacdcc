"""Every provider that can be chosen: one line each."""

from collections.abc import Callable, Mapping

from mycrm_verifier.ports.provider import FreeChecks, HostTurns, Provider
from mycrm_verifier.providers.guest import GuestProvider
from mycrm_verifier.providers.keyed import KeyedProvider
from mycrm_verifier.providers.lists import Words
from mycrm_verifier.providers.local import DISPOSABLE, ROLES, LocalChecks
from mycrm_verifier.providers.reacher import ReacherProvider
from mycrm_verifier.providers.smtp import Manners, SmtpProvider
from mycrm_verifier.providers.smtp_talk import Introduction
from mycrm_verifier.providers.web import Web
from mycrm_verifier.settings import GUEST_URL, VerifierSettings

_KEYED_URL = "https://app.verify-email.org/api/v1/"
# It asks mail servers while we wait.
_REACHER_SECONDS = 90.0
Make = Callable[[VerifierSettings, HostTurns], Provider | None]


def make_provider(name: str, settings: VerifierSettings, turns: HostTurns) -> Provider | None:
    """Return the provider of this name; None where nobody is asked, or it lacks what it needs."""
    make = PROVIDERS.get(name)
    return None if make is None else make(settings, turns)


def make_free_checks(settings: VerifierSettings) -> FreeChecks | None:
    """Return what looks at addresses for free, None where that is not wanted."""
    if not settings.verifier_local_checks:
        return None
    return LocalChecks(
        disposable=Words(DISPOSABLE, file=settings.verifier_disposable_file),
        roles=Words(ROLES, file=settings.verifier_roles_file),
    )


def _guest(settings: VerifierSettings, _: HostTurns) -> Provider:
    return GuestProvider(base=settings.verifier_url, web=_web(settings))


def _keyed(settings: VerifierSettings, _: HostTurns) -> Provider | None:
    if settings.verifier_key is None:
        return None
    base = _KEYED_URL if settings.verifier_url == GUEST_URL else settings.verifier_url
    return KeyedProvider(base=base, key=settings.verifier_key.get_secret_value(), web=_web(settings))


def _smtp(settings: VerifierSettings, turns: HostTurns) -> Provider | None:
    if settings.verifier_smtp_helo is None or settings.verifier_smtp_sender is None:
        return None
    return SmtpProvider(
        me=Introduction(helo=settings.verifier_smtp_helo, sender=settings.verifier_smtp_sender),
        probes=settings.probes,
        turns=turns,
        manners=Manners(allow_private=settings.allow_private_hosts),
    )


def _reacher(settings: VerifierSettings, _: HostTurns) -> Provider | None:
    if settings.verifier_url == GUEST_URL:
        return None
    key = settings.verifier_key
    # It is one's own and stands in one's own network; only whoever sets up the host can say where.
    return ReacherProvider(
        base=settings.verifier_url,
        secret="" if key is None else key.get_secret_value(),
        web=Web(allow_private=True, seconds=_REACHER_SECONDS),
    )


def _web(settings: VerifierSettings) -> Web:
    return Web(allow_private=settings.allow_private_hosts)


PROVIDERS: Mapping[str, Make] = {
    "guest": _guest,
    "keyed": _keyed,
    "smtp": _smtp,
    "reacher": _reacher,
}
