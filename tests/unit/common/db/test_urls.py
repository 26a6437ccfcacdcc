"""Which database URLs are taken, and what is said about the others."""

import pytest

from mycrm_common.db.engine import parse_url
from mycrm_common.errors import StartError


@pytest.mark.parametrize(
    "text",
    [
        "sqlite+aiosqlite:////srv/mycrm.db",
        "mysql+aiomysql://u:p%40@[::1]:3307/mycrm",
        "mysql+aiomysql://u:p@h/mycrm?charset=utf8mb4",
    ],
)
def test_the_two_drivers_are_taken(text: str) -> None:
    assert parse_url(text).render_as_string(hide_password=False) == text


@pytest.mark.parametrize(
    "path", ["/srv/what?/mycrm.db", "/srv/100%25 #1/mycrm.db", "/srv/客户/mycrm.db", "a@b/c.db"]
)
def test_a_files_path_is_taken_as_it_stands(path: str) -> None:
    url = parse_url(f"sqlite+aiosqlite:///{path}")

    assert (url.database, dict(url.query)) == (path, {})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mycrm.db",
        "mysql://u:hidden@h/d",
        "mariadb+aiomysql://u:hidden@h/d",
        "mysql+aiomysql://u:hidden@h:port/d",
        "mysql+aiomysql://u:hidden@[::1/d",
        "mysql+aiomysql://u:hidden@h",
        "mysql+aiomysql://u:hidden@h/d?read_default_file=/etc/hidden",
        "sqlite+aiosqlite://",
        "sqlite+aiosqlite:///",
        "sqlite+aiosqlite:///:memory:",
        "postgresql+asyncpg://u:hidden@h/d",
    ],
)
def test_any_other_is_refused_without_repeating_its_password(text: str) -> None:
    with pytest.raises(StartError) as caught:
        parse_url(text)

    assert caught.value.code == "database_url_invalid"
    assert caught.value.values["reason"]
    assert "hidden" not in str(caught.value)
