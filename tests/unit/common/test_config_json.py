"""The original's config.json, as its own description shows it (data/config_sample.json is that sample)."""

import json
from pathlib import Path
from typing import Any

import pytest

from mycrm_common.config_json import read_config_json
from mycrm_common.errors import StartError

SAMPLE = (Path(__file__).parent / "data/config_sample.json").read_text(encoding="utf-8")


def test_the_sample_is_read_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/li")

    assert read_config_json(SAMPLE) == {
        "database_url": "mysql+aiomysql://root:root@localhost:3306/my_crm",
        "mailbox_exclude": "Drafts,Templates",
        "mailbox_address": "admin@mailbox.com",
        "mailbox_admin": "AdminName",
        "backup_url": "ftp://username@ftp.yourhost.com:21",
        "backup_password": "password",
        "backup_local_file": "/home/li/backup/mycrm.sql",
        "backup_remote_file": "/backup/mycrm-%Y%m%d.zip",
        "backup_days_saved": 10,
        "backup_sqldump_path": "/usr/local/mysql/bin/mysqldump",
    }


def test_what_looks_like_a_comment_inside_a_text_stays() -> None:
    text = '{"mailbox": {"admin": "see http://example.com // \\" // there"} // a comment with a "\n}'

    assert read_config_json(text) == {"mailbox_admin": 'see http://example.com // " // there'}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, {}),
        ({"db": {}, "mailbox": {}, "ftp": {}}, {}),
        ({"db": {"user": "crm"}}, {"database_url": "mysql+aiomysql://crm:@localhost:3306/my_crm"}),
        (
            {"db": {"host": "db", "user": "a@b", "passwd": "p:/?#@ü", "db": "crm"}},
            {"database_url": "mysql+aiomysql://a%40b:p%3A%2F%3F%23%40%C3%BC@db:3306/crm"},
        ),
        ({"mailbox": {"exclude": [], "address": "", "admin": ""}}, {"mailbox_exclude": ""}),
        (
            {"ftp": {"sftp": True, "host": "h", "user": "u"}},
            {"backup_url": "sftp://u@h"},
        ),
        ({"ftp": {"host": ""}}, {}),
        ({"unknown": 1, "mailbox": {"unknown": 1}}, {}),
    ],
    ids=range(8),
)
def test_what_is_not_said_is_left_to_the_defaults(said: dict[str, Any], expected: dict[str, Any]) -> None:
    assert read_config_json(json.dumps(said)) == expected


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"db": }', '{"mailbox": {"exclude": "Drafts"}}', '{"db": []}']
)
def test_a_file_that_cannot_be_understood_stops_the_start(text: str) -> None:
    with pytest.raises(StartError) as caught:
        read_config_json(text)

    assert caught.value.code == "config_json_invalid"
    assert caught.value.values["reason"]
