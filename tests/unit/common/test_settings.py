"""Settings: where they come from, which one wins, and what is said about a wrong one."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import Field, SecretStr

from mycrm_common.errors import StartError
from mycrm_common.settings import Settings


class SomeSettings(Settings):
    """A service's own, beside those of all."""

    mailbox_exclude: str = Field("Drafts,Templates")
    backup_password: SecretStr | None = Field(None)
    backup_days_saved: int = Field(10, ge=1)


Setting = Callable[..., None]


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Setting:
    """Set variables, by their names without the prefix."""

    def put(**values: str | Path) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"MYCRM_{name}", str(value))

    return put


def test_without_anything_the_defaults_stand() -> None:
    settings = SomeSettings.load()

    assert settings.bus_url.get_secret_value() == "local:"
    assert settings.database == f"sqlite+aiosqlite:///{Path('data').absolute() / 'mycrm.db'}"
    assert (settings.log_level, settings.time_zone, settings.health_port) == ("info", "", None)


def test_the_environment_is_read_and_an_empty_value_is_none(environment: Setting) -> None:
    environment(DATA_DIR="/srv/crm", LOG_LEVEL="", TIME_ZONE="Asia/Shanghai", BACKUP_DAYS_SAVED="30")
    settings = SomeSettings.load()

    assert settings.database == "sqlite+aiosqlite:////srv/crm/mycrm.db"
    assert settings.log_level == "info"
    assert settings.time_zone == "Asia/Shanghai"
    assert settings.backup_days_saved == 30


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_a_secret_may_lie_in_a_file(environment: Setting, tmp_path: Path, start: str, end: str) -> None:
    path = tmp_path / "password"
    path.write_bytes(f"{start} blanks stay ü {end}".encode())
    environment(BACKUP_PASSWORD_FILE=path)
    found = SomeSettings.load().backup_password

    assert found is not None
    assert found.get_secret_value() == " blanks stay ü "


def test_the_environment_wins_over_the_file_and_both_over_config_json(
    environment: Setting, tmp_path: Path
) -> None:
    config = tmp_path / "config.json"
    config.write_text(
        '{"ftp": {"host": "h", "passwd": "json", "days_saved": 7}, "mailbox": {"exclude": ["\\"Old\\""]}}'
    )
    environment(CONFIG_FILE=config)
    assert SomeSettings.load().backup_days_saved == 7
    assert SomeSettings.load().mailbox_exclude == "Old"
    assert SomeSettings.load().backup_password == SecretStr("json")

    secret = tmp_path / "secret"
    secret.write_text("file")
    environment(BACKUP_PASSWORD_FILE=secret)
    assert SomeSettings.load().backup_password == SecretStr("file")

    environment(BACKUP_PASSWORD="environment", BACKUP_DAYS_SAVED="8")
    assert SomeSettings.load().backup_password == SecretStr("environment")
    assert SomeSettings.load().backup_days_saved == 8


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOG_LEVEL", "loud"),
        ("TIME_ZONE", "Mars/Base"),
        ("TIME_ZONE", "../etc/passwd"),
        ("HEALTH_PORT", "65536"),
        ("HEALTH_PORT", "eighty"),
        ("BACKUP_DAYS_SAVED", "0"),
        ("LANGUAGE", "fr"),
        ("FAILPOINT", "relay.published:soon"),
    ],
)
def test_a_wrong_value_is_named_with_its_cause(environment: Setting, name: str, value: str) -> None:
    environment(**{name: value})
    with pytest.raises(StartError) as caught:
        SomeSettings.load()

    assert caught.value.code == "setting_invalid"
    assert caught.value.values["name"] == f"MYCRM_{name}"
    assert caught.value.values["reason"]


@pytest.mark.parametrize("variable", ["BACKUP_PASSWORD_FILE", "CONFIG_FILE"])
def test_a_file_that_cannot_be_read_is_named(environment: Setting, tmp_path: Path, variable: str) -> None:
    latin = tmp_path / "latin"
    latin.write_bytes("ü".encode("latin-1"))
    for path in (tmp_path / "missing", tmp_path, latin):
        environment(**{variable: path})
        with pytest.raises(StartError) as caught:
            SomeSettings.load()
        assert caught.value.code == "setting_file_unreadable"
        assert caught.value.values["name"] == f"MYCRM_{variable}"
        assert str(caught.value.values["path"]) == str(path)


def test_no_secret_shows_when_settings_are_printed_or_refused(environment: Setting) -> None:
    environment(
        DATABASE_URL="mysql+aiomysql://u:hunter2@h/d",
        BUS_URL="amqp://u:hunter2@h/v",
        SECRET_KEY="hunter2",
        BACKUP_PASSWORD="hunter2",
    )
    settings = SomeSettings.load()
    assert "hunter2" not in f"{settings!r} {settings} {settings.model_dump()}"
    assert settings.database == "mysql+aiomysql://u:hunter2@h/d"

    environment(LOG_LEVEL="hunter2")
    with pytest.raises(StartError) as caught:
        SomeSettings.load()
    assert "hunter2" not in f"{caught.value!r} {caught.value}"


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        SomeSettings.load().log_level = "debug"  # type: ignore[misc]  # mypy knows it, too
