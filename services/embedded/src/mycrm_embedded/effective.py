"""The settings in force, as `mycrm config` prints them: each by its variable, secrets masked."""

import re
from typing import Any

from pydantic import SecretStr

from mycrm_common.settings import PREFIX
from mycrm_embedded.services import parts

_PASSWORD_IN_URL = re.compile(r"(://[^:/@]*):[^@/]*@")


def effective_settings() -> list[tuple[str, str]]:
    """Return every setting of every service with its value, by name."""
    said: dict[str, str] = {}
    for part in parts():
        for name, value in part.settings.load():
            said[PREFIX + name.upper()] = _shown(value)
    return sorted(said.items())


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, SecretStr):
        return str(value)
    text = value.get_secret_value()
    # A URL is worth seeing, its password is not.
    return _PASSWORD_IN_URL.sub(r"\1:***@", text) if "://" in text or text == "local:" else "***"
