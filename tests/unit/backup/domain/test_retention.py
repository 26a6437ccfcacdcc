"""Pruning removes exactly what the contract says, whatever lies in the folder."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mycrm_backup.domain.names import NamePattern
from mycrm_backup.domain.retention import NO_DAY, NO_TIME, AgeBy, File, files_to_remove

PATTERN = NamePattern.read("/backup/mycrm-%Y%m%d.zip")
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=SHANGHAI)


def _named(days_old: int) -> str:
    return PATTERN.path_at(NOW - timedelta(days=days_old))


def _file(path: str, *, days_old: int = 0) -> File:
    return File(path=path, size=1, modified_at=(NOW - timedelta(days=days_old)).astimezone(UTC))


_foreign_names = st.one_of(
    st.text(max_size=30),
    st.builds("/backup/{}".format, st.text(max_size=20)),
    st.integers(0, 400).map(lambda days: _named(days) + ".part"),
    st.integers(0, 400).map(lambda days: _named(days) + ".json"),
    st.integers(0, 400).map(lambda days: _named(days).replace("/backup", "/elsewhere")),
    st.sampled_from(["/backup/mycrm-20250231.zip", "/backup/mycrm-.zip", "/backup/other-20200101.zip"]),
)
_files = st.lists(
    st.builds(
        _file, st.one_of(st.integers(-400, 400).map(_named), _foreign_names), days_old=st.integers(-400, 400)
    ),
    max_size=30,
    unique_by=lambda file: file.path,
)


@given(files=_files, days=st.integers(1, 300), kept=st.integers(0, 400), age_by=st.sampled_from(AgeBy))
def test_exactly_the_old_files_of_ours_are_removed(
    files: Sequence[File], days: int, kept: int, age_by: AgeBy
) -> None:
    keep = {_named(0), _named(kept)}
    names = {_named(age): age for age in range(-400, 401)}

    pruning = files_to_remove(files, pattern=PATTERN, age_by=age_by, keep=keep, days_saved=days, now=NOW)

    def age(file: File) -> int:
        assert file.modified_at
        return names[file.path] if age_by is AgeBy.NAME else (NOW - file.modified_at).days

    expected = {
        file.path for file in files if file.path in names and file.path not in keep and age(file) > days
    }
    assert set(pruning.remove) == expected
    assert not pruning.reason


@pytest.mark.parametrize("age_by", AgeBy)
@pytest.mark.parametrize(("days_old", "is_removed"), [(9, False), (10, False), (11, True)])
def test_older_than_ten_days_is_eleven(age_by: AgeBy, days_old: int, *, is_removed: bool) -> None:
    old = _file(_named(days_old), days_old=days_old)

    pruning = files_to_remove([old], pattern=PATTERN, age_by=age_by, keep=(), days_saved=10, now=NOW)

    assert bool(pruning.remove) is is_removed


def test_on_ftp_an_old_name_with_a_fresh_time_stays_and_the_other_way_round_goes() -> None:
    fresh, stale = _file(_named(300)), _file(_named(1), days_old=300)

    pruning = files_to_remove(
        [fresh, stale], pattern=PATTERN, age_by=AgeBy.TIME, keep=(), days_saved=10, now=NOW
    )

    assert pruning.remove == (stale.path,)


def test_a_server_without_exact_times_loses_nothing_and_it_is_said() -> None:
    files = [_file(_named(300), days_old=300), File(path=_named(200), size=1)]

    pruning = files_to_remove(files, pattern=PATTERN, age_by=AgeBy.TIME, keep=(), days_saved=10, now=NOW)

    assert (pruning.remove, pruning.reason) == ((), NO_TIME)


def test_a_foreign_file_without_a_time_stops_nobody() -> None:
    files = [_file(_named(300), days_old=300), File(path="/backup/readme", size=1)]

    pruning = files_to_remove(files, pattern=PATTERN, age_by=AgeBy.TIME, keep=(), days_saved=10, now=NOW)

    assert pruning.remove == (_named(300),)


def test_names_without_a_day_lose_nothing_and_it_is_said() -> None:
    pattern = NamePattern.read("/backup/mycrm-%m%d.zip")

    pruning = files_to_remove(
        [_file("/backup/mycrm-0101.zip", days_old=300)],
        pattern=pattern,
        age_by=AgeBy.NAME,
        keep=(),
        days_saved=10,
        now=NOW,
    )

    assert (pruning.remove, pruning.reason) == ((), NO_DAY)


def test_a_name_from_the_future_is_left_alone() -> None:
    pruning = files_to_remove(
        [_file(_named(-400))], pattern=PATTERN, age_by=AgeBy.NAME, keep=(), days_saved=1, now=NOW
    )

    assert not pruning.remove
