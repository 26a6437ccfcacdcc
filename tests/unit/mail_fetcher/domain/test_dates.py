"""Dates as the world writes them, and the one that is stored."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mycrm_mail_fetcher.domain.headers import parse_date
from mycrm_mail_fetcher.domain.mime import stored_date

MORNING = datetime(2024, 3, 5, 6, 3, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "Tue, 05 Mar 2024 14:03:22 +0800",
        "Tue, 5 Mar 2024 14:03:22 +0800 (CST)",
        "Tue, 5 Mar 2024 14:03:22 CST",
        "Tue, 5 Mar 2024 14:03:22 GMT+0800",
        "Tue, 5 Mar 2024 14:03:22 GMT+08:00 (中国标准时间)",
        "Tue, 5 Mar 2024 06:03:22 -0000",
        "Tue, 5 Mar 2024 06:03:22 GMT",
        "Tue, 5 Mar 2024 06:03:22",
        "Tue,5 Mar 24 06:03:22 UT",
        "5 Mar 2024 01:03:22 EST",
        "Tue, 5 Mar 2024 2:03:22 PM +0800",
        "Tue, 05 Mar 2024 07.03.22 +0100",
        "5-Mar-2024 06:03:22 +0000",
        "Tue Mar  5 06:03:22 2024",
        "Tue Mar 5 14:03:22 CST 2024",
        "2024-03-05T06:03:22Z",
        "2024-03-05T14:03:22.123+08:00",
        "2024-03-05 06:03:22",
        "2024年3月5日 14:03:22",
        "2024年3月5日 星期二 下午2:03:22",
        "星期二, 05 三月 2024 14:03:22 +0800",
        "Tue, 5 Mar 2024 06:03:22 +9900",
        "Tue, 5 Mar 2024 06:03:22 NOWHERE",
    ],
)
def test_every_spelling_of_one_moment_is_read(written: str) -> None:
    assert parse_date(written.encode()) == MORNING


def test_a_raw_chinese_date_is_read() -> None:
    assert parse_date("2024年3月5日 14:03:22".encode("gbk")) == MORNING


@pytest.mark.parametrize(
    "written",
    [
        "",
        "yesterday",
        "Tue, 31 Feb 2024 10:00:00 +0000",
        "Mon, 1 Jan 0000 00:00:00 +0000",
        "Tue, 5 Mar 2024 25:00:00 +0000",
        "9999-12-31 23:59:59 -1000",
        "Sun, 99 Foo 2024 10:00:00",
        "Tue, 5 Mar 2024",
    ],
)
def test_what_names_no_moment_is_none(written: str) -> None:
    assert parse_date(written.encode()) is None


def test_a_leap_second_is_the_second_before() -> None:
    assert parse_date(b"Tue, 5 Mar 2024 06:03:60 +0000") == MORNING.replace(second=59)


@given(st.binary(max_size=80))
def test_no_bytes_raise(raw: bytes) -> None:
    found = parse_date(raw)
    assert found is None or found.tzinfo is UTC


@pytest.mark.parametrize("off", [timedelta(days=-30), timedelta(0), timedelta(days=1)])
def test_a_date_near_the_arrival_is_kept(off: timedelta) -> None:
    written = f"{MORNING + off:%a, %d %b %Y %H:%M:%S} +0000"
    assert stored_date(written.encode(), internal_date=MORNING) == MORNING + off


@pytest.mark.parametrize("off", [timedelta(days=-30, seconds=-1), timedelta(days=1, seconds=1)])
def test_a_date_far_from_the_arrival_gives_way_to_it(off: timedelta) -> None:
    written = f"{MORNING + off:%a, %d %b %Y %H:%M:%S} +0000"
    assert stored_date(written.encode(), internal_date=MORNING) == MORNING


def test_an_arrival_at_the_end_of_the_calendar_is_no_fault() -> None:
    end = datetime.max.replace(tzinfo=UTC)
    assert stored_date(b"Tue, 5 Mar 2024 06:03:22 +0000", internal_date=end) == end
