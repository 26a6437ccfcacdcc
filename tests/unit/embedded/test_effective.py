"""What `mycrm config` prints: everything but secrets."""

import pytest

from mycrm_embedded.effective import effective_settings

SECRET = "hidden"


@pytest.mark.parametrize(
    ("variable", "value", "shown"),
    [
        (
            "MYCRM_DATABASE_URL",
            "mysql+aiomysql://crm:hidden@db:3306/mycrm",
            "mysql+aiomysql://crm:***@db:3306/mycrm",
        ),
        (
            "MYCRM_DATABASE_URL",
            "mysql+aiomysql://crm:hid/hidden@db/mycrm",
            "mysql+aiomysql://crm:***@db/mycrm",
        ),
        ("MYCRM_DATABASE_URL", "mysql+aiomysql://crm:x@hidden@db/mycrm", "mysql+aiomysql://crm:***@db/mycrm"),
        (
            "MYCRM_DATABASE_URL",
            "mysql+aiomysql://crm@db/mycrm?password=hidden",
            "mysql+aiomysql://crm@db/mycrm?***",
        ),
        ("MYCRM_BUS_URL", "local:", "local:"),
        ("MYCRM_BUS_URL", "amqp://:hidden@broker", "amqp://:***@broker"),
        ("MYCRM_BACKUP_URL", "/srv/backups", "/srv/backups"),
        ("MYCRM_BACKUP_URL", "sftp://u:hidden@host:22", "sftp://u:***@host:22"),
        ("MYCRM_BACKUP_PASSWORD", "hidden://hidden", "***"),
        ("MYCRM_ADMIN_PASSWORD", "hidden", "***"),
        ("MYCRM_SECRET_KEY", "hidden://" + "k" * 40, "***"),
        ("MYCRM_HTTP_PORT", "8099", "8099"),
    ],
)
def test_each_setting_is_shown_without_its_secret(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, shown: str
) -> None:
    monkeypatch.setenv(variable, value)

    printed = dict(effective_settings())

    assert printed[variable] == shown
    assert SECRET not in "".join(printed.values())
