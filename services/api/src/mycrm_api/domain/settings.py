"""What people set while MyCRM runs: names, defaults, and what each may be.

The names are the original's where it had them. Values are kept as text in the config table; one that a later
version or another hand has spoilt reads as its default, so that a list never fails for a setting.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from mycrm_api.domain.texts import number_faults, text_faults
from mycrm_api.domain.zones import is_zone
from mycrm_common.errors import FieldFault

Value = int | str
Check = Callable[[str, Value], list[FieldFault]]

MOST_DAYS = 3_650
MOST_IMPORTANCE = 5
MOST_PORT = 65_535
MOST_CALLS = 3_600
OPERATORS = ("=", ">", ">=")
LANGUAGES = ("zh-CN", "en")

# Never in the config table: sealed, and kept apart. Nobody can read them back.
SECRETS = ("mail_password", "mail_oauth_client_secret", "mail_oauth_refresh_token", "woocommerce_api")
MOST_SECRET = 1_000
# Microsoft's refresh tokens are long.
MOST_TOKEN = 8_000

# Who gives tokens for the mailbox, in place of its password; nobody where it is empty.
OAUTH_PROVIDERS = ("", "google", "microsoft", "microsoft-cn")

_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)\Z")
_MOST_HOST = 253


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """One setting: its name, what it is until somebody sets it, and what it may be."""

    name: str
    default: Value
    check: Check


def read_settings(stored: Mapping[str, str | None]) -> dict[str, Value]:
    """Return every setting as it stands; what is missing or spoilt has its default."""
    return {setting.name: _read(setting, stored.get(setting.name)) for setting in SETTINGS}


def setting_faults(changes: Mapping[str, Value]) -> list[FieldFault]:
    """Return what is wrong with these settings, beyond their types."""
    faults: list[FieldFault] = []
    for setting in SETTINGS:
        if setting.name in changes:
            faults += setting.check(setting.name, changes[setting.name])
    return faults


def secret_faults(secrets: Mapping[str, str | None]) -> list[FieldFault]:
    """Return what is wrong with these secrets."""
    return [
        fault
        for name, text in secrets.items()
        if text
        for fault in text_faults(name, text, most=MOST_TOKEN if name.endswith("_token") else MOST_SECRET)
    ]


def is_host(name: str) -> bool:
    """Tell whether this names a machine and nothing else: no scheme, port, path or blank."""
    try:
        ip_address(name)
    except ValueError:
        pass
    else:
        return True
    try:
        ascii_name = name.encode("idna").decode("ascii")
    except UnicodeError:
        return False
    labels = ascii_name.removesuffix(".").split(".")
    return len(ascii_name) <= _MOST_HOST and all(_LABEL.match(label) for label in labels)


def _read(setting: Setting, text: str | None) -> Value:
    if text is None:
        return setting.default
    value: Value = text.strip()
    if isinstance(setting.default, int):
        try:
            value = int(text)
        except ValueError:
            return setting.default
    return setting.default if setting.check(setting.name, value) else value


def _fault(name: str, code: str, message: str) -> list[FieldFault]:
    return [FieldFault(field=name, code=code, message=message)]


def _number(least: int, most: int) -> Check:
    return lambda name, value: number_faults(name, int(value), least=least, most=most)


def _choice(choices: Iterable[str]) -> Check:
    known = tuple(choices)
    return lambda name, value: (
        [] if value in known else _fault(name, "choice_unknown", f"one of {', '.join(known)}")
    )


def _text(most: int, pattern: str = "") -> Check:
    def check(name: str, value: Value) -> list[FieldFault]:
        faults = text_faults(name, str(value), most=most)
        if not faults and pattern and not re.fullmatch(pattern, str(value)):
            faults = [FieldFault(field=name, code="value_invalid", message=f"it must look like {pattern}")]
        return faults

    return check


def _host(name: str, value: Value) -> list[FieldFault]:
    if value == "" or is_host(str(value)):
        return []
    return [
        FieldFault(field=name, code="host_invalid", message="a name such as imap.example.com, nothing else")
    ]


def _zone(name: str, value: Value) -> list[FieldFault]:
    if value == "" or is_zone(str(value)):
        return []
    return [FieldFault(field=name, code="time_zone_unknown", message="a name such as Asia/Shanghai")]


def _url(name: str, value: Value) -> list[FieldFault]:
    faults = text_faults(name, str(value), most=512)
    if faults or value == "" or _is_web_address(str(value)):
        return faults
    return [FieldFault(field=name, code="url_invalid", message="an address such as https://shop.example.com")]


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        return (
            parts.scheme in {"http", "https"}
            and "@" not in parts.netloc
            and " " not in text
            and is_host(host)
            and (parts.port is None or parts.port > 0)
        )
    except ValueError:
        return False


SETTINGS = (
    Setting(name="followup_days", default=30, check=_number(1, MOST_DAYS)),
    Setting(name="followup_importance_operators", default=">=", check=_choice(OPERATORS)),
    Setting(name="followup_importance", default=1, check=_number(0, MOST_IMPORTANCE)),
    Setting(name="monitor_mail_days", default=10, check=_number(1, MOST_DAYS)),
    Setting(name="mail_reserved_days", default=365, check=_number(1, MOST_DAYS)),
    Setting(name="mail_host", default="", check=_host),
    Setting(name="mail_port", default=993, check=_number(1, MOST_PORT)),
    Setting(name="mail_username", default="", check=_text(320)),
    Setting(name="mail_oauth_provider", default="", check=_choice(OAUTH_PROVIDERS)),
    Setting(name="mail_oauth_client_id", default="", check=_text(200, r"[!-~]*")),
    Setting(name="mail_oauth_tenant", default="", check=_text(255, r"[A-Za-z0-9.-]*")),
    Setting(name="theme", default="", check=_text(40, r"[a-z0-9-]*")),
    Setting(name="woocommerce_url", default="", check=_url),
    Setting(name="language", default="zh-CN", check=_choice(LANGUAGES)),
    Setting(name="time_zone", default="", check=_zone),
    Setting(name="verifier_provider", default="local", check=_text(40, r"[a-z0-9-]+")),
    Setting(name="verifier_per_hour", default=5, check=_number(1, MOST_CALLS)),
)
