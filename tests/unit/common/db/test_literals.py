"""Values inside a statement: none of them can end where it should not."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from mycrm_common.db.literals import literal, tuples


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "NULL"),
        (True, "1"),
        (False, "0"),
        (-7, "-7"),
        ("", "''"),
        ("it's", r"'it\'s'"),
        ("\\'", r"'\\\''"),
        ("a\0b", r"'a\0b'"),
        ("王\n%s", "'王\n%s'"),
        (b"", "_binary''"),
        (b"it's", r"_binary'it\'s'"),
        (b"'\\\xff", "x'275cff'"),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "'2026-01-02 03:04:05'"),
        (datetime(999, 1, 2, 3, 4, 5, 6, tzinfo=UTC), "'0999-01-02 03:04:05.000006'"),
        (
            datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=8))),
            "'2026-01-01 19:04:05'",
        ),
    ],
)
def test_a_value_is_written_so_that_it_is_read_as_it_was(value: object, written: str) -> None:
    assert literal(value) == written


def test_a_moment_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 1, 2, tzinfo=UTC).replace(tzinfo=None)
    with pytest.raises(ValueError, match="without a zone"):
        literal(naive)


def test_what_no_column_holds_is_refused() -> None:
    with pytest.raises(TypeError, match="a float cannot be stored"):
        literal(1.5)


def test_rows_end_with_what_is_the_same_in_all() -> None:
    assert list(tuples([(1, "a"), (2, None)], same=(b"\xff",))) == ["(1,'a',x'ff')", "(2,NULL,x'ff')"]
