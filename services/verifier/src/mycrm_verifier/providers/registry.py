"""Every provider that can be chosen: one line each."""

from collections.abc import Callable, Mapping

from mycrm_verifier.ports.provider import Provider
from mycrm_verifier.providers.guest import GuestProvider
from mycrm_verifier.providers.keyed import KeyedProvider
from mycrm_verifier.providers.web import Web
from mycrm_verifier.settings import GUEST_URL, VerifierSettings

_KEYED_URL = "https://app.verify-email.org/api/v1/"
Make = Callable[[VerifierSettings], Provider | None]


def make_provider(name: str, settings: VerifierSettings) -> Provider | None:
    """Return the provider of this name; None where nobody is asked, or it lacks what it needs."""
    make = PROVIDERS.get(name)
    return None if make is None else make(settings)


def _guest(settings: VerifierSettings) -> Provider:
    return GuestProvider(base=settings.verifier_url, web=_web(settings))


def _keyed(settings: VerifierSettings) -> Provider | None:
    if settings.verifier_key is None:
        return None
    base = _KEYED_URL if settings.verifier_url == GUEST_URL else settings.verifier_url
    return KeyedProvider(base=base, key=settings.verifier_key.get_secret_value(), web=_web(settings))


def _web(settings: VerifierSettings) -> Web:
    return Web(allow_private=settings.allow_private_hosts)


PROVIDERS: Mapping[str, Make] = {
    "guest": _guest,
    "keyed": _keyed,
}
