"""The settings in force, as `mycrm config` prints them: each by its variable, secrets masked."""

import re
from typing import Any

from pydantic import SecretStr

from mycrm_common.settings import PREFIX
from mycrm_embedded.services import parts

# A password may hold anything that it should not; what follows the last @ is the place.
_PASSWORD_IN_URL = re.compile(r"(://[^:/@]*):.*@")
_OPTIONS = re.compile(r"\?.*")


def effective_settings() -> list[tuple[str, str]]:
    """Return every setting of every service with its value, by name."""
    said: dict[str, str] = {}
    for part in parts():
        for name, value in part.settings.load():
            said[PREFIX + name.upper()] = _shown(name, value)
    return sorted(said.items())


def _shown(name: str, value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, SecretStr):
        return str(value)
    if not name.endswith("_url"):
        return "***"
    # A URL is worth seeing, its password is not.
    return _OPTIONS.sub("?***", _PASSWORD_IN_URL.sub(r"\1:***@", value.get_secret_value()))
