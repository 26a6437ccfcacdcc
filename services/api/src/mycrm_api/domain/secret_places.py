"""Where a stored secret may go: only to the place that it was entered for.

Whoever changes the place without entering the secret anew would learn it from a server of his own, although nobody
can read it back. An emptied place sends nothing anywhere, and filling it again asks for the secret.
"""

from collections.abc import Collection, Mapping

from mycrm_api.domain.settings import Value
from mycrm_common.errors import FieldFault

PASSWORD = "mail_password"  # noqa: S105 - the setting's name
_SERVER = ("mail_host", "mail_port", "mail_username")

# Which settings say where a secret goes.
_PLACES: Mapping[str, tuple[str, ...]] = {
    PASSWORD: _SERVER,
    "mail_oauth_refresh_token": (*_SERVER, "mail_oauth_provider", "mail_oauth_client_id"),
    "mail_oauth_client_secret": ("mail_oauth_provider", "mail_oauth_client_id"),
    "woocommerce_api": ("woocommerce_url",),
}


def misled_secrets(
    changes: Mapping[str, Value],
    *,
    present: Mapping[str, Value],
    stored: Collection[str],
    entered: Collection[str],
) -> list[str]:
    """Return the stored secrets that these changes would send elsewhere without their being entered."""
    return [
        secret
        for secret, place in _PLACES.items()
        if secret in stored and secret not in entered and _is_moved(place, changes, present)
    ]


def is_in_use(secret: str, settings: Mapping[str, Value]) -> bool:
    """Tell whether a secret is used with these settings: the password is not where tokens stand in for it."""
    has_tokens = settings["mail_oauth_provider"] != ""
    return has_tokens if secret.startswith("mail_oauth_") else not (secret == PASSWORD and has_tokens)


def secret_fault(secret: str) -> FieldFault:
    """Return what is said of a secret that has to be entered anew."""
    if secret == PASSWORD:
        message = "the stored password stays with the stored server and account; enter it"
        return FieldFault(field=secret, code="password_required", message=message)
    message = "what is stored stays with the place that it was entered for; enter it again"
    return FieldFault(field=secret, code="secret_required", message=message)


def _is_moved(place: Collection[str], changes: Mapping[str, Value], present: Mapping[str, Value]) -> bool:
    return any(changes.get(name, "") not in {"", present[name]} for name in place)
