"""Settings that stand before the start: environment, secrets from files, and the original's config.json.

Order, first wins: `MYCRM_X`, `MYCRM_X_FILE` (the file's text), config.json, the default. A wrong value is a
`StartError` that names the variable; values of secrets are never repeated. What people change while MyCRM
runs is not here: it lives in the config table and the settings dialog.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from mycrm_common.config_json import read_config_json
from mycrm_common.errors import StartError

PREFIX = "MYCRM_"


def _known_zone(name: str) -> str:
    try:
        if name:
            ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        message = "is no IANA time zone such as Asia/Shanghai"
        raise ValueError(message) from error
    return name


TimeZoneName = Annotated[str, AfterValidator(_known_zone)]


class Settings(BaseSettings):
    """What every service can be told from outside; each service adds its own."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True)

    data_dir: Path = Field(Path("data"), description="embedded: database, secret key, backups (mode 0700)")
    database_url: SecretStr | None = Field(
        None, description="sqlite+aiosqlite:///FILE or mysql+aiomysql://user:pass@host:3306/name"
    )
    bus_url: SecretStr = Field(SecretStr("local:"), description="local: or amqp://user:pass@host:5672/vhost")
    secret_key: SecretStr | None = Field(None, description="encrypts stored credentials; made in data_dir")
    time_zone: TimeZoneName = Field("", description="the team's zone; the machine's when empty")
    language: Literal["", "zh-CN", "en"] = Field(
        "", description="of messages at start; the locale's when empty"
    )
    health_port: int | None = Field(None, ge=0, le=65535, description="health of services without a web page")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="least level told")
    config_file: Path | None = Field(None, description="the original's config.json, read as it is")
    failpoint: str = Field(
        "", pattern=r"^([a-z_.]+(:[1-9]\d*)?)?$", description="tests only: die at a named place"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the `*_FILE` variables and config.json behind the environment."""
        del dotenv_settings, file_secret_settings
        files = _FromFiles(settings_cls)
        return init_settings, env_settings, files, _FromConfigJson(settings_cls)

    @classmethod
    def load(cls, **overrides: Any) -> Self:
        """Read the settings, or raise a `StartError` that names the variable and the cause."""
        try:
            return cls(**overrides)
        except ValidationError as error:
            fault = error.errors(include_url=False, include_input=False)[0]
            name = PREFIX + "_".join(str(part) for part in fault["loc"]).upper()
            raise StartError("setting_invalid", name=name, reason=fault["msg"]) from None

    @property
    def database(self) -> str:
        """The database's URL with its secrets, for the engine alone."""
        if self.database_url is None:
            return f"sqlite+aiosqlite:///{self.data_dir.absolute() / 'mycrm.db'}"
        return self.database_url.get_secret_value()

    @property
    def socket(self) -> Path | None:
        """Where `mycrm` reaches the process that owns the database; None where a server lets everybody in."""
        is_file = self.database.startswith("sqlite")
        return self.data_dir.absolute() / "mycrm.sock" if is_file else None


class _FromFiles(PydanticBaseSettingsSource):
    """Reads `MYCRM_X_FILE`: the file's text, without the line's end, is the value of `MYCRM_X`."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        """Not used: all fields are read in one go."""
        del field
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return the values of the fields whose `*_FILE` variable is set."""
        found: dict[str, Any] = {}
        for name in self.settings_cls.model_fields:
            variable = f"{PREFIX}{name.upper()}_FILE"
            path = environment().get(variable)
            if path and name != "config":
                found[name] = _text_of(path, variable)
        return found


class _FromConfigJson(PydanticBaseSettingsSource):
    """Reads the original's config.json where `MYCRM_CONFIG_FILE` names it."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        """Not used: all fields are read in one go."""
        del field
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return what the file says about the fields of this class."""
        path = environment().get(f"{PREFIX}CONFIG_FILE")
        if not path:
            return {}
        said = read_config_json(_text_of(path, f"{PREFIX}CONFIG_FILE"))
        return {name: value for name, value in said.items() if name in self.settings_cls.model_fields}


def environment() -> Mapping[str, str]:
    """Return the process's environment: this module is the only one that looks at it."""
    return os.environ  # noqa: TID251 - this is the one place


def _text_of(path: str, variable: str) -> str:
    try:
        return Path(path).expanduser().read_text(encoding="utf-8-sig").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise StartError("setting_file_unreadable", name=variable, path=path, reason=reason) from None
