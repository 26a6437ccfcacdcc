"""A pattern gives a copy its path, and knows its own again."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mycrm_backup.domain.names import NamePattern
from mycrm_common.errors import MyCRMError

NIGHT = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
MOMENTS = st.integers(60_000_000, 3_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
DATED = (
    "/backup/mycrm-%Y%m%d.zip",
    "备份 %Y年%m月%d日.zip",
    "/b/%Y/%B/mycrm %d %H.%M.zip",
    "%F/mycrm.zip",
    "copies/%y-%j.zip",
    "/a b/%Y/mycrm-%Y%m%d-100%%.zip",
)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("/backup/mycrm-%Y%m%d.zip", "/backup/mycrm-20260203.zip"),
        ("备份 %Y年%m月%d日.zip", "备份 2026年02月03日.zip"),
        ("%F_%T.zip", "2026-02-03_04:05:06.zip"),
        ("%b %A %I%p %j.zip", "Feb Tuesday 04AM 034.zip"),
        ("100%% %%Y.zip", "100% %Y.zip"),
        ("always.zip", "always.zip"),
    ],
)
def test_a_pattern_is_written_as_strftime_writes_it(pattern: str, path: str) -> None:
    assert NamePattern.read(pattern).path_at(NIGHT) == path


@given(moment=MOMENTS, text=st.sampled_from(DATED))
def test_a_written_name_tells_its_day(moment: datetime, text: str) -> None:
    pattern = NamePattern.read(text)

    assert pattern.day_of(pattern.path_at(moment)) == moment.date()


@given(path=st.text(max_size=40), text=st.sampled_from(DATED))
def test_foreign_names_are_nobodys(path: str, text: str) -> None:
    assert not NamePattern.read(text).is_ours(path)


@pytest.mark.parametrize(
    "path",
    [
        "/backup/mycrm-20260230.zip",
        "/backup/mycrm-20261301.zip",
        "/backup/mycrm-2026020.zip",
        "/backup/mycrm-20260203.zip.part",
        "/backup/mycrm-20260203.zip.json",
        "/backup/old-mycrm-20260203.zip",
        "/backup/mycrm-20260203xzip",
        "/elsewhere/mycrm-20260203.zip",
        "/backup/mycrm-20260203.zip\n",
        "/backup/mycrm-２０２６０２０３.zip",
    ],
)
def test_what_only_resembles_a_copy_is_foreign(path: str) -> None:
    assert not NamePattern.read("/backup/mycrm-%Y%m%d.zip").is_ours(path)


def test_a_directive_that_comes_twice_says_the_same_twice() -> None:
    pattern = NamePattern.read("/b/%Y/mycrm-%Y%m%d.zip")

    assert pattern.is_ours("/b/2026/mycrm-20260203.zip")
    assert not pattern.is_ours("/b/2025/mycrm-20260203.zip")


@pytest.mark.parametrize("text", ["/backup/mycrm-%m%d.zip", "mycrm-%H.zip", "mycrm.zip", "mycrm-%G-%V.zip"])
def test_names_without_a_whole_day_tell_none(text: str) -> None:
    pattern = NamePattern.read(text)

    assert not pattern.holds_day
    assert pattern.is_ours(pattern.path_at(NIGHT))
    assert pattern.day_of(pattern.path_at(NIGHT)) is None


@pytest.mark.parametrize(
    "text", ["", "/backup/", "a/../b.zip", "%Q.zip", "a%", "a\nb.zip", "%Y.zip.part", "x.json"]
)
def test_what_names_no_file_is_refused(text: str) -> None:
    with pytest.raises(MyCRMError, match="backup_name_invalid"):
        NamePattern.read(text)


def test_the_folders_on_the_way_are_known() -> None:
    pattern = NamePattern.read("/backup/of %Y/%m/mycrm-%d.zip")

    assert pattern.fixed_folder == "/backup"
    assert [shape.pattern for shape in pattern.folders] == ["", "backup", r"of\ (?:\d{4})", r"(?:\d\d)"]


def test_a_day_may_be_told_by_seconds() -> None:
    pattern = NamePattern.read("mycrm-%s.zip")

    assert pattern.day_of(pattern.path_at(NIGHT)) == date(2026, 2, 3)
